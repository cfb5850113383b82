"""The overview's figures out of tickets and messages, and the labels of messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from bot.desk import Desk
from bot.domain.errors import InvalidInput, NotFound
from bot.domain.tickets import Kind
from bot.store import conversations, inbox
from bot.store.db import Store
from tests.fakes.desks import NOON, desk_of, file, pass_days, set_time
from tests.people import ALICE

LEASE = timedelta(minutes=1)


@pytest.fixture
def desk(store: Store) -> Desk:
    set_time(store, NOON)
    return desk_of(store)


def said(store: Store, text: str, *replies: Mapping[str, Any], answered: bool = True) -> str:
    """A message of Alice with what was replied; returns its id."""
    with store.transaction() as connection:
        now = store.now(connection)
        talk = conversations.create(connection, ALICE, now)
        message, _ = inbox.receive(
            connection, talk.id, source_key=None, text=text, payload=None, masked=[], now=now,
            lease=LEASE,
        )  # fmt: skip
        if answered:
            inbox.answer(connection, message.id, replies, now=now, late=False)
    return message.id


def read(intent: str | None, confidence: float | None, answerable: float | None) -> dict[str, Any]:
    return {"text": "...", "intent": intent, "confidence": confidence, "answerable": answerable}


def test_an_empty_desk_has_empty_figures(desk: Desk) -> None:
    shown = desk.overview.show()
    assert (shown.ages, shown.weeks, shown.intents) == ({}, (), {})
    assert (shown.in_time.count, shown.in_time.share) == (0, None)
    assert [number for _, number in shown.weeks_ahead] == [0] * 8
    assert (desk.overview.unsure(), desk.overview.candidates()) == ([], [])


def test_open_requests_are_counted_by_kind_and_age(desk: Desk) -> None:
    for days in (0, 7, 8, 40):
        file(desk, person=f"web:{days}", received_at=NOON - timedelta(days=days))
    file(desk, Kind.ACCESS)
    closed = file(desk, Kind.INQUIRY)
    desk.tickets.resolve(closed.reference, who="officer")
    ages = desk.overview.show().ages
    assert {kind: dict(counted) for kind, counted in ages.items()} == {
        "complaint": {"up to 7 days": 2, "8 to 20 days": 1, "more than 30 days": 1},
        "access": {"up to 7 days": 1},
    }


def test_answers_are_measured_by_their_promise(desk: Desk) -> None:
    """Two answers in time, one late; what was withdrawn or is open is no answer."""
    for days in (1, 2):
        kept = file(desk, person=f"web:{days}", received_at=NOON - timedelta(days=days))
        desk.tickets.reply(kept.reference, "Here it is.", who="officer")
    late = file(desk, person="web:late", received_at=NOON - timedelta(days=40))
    desk.tickets.reply(late.reference, "At last.", who="officer")
    desk.own.withdraw(file(desk, person="web:gone").reference)
    file(desk, person="web:open")
    kept_in = desk.overview.show().in_time
    assert kept_in.count == 3
    assert kept_in.share == pytest.approx(2 / 3)
    # Received on a Monday, on the Sunday before and long ago, answered on the Tuesday.
    assert kept_in.median == 2


def test_answers_older_than_a_year_do_not_count(desk: Desk, store: Store) -> None:
    desk.tickets.reply(file(desk).reference, "Here it is.", who="officer")
    assert desk.overview.show().in_time.count == 1
    pass_days(store, 366)
    assert desk.overview.show().in_time.count == 0


def test_deadlines_ahead_fall_into_their_weeks(desk: Desk) -> None:
    due = file(desk).clocks[0].due
    file(desk, Kind.INQUIRY)
    monday = due - timedelta(days=due.weekday())
    assert dict(desk.overview.show().weeks_ahead)[monday] == 2


def test_what_people_ask_is_counted_by_week(desk: Desk, store: Store) -> None:
    said(store, "why do you keep it", read("retention_why", 0.9, 0.9))
    said(store, "how long", read("retention_how_long", 0.9, 0.9), read("not_this", 0.9, 0.9))
    # Two places without an intent: a button, and a message that nobody has answered yet.
    said(store, "", read(None, None, None))
    said(store, "and now?", answered=False)
    pass_days(store, 7)
    said(store, "how long?", read("retention_how_long", 0.9, 0.9))
    shown = desk.overview.show()
    assert shown.weeks == (date(2026, 11, 23), date(2026, 11, 30))
    assert shown.intents == {"retention_how_long": [1, 1], "retention_why": [1, 0]}


def test_the_unsure_ones_wait_for_a_label(desk: Desk, store: Store) -> None:
    sure = read("retention_why", 0.9, 0.8)
    said(store, "sure", sure)
    said(store, "", read("retention_why", 0.1, 0.1))
    said(store, "no figures", read("retention_why", None, None))
    said(store, "open", answered=False)
    badly_read = said(store, "badly read", read("retention_why", 0.25, 0.9))
    pass_days(store, 1)
    hardly = said(store, "hardly answerable", read("cookies", 0.9, 0.125), sure)
    unsure = desk.overview.unsure()
    assert [(u.id, u.text, u.intent, u.confidence, u.answerable) for u in unsure] == [
        (hardly, "hardly answerable", "cookies", 0.9, 0.125),
        (badly_read, "badly read", "retention_why", 0.25, 0.9),
    ]
    desk.overview.label(badly_read, "out_of_scope", who="officer")
    desk.overview.label(badly_read, "complaint", who="deputy")
    desk.overview.label(hardly, "complaint", who="officer")
    assert desk.overview.unsure() == []
    assert sorted(desk.overview.candidates()) == [
        ("badly read", "complaint"),
        ("hardly answerable", "complaint"),
    ]


def test_a_label_is_one_of_ours_on_a_message_of_ours(desk: Desk, store: Store) -> None:
    id = said(store, "hm", read("cookies", 0.1, 0.1))
    with pytest.raises(InvalidInput):
        desk.overview.label(id, "no_such_intent", who="officer")
    with pytest.raises(NotFound):
        desk.overview.label("nothing", "complaint", who="officer")
    assert desk.overview.candidates() == []
