"""Requests that came twice are linked by the desk; the earliest receipt wins."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.desk import Desk
from bot.domain.people import Channel
from bot.domain.tickets import Kind, Status, Ticket
from bot.store.db import Store
from tests.fakes.desks import set_time
from tests.fakes.threads import MONDAY, Thread, filing, leads, wired
from tests.people import ALICE, BOB

STORY = "They read my bill out loud at the counter and everybody heard it."


@pytest.fixture
def desk(store: Store) -> Desk:
    set_time(store, MONDAY)
    return wired(store)


def answers(reach: str = "alice@example.ca", what: str = STORY) -> dict[str, Any]:
    told = {"what": what, "reach": reach}
    return {name: {"words": v, "value": v, "said": v} for name, v in told.items()}


def typed(desk: Desk, key: str, days_ago: int, **more: Any) -> Ticket:
    """A letter, typed in by the officer."""
    given: dict[str, Any] = {
        "received_at": MONDAY - timedelta(days=days_ago),
        "fields": answers(),
        **more,
    }
    letter = replace(filing(ALICE, key, **given), person="letter:A. Writer", channel=Channel.LETTER)
    return desk.open_request(letter)


def test_a_letter_after_the_chat_is_joined_with_it(desk: Desk) -> None:
    chat = desk.open_request(filing(ALICE, "chat", fields=answers("Alice@example.ca")))
    letter = typed(desk, "letter", 0)
    assert (letter.status, letter.duplicate_of) == (Status.DUPLICATE, chat.reference)
    assert {clock.state for clock in letter.clocks} == {"ended"}
    first = desk.tickets.show(chat.reference)
    assert first.status is Status.RECEIVED
    assert (first.events[-1].what, first.events[-1].who) == ("linked", "desk")
    assert first.events[-1].after == {"duplicate": letter.reference}


def test_a_letter_that_came_before_the_chat_wins(desk: Desk) -> None:
    chat = desk.open_request(filing(ALICE, "chat", fields=answers()))
    letter = typed(desk, "letter", 4)
    assert letter.status is Status.RECEIVED
    assert desk.tickets.show(chat.reference).duplicate_of == letter.reference
    assert min(c.due for c in letter.clocks) < min(c.due for c in chat.clocks)


@pytest.mark.parametrize(
    "other",
    [
        {"fields": answers(reach="bob@example.ca")},
        {"fields": answers(what="The shop kept a copy of my driver's licence.")},
        {"kind": Kind.INQUIRY},
        {"kind": Kind.INCIDENT},
    ],
)
def test_another_person_matter_or_kind_is_a_request_of_its_own(
    desk: Desk, other: dict[str, Any]
) -> None:
    desk.open_request(filing(ALICE, "chat", kind=other.get("kind", Kind.COMPLAINT)))
    desk.open_request(filing(ALICE, "chat too", fields=answers()))
    assert typed(desk, "letter", 0, **other).status is Status.RECEIVED


def test_two_reports_of_one_incident_are_both_paged(desk: Desk) -> None:
    reports = [
        desk.open_request(filing(ALICE, str(n), Kind.INCIDENT, fields=answers())) for n in (1, 2)
    ]
    assert [report.status for report in reports] == [Status.RECEIVED, Status.RECEIVED]


def test_a_closed_request_is_not_joined_with(desk: Desk) -> None:
    chat = desk.open_request(filing(ALICE, "chat", fields=answers()))
    desk.tickets.resolve(chat.reference, who="officer")
    assert typed(desk, "letter", 0).status is Status.RECEIVED


def test_who_asks_twice_is_told_and_the_first_dates_hold(store: Store, desk: Desk) -> None:
    first, _ = told(Thread(store, desk, ALICE))
    set_time(store, MONDAY + timedelta(days=3))
    second, receipt = told(Thread(store, desk, ALICE))
    assert "You told us of this before" in receipt
    assert first.reference in receipt
    assert f"will respond by {first.clocks[0].due.strftime('%A %-d %B %Y')}" in receipt
    assert second.duplicate_of == first.reference


def test_who_only_names_the_same_address_is_told_nothing_of_the_other(
    store: Store, desk: Desk
) -> None:
    first, _ = told(Thread(store, desk, ALICE))
    second, receipt = told(Thread(store, desk, BOB))
    assert first.reference not in receipt
    assert "before" not in receipt
    assert second.duplicate_of == first.reference


def told(thread: Thread) -> tuple[Ticket, str]:
    """A whole complaint; the ticket as it is after it, and the receipt."""
    thread.write("complaint", STORY)
    thread.write("complaint", "on 3 November")
    thread.write("complaint", "alice@example.ca")
    filed = thread.press("complaint", "affirm_request")
    return thread.desk.tickets.of_person(thread.person.id)[0], leads(filed)
