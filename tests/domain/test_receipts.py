"""Receipts: dates that can be checked, worded as policy 10.5 words them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot.domain import clock_changes
from bot.domain.clocks import Clock, start_clocks
from bot.domain.dates import spoken
from bot.domain.people import Channel, Role
from bot.domain.receipts import dated_line, receipt, status_lines, worked_out
from bot.domain.tickets import Kind, Status, Ticket
from bot.domain.translation import ENGLISH
from bot.locale import translator
from tests.fakes.desks import NOON, shipped_library
from tests.fakes.threads import forms, french_forms

LIBRARY = shipped_library()
FRENCH = translator("fr")


def ticket(received: str, kind: Kind = Kind.COMPLAINT) -> Ticket:
    received_at = datetime.fromisoformat(received)
    clocks = start_clocks(
        kind, received_at, LIBRARY.zone, LIBRARY.calendar(), LIBRARY.kinds,
        uses=["everything"], now=received_at,
    )  # fmt: skip
    return Ticket(
        id=1,
        reference="PD-2222-2222",
        kind=kind,
        status=Status.RECEIVED,
        received_at=received_at,
        received_local_date=clocks[0].day_zero,
        channel=Channel.WEB,
        role=Role.CUSTOMER,
        person="web:alice",
        policy_version=LIBRARY.policy.version,
        calendar="strictest",
        fields={},
        clauses_shown=(),
        clocks=clocks,
    )


CHRISTMAS = ticket("2026-12-15T10:00:00-05:00")


def test_a_promise_and_an_aim_are_worded_differently() -> None:
    respond, resolve = (dated_line(clock) for clock in CHRISTMAS.clocks)
    assert respond.startswith("The Privacy Officer will respond by ")
    assert resolve == (
        "The Privacy Officer aims to resolve by Thursday 14 January 2027 (policy 10.5)."
    )
    assert [dated_line(clock, FRENCH) for clock in CHRISTMAS.clocks][1] == (
        "La personne responsable de la protection de la vie privée vise à régler la question d’ici "
        "le jeudi 14 janvier 2027 (politique, 10.5)."
    )


def test_how_a_date_was_worked_out_names_every_day_that_was_left_out() -> None:
    line = worked_out(CHRISTMAS.clocks[0])
    assert line.startswith("Respond: received Tuesday 15 December 2026 (day 0); day 14 of 14 ")
    assert "Friday 25 December 2026 (Christmas" in line
    assert "Friday 1 January 2027 (New Year" in line
    skipped = [step for step in CHRISTMAS.clocks[0].explain[1:] if not step.counts]
    weekends = sum(step.date.weekday() >= 5 for step in skipped)
    assert f"Not counted: {weekends} Saturdays and Sundays, " in line


def test_calendar_days_leave_none_out() -> None:
    assert worked_out(CHRISTMAS.clocks[1]) == (
        "Resolve: received Tuesday 15 December 2026 (day 0); day 30 of 30 days is Thursday 14 "
        "January 2027."
    )


@pytest.mark.parametrize("kind", list(Kind))
def test_a_receipt_tells_everything_that_was_promised(kind: Kind) -> None:
    made = ticket("2026-11-23T10:00:00-05:00", kind)
    for tr, known in ((ENGLISH, forms()), (FRENCH, french_forms())):
        form = known[str(kind)]
        procedure = LIBRARY.procedure_in(tr.language)
        reply = receipt(made, form, LIBRARY.policy, procedure, tr)
        assert reply.lead.startswith(form.filed)
        assert made.reference in reply.lead
        assert all(dated_line(clock, tr) in reply.lead for clock in made.clocks)
        assert form.notice in reply.lead
        assert reply.ticket == made.to_json()
        assert "**" not in reply.closing
        assert LIBRARY.company.regulator.name in reply.closing


def test_status_says_where_each_request_stands() -> None:
    other = replace(CHRISTMAS, reference="PD-3333-3333", status=Status.RESOLVED)
    lines = status_lines([CHRISTMAS, other])
    assert "PD-2222-2222: complaint of Tuesday 15 December 2026, waiting for the Privacy" in lines
    assert "PD-3333-3333: complaint of Tuesday 15 December 2026, resolved." in lines
    assert lines.count("aims to resolve by") == 2


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_words(status: Status) -> None:
    assert "_" not in status_lines([replace(CHRISTMAS, status=status)])


def test_the_day_of_receipt_is_the_companys() -> None:
    assert ticket("2026-12-16T04:30:00+00:00").received_local_date == date(2026, 12, 15)


def test_an_extended_date_is_worked_out_with_its_days() -> None:
    moment = NOON
    clock = started("access", moment)["statute"]
    until = clock.promised + timedelta(days=20)
    calendar = shipped_library().calendar()
    extended = clock_changes.extend(clock, until, "consultations", moment, calendar, moment)
    assert f"day 50 of 50 days is {spoken(until)}" in worked_out(extended)


def test_a_pause_is_counted_and_not_listed_day_by_day() -> None:
    clock = started("complaint", NOON)["resolve"]
    calendar, later = shipped_library().calendar(), NOON + timedelta(days=9)
    paused = clock_changes.pause(clock, NOON, "proceedings", NOON)
    resumed = clock_changes.resume(paused, later, calendar, later)
    assert "Not counted: 9 days of a pause." in worked_out(resumed)


def started(kind: str, moment: datetime) -> dict[str, Clock]:
    library = shipped_library()
    found = start_clocks(kind, moment, library.zone, library.calendar(), library.kinds, now=moment)
    return {clock.name: clock for clock in found}
