"""Filing: one ticket for a key, whoever is quicker; no calendar or no past receipt, no promise."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from bot.domain.company import OfficeHours
from bot.domain.errors import HorizonError, InvalidInput
from bot.domain.tickets import Kind
from bot.notices import Ladder
from bot.store import tables
from bot.store.calendars import Calendars
from bot.store.db import Store
from bot.store.library import Library
from tests.fakes.desks import NOON, set_time, shipped_library
from tests.fakes.threads import DEPUTY, LOG, MONDAY, OFFICER, filing, wired
from tests.people import ALICE


@pytest.fixture(autouse=True)
def monday(store: Store) -> None:
    set_time(store, MONDAY)


def rows(store: Store) -> dict[str, int]:
    counted = (tables.tickets, tables.clocks, tables.events, tables.notices)
    with store.reading() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in counted
        }


NOTHING = {"tickets": 0, "clocks": 0, "events": 0, "notices": 0}


def test_one_key_filed_at_once_by_many_is_one_ticket(store: Store) -> None:
    desk = wired(store)
    together = threading.Barrier(6)

    def file(_: int) -> str:
        together.wait()
        return desk.open_request(filing(ALICE, "draft:1")).reference

    with ThreadPoolExecutor(6) as pool:
        references = set(pool.map(file, range(6)))
    assert len(references) == 1
    assert rows(store) == {"tickets": 1, "clocks": 2, "events": 1, "notices": 2}


def test_keys_apart_are_tickets_apart(store: Store) -> None:
    desk = wired(store)
    assert len({desk.open_request(filing(ALICE, str(n))).reference for n in range(3)}) == 3


def test_a_receipt_in_the_future_opens_nothing(store: Store) -> None:
    with pytest.raises(InvalidInput, match="future"):
        wired(store).open_request(filing(ALICE, received_at=MONDAY + timedelta(hours=1)))
    assert rows(store) == NOTHING


def ending(library: Library, last: date) -> Library:
    """The same facts with calendars that end sooner."""
    calendars = library.calendars
    provinces = {
        code: replace(calendar, last=last) for code, calendar in calendars.provinces.items()
    }
    shorter: Calendars = replace(calendars, provinces=provinces)
    return replace(library, calendars=shorter)


def test_without_a_calendar_nothing_is_promised_and_nothing_filed(store: Store) -> None:
    desk = wired(store, facts=ending(shipped_library(), date(2026, 12, 10)))
    with pytest.raises(HorizonError):
        desk.open_request(filing(ALICE))
    assert rows(store) == NOTHING
    longer = wired(store, facts=ending(shipped_library(), date(2027, 12, 31)))
    assert longer.open_request(filing(ALICE)).clocks[0].due == date(2026, 12, 11)


def test_a_complaint_has_its_two_dates_its_first_event_and_its_notices(store: Store) -> None:
    ticket = wired(store).open_request(filing(ALICE))
    assert {clock.name: clock.due for clock in ticket.clocks} == {
        "respond": date(2026, 12, 11),
        "resolve": date(2026, 12, 23),
    }
    [event] = ticket.events
    assert (event.who, event.what) == ("requester", "received")
    assert event.after == {"due": {"respond": "2026-12-11", "resolve": "2026-12-23"}}
    planned = {(n["clock"], n["threshold"], n["to"], n["state"]) for n in ticket.notices}
    assert planned == {
        ("respond", "opened", OFFICER.to, "planned"),
        ("resolve", "5bd", OFFICER.to, "planned"),
    }


def test_an_incident_pages_officer_and_deputy_at_once_even_at_night(store: Store) -> None:
    night = MONDAY + timedelta(hours=12)
    set_time(store, night)
    ticket = wired(store).open_request(filing(ALICE, kind=Kind.INCIDENT))
    opened = [n for n in ticket.notices if n["threshold"] == "opened"]
    assert {n["to"] for n in opened} == {OFFICER.to, DEPUTY.to}
    assert all(n["planned_for"] <= store.now().isoformat() for n in opened)


@pytest.mark.parametrize(
    ("moment", "told_at"),
    [
        ("2026-11-23T15:30", "2026-11-23T15:30"),  # the office is open: now
        ("2026-11-23T12:00", "2026-11-23T14:00"),  # before opening: at nine
        ("2026-11-23T23:00", "2026-11-24T14:00"),  # after closing: the next morning
        ("2026-11-28T16:00", "2026-11-30T14:00"),  # a Saturday: on Monday
        ("2026-12-24T23:00", "2026-12-28T14:00"),  # Christmas and a weekend between
    ],
)
def test_other_tickets_are_told_of_in_office_hours(store: Store, moment: str, told_at: str) -> None:
    when = NOON.fromisoformat(f"{moment}:00+00:00")
    set_time(store, when)
    ticket = wired(store).open_request(filing(ALICE, received_at=when - timedelta(minutes=1)))
    [opened] = [n for n in ticket.notices if n["threshold"] == "opened"]
    assert opened["planned_for"].startswith(told_at)


def test_an_office_that_never_closes_is_told_at_once(store: Store) -> None:
    library = shipped_library()
    hours = library.company.office_hours
    always = OfficeHours(frozenset(range(7)), hours.opens.replace(0, 0), hours.closes.max)
    company = replace(library.company, office_hours=always)
    desk = wired(store, facts=replace(library, company=company))
    ticket = desk.open_request(filing(ALICE))
    assert ticket.notices[0]["planned_for"].startswith("2026-11-23T15:30")


def test_with_nobody_but_the_log_the_log_is_told(store: Store) -> None:
    ticket = wired(store, Ladder((LOG,))).open_request(filing(ALICE, kind=Kind.INCIDENT))
    assert {(n["to"], n["by"]) for n in ticket.notices} == {(LOG.to, LOG.by)}


def test_a_withdrawal_names_what_shall_stop(store: Store) -> None:
    desk = wired(store)
    with pytest.raises(InvalidInput):
        desk.open_request(filing(ALICE, kind=Kind.WITHDRAWAL, uses=["none"]))
    assert rows(store) == NOTHING
    everything = desk.open_request(filing(ALICE, kind=Kind.WITHDRAWAL, uses=["everything"]))
    assert [c.name for c in everything.clocks] == ["respond", "marketing_messages", "sales_calls"]


def test_the_desk_describes_the_policy_it_quotes(store: Store) -> None:
    desk = wired(store)
    policy = shipped_library().policy
    assert desk.describe() == {
        "policy_version": policy.version,
        "policy_fingerprint": policy.fingerprint(),
    }
    assert abs(desk.now() - MONDAY) < timedelta(minutes=1)
