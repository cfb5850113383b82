"""Who is told when the sweep, or a way to reach people, does not work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.notices import Ladder, NoticeError, Recipient, Sort
from bot.reminders import Watch
from bot.store import notices
from bot.store.db import Store
from tests.fakes.desks import set_time
from tests.fakes.notifier import RecordingNotifier
from tests.fakes.threads import MONDAY, OFFICER

OPERATOR = Recipient("operator", "operator@example.ca", "e-mail")
LADDER = Ladder((OFFICER, Recipient("log", "Privacy Officer", "log")), operator=OPERATOR)
MINUTE = timedelta(minutes=1)


class Choosy(RecordingNotifier):
    """A mail server that knows some address not."""

    def problems(self, addresses: Sequence[str]) -> list[str]:
        return ["the mail server refuses address 1 (550)"] if OFFICER.to in addresses else []


def watch_of(store: Store, mail: RecordingNotifier) -> tuple[Watch, RecordingNotifier]:
    log = RecordingNotifier("log")
    return Watch(store, {"e-mail": mail, "log": log}, LADDER, "https://desk.example"), log


def test_a_sweep_that_is_silent_for_ten_minutes_is_told_once_for_hours(store: Store) -> None:
    mail = RecordingNotifier()
    set_time(store, MONDAY)
    watch, _ = watch_of(store, mail)
    with store.transaction() as connection:
        notices.record_sweep(connection, "one", MONDAY)
    assert watch.look_at_sweep()
    set_time(store, MONDAY + 11 * MINUTE)
    assert not watch.look_at_sweep()
    assert not watch_of(store, mail)[0].look_at_sweep() or len(mail.sent) == 1
    assert [(n.to, n.sort) for n in mail.sent] == [(OPERATOR.to, Sort.OPERATOR)]
    set_time(store, MONDAY + 7 * 60 * MINUTE)
    assert not watch.look_at_sweep()
    assert len(mail.sent) == 2


def test_whoever_is_next_is_told_when_the_operator_cannot_be(store: Store) -> None:
    mail = RecordingNotifier(failures=[NoticeError("away", permanent=False)] * 2)
    watch, log = watch_of(store, mail)
    set_time(store, MONDAY)
    watch.look_at_sweep()
    set_time(store, MONDAY + 11 * MINUTE)
    watch.look_at_sweep()
    assert [n.to for n in log.sent] == ["Privacy Officer"]


def test_a_wrong_address_is_found_and_told_without_naming_it(store: Store) -> None:
    mail = Choosy()
    watch, _ = watch_of(store, mail)
    assert watch.look_at_ways() == ["e-mail: the mail server refuses address 1 (550)"]
    assert watch.look_at_ways()
    [told] = mail.sent
    assert told.to == OPERATOR.to
    assert OFFICER.to not in told.text
