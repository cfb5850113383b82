"""The registers: which tickets stand in them, with which facts, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.desk import Desk
from bot.desk.registers import Register
from bot.domain.assessments import Assessment
from bot.domain.errors import NotFound
from bot.domain.tickets import Kind
from bot.store.db import Store
from tests.fakes.desks import NOON, desk_of, file, pass_days, set_time

DETERMINED = date(2026, 11, 23)


@pytest.fixture
def desk(store: Store) -> Desk:
    set_time(store, NOON)
    return desk_of(store)


def register(desk: Desk, name: str) -> Register:
    return next(one for one in desk.registers.every() if one.name == name)


def assessment(why: str) -> Assessment:
    return Assessment(
        DETERMINED, "high", "likely", True, why, reported_on=date(2026, 11, 24),
        others_told={"The police": date(2026, 11, 22)},
    )  # fmt: skip


def test_incidents_stand_with_their_newest_assessment(desk: Desk) -> None:
    first = file(desk, Kind.INCIDENT, text="A laptop was stolen")
    second = file(desk, Kind.INCIDENT, text="A letter went astray", person="web:sam")
    file(desk)
    desk.tickets.assess(first.reference, assessment("Not encrypted."), who="officer")
    desk.tickets.assess(first.reference, assessment("Encrypted after all."), who="officer")
    assert register(desk, "incidents").rows == (
        (second.reference, "2026-11-24", "received", "A letter went astray", "", "", "",
         "not assessed", "", "", "", ""),
        (first.reference, "2026-11-24", "received", "A laptop was stolen", "2026-11-23", "high",
         "likely", "yes", "Encrypted after all.", "2026-11-24", "", "The police 2026-11-22"),
    )  # fmt: skip


def test_incidents_of_more_than_24_months_ago_stand_there_no_more(desk: Desk, store: Store) -> None:
    ticket = file(desk, Kind.INCIDENT)
    pass_days(store, 2 * 365)
    assert [row[0] for row in register(desk, "incidents").rows] == [ticket.reference]
    pass_days(store, 3)
    assert register(desk, "incidents").rows == ()


def test_withdrawals_stand_with_their_answer(desk: Desk) -> None:
    answered = file(desk, Kind.WITHDRAWAL, uses=("marketing_messages",))
    open_one = file(desk, Kind.WITHDRAWAL, uses=("sales_calls",), person="web:sam")
    desk.tickets.reply(answered.reference, "It has stopped.", who="officer")
    rows = register(desk, "withdrawals").rows
    assert [(row[0], row[2], row[4]) for row in rows] == [
        (open_one.reference, "received", ""),
        (answered.reference, "answered", "2026-11-24"),
    ]


def test_disagreements_of_every_kind_stand_with_their_substance(desk: Desk) -> None:
    complaint, access = file(desk), file(desk, Kind.ACCESS)
    file(desk, Kind.CORRECTION)
    desk.tickets.disagree(complaint.reference, "The date is disputed.", who="officer")
    desk.tickets.disagree(access.reference, "A recording is missing.", who="officer")
    assert register(desk, "disagreements").rows == (
        (access.reference, "2026-11-24", "received", "access", "2026-11-24",
         "A recording is missing."),
        (complaint.reference, "2026-11-24", "received", "complaint", "2026-11-24",
         "The date is disputed."),
    )  # fmt: skip


def test_a_whole_register_is_the_same_table(desk: Desk, store: Store) -> None:
    for _ in range(2):
        file(desk, Kind.INCIDENT)
        pass_days(store, 1)
    assert desk.registers.whole("incidents") == register(desk, "incidents")
    assert desk.registers.whole("advice").rows == ()
    with pytest.raises(NotFound):
        desk.registers.whole("tickets")


def test_every_row_has_a_cell_for_every_heading(desk: Desk) -> None:
    file(desk, Kind.INCIDENT)
    file(desk, Kind.WITHDRAWAL, uses=("sales_calls",))
    desk.tickets.disagree(file(desk).reference, "It is disputed.", who="officer")
    for found in desk.registers.every():
        assert found.name == "advice" or found.rows
        assert {len(row) for row in found.rows} <= {len(found.headings)}


def test_a_register_goes_by_the_day_of_receipt(desk: Desk) -> None:
    old = file(desk, Kind.INCIDENT, received_at=NOON - timedelta(days=30))
    assert register(desk, "incidents").rows[0][:2] == (old.reference, "2026-10-25")
