"""Ticket rows: one for a filing, changed by one at a time, listed by their next date."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot.desk import Desk
from bot.domain.errors import NotFound
from bot.domain.tickets import Event, Kind, Status
from bot.store import tickets
from bot.store.db import Store
from tests.fakes.desks import NOON, desk_of, filing, set_time


@pytest.fixture
def desk(store: Store) -> Desk:
    set_time(store, NOON)
    return desk_of(store)


def test_events_written_at_once_have_numbers_of_their_own(store: Store, desk: Desk) -> None:
    ticket = desk.open_request(filing())

    def note(n: int) -> None:
        with store.transaction() as connection:
            event = Event(store.now(connection), "officer", "note", f"note {n}")
            tickets.add_event(connection, ticket.id, event)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(note, range(12)))
    noted = desk.tickets.show(ticket.reference).events[1:]
    assert sorted(event.why for event in noted) == sorted(f"note {n}" for n in range(12))


def test_a_ticket_read_before_another_change_is_not_saved(store: Store, desk: Desk) -> None:
    seen = desk.open_request(filing())
    desk.tickets.note(seen.reference, "A word in between.", who="officer")
    with store.transaction() as connection:
        assert not tickets.save_status(connection, seen, Status.RESOLVED, ())
    assert desk.tickets.show(seen.reference).status is Status.RECEIVED


def test_open_tickets_come_by_their_next_date_page_by_page(store: Store, desk: Desk) -> None:
    ages = (3, 20, 9, 0)
    made = [desk.open_request(filing(received_at=NOON - timedelta(days=days))) for days in ages]
    expected = [made[n].reference for n in (1, 2, 0, 3)]
    listed = desk.tickets.open_by_deadline()
    assert [ticket.reference for ticket in listed] == expected
    paged = desk.tickets.open_by_deadline(limit=2, after=1)
    assert [ticket.reference for ticket in paged] == expected[1:3]
    beyond = desk.tickets.open_by_deadline(beyond=listed[1])
    assert [ticket.reference for ticket in beyond] == expected[2:]


def test_a_persons_tickets_are_nobody_elses(desk: Desk) -> None:
    own = [
        desk.open_request(filing(kind, person="web:alice")).reference
        for kind in (Kind.COMPLAINT, Kind.ACCESS)
    ]
    assert [t.reference for t in desk.tickets.of_person("web:alice")] == own[::-1]
    assert desk.tickets.of_person("web:charlie") == []
    assert desk.tickets.of_person("web:ali") == []


@pytest.mark.parametrize("reference", ["PD-2222-2222", "PD-7K3M-9QXD", "", "' OR 1=1 --"])
def test_what_is_no_reference_of_ours_is_not_found(desk: Desk, reference: str) -> None:
    with pytest.raises(NotFound):
        desk.tickets.show(reference)


def test_a_ticket_comes_back_as_it_was_filed(desk: Desk) -> None:
    filed = desk.open_request(filing(Kind.WITHDRAWAL, uses=["sales_calls"]))
    shown = desk.tickets.show(filed.reference.lower().replace("-", " "))
    assert shown.to_json() == filed.to_json()
    assert [clock.name for clock in shown.clocks] == ["respond", "sales_calls"]
