"""Who is told of what, how and when: the table of pings, a row a test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.domain.tickets import Kind, Step, Ticket
from bot.notices import Ladder, Recipient, Sort
from bot.reminders import Sweeper, Swept
from bot.store import tables
from bot.store.db import Store
from tests.fakes.desks import set_time
from tests.fakes.notifier import RecordingNotifier
from tests.fakes.threads import MONDAY, filing, wired
from tests.people import ALICE

OFFICER, DEPUTY, FALLBACK = "U-officer", "U-deputy", "C-privacy"
MAIL = {
    "officer": "officer@example.ca",
    "deputy": "deputy@example.ca",
    "fallback": "all@example.ca",
}
LADDER = Ladder(
    tuple(
        Recipient(duty, to, by)
        for duty, card in (("officer", OFFICER), ("deputy", DEPUTY), ("fallback", FALLBACK))
        for by, to in (("slack", card), ("e-mail", MAIL[duty]))
    ),
    letters_by=frozenset({"e-mail", "slack"}),
)


@dataclass
class Office:
    """A desk that reaches people by Slack and by e-mail."""

    store: Store
    slack: RecordingNotifier = field(default_factory=lambda: RecordingNotifier("slack"))
    mail: RecordingNotifier = field(default_factory=RecordingNotifier)

    def __post_init__(self) -> None:
        set_time(self.store, MONDAY)
        self.desk = wired(self.store, LADDER)
        self.sweeper = Sweeper(
            self.desk.intake,
            {"slack": self.slack, "e-mail": self.mail},
            LADDER,
            "https://d.example",
        )

    def file(self, kind: Kind = Kind.INQUIRY, key: str = "one") -> Ticket:
        return self.desk.open_request(filing(ALICE, key, kind=kind))

    def at(self, moment: str) -> list[tuple[str, str]]:
        """Sweep at this moment of Toronto's winter: threshold and who was told, sent ones only."""
        set_time(self.store, datetime.fromisoformat(f"{moment}:05-05:00"))
        return told(self.sweeper.sweep())

    def planned(self, ticket: Ticket, clock: str = "respond") -> set[str]:
        shown = self.desk.tickets.show(ticket.reference).notices
        return {n["threshold"] for n in shown if n["clock"] == clock and n["state"] == "planned"}


def told(swept: list[Swept]) -> list[tuple[str, str]]:
    return [(s.threshold, s.to) for s in swept if s.state == "sent"]


@pytest.fixture
def office(sqlite_url: str) -> Iterator[Office]:
    store = Store(sqlite_url, shiftable=True)
    yield Office(store)
    store.close()


def test_an_incident_is_told_at_once_by_every_way_then_to_the_fallback(office: Office) -> None:
    ticket = office.file(Kind.INCIDENT)
    first = office.at("2026-11-23T22:00")
    assert set(first) == {("opened", to) for to in (OFFICER, DEPUTY, *list(MAIL.values())[:2])}
    assert office.planned(ticket) == {"opened"}
    assert office.at("2026-11-23T22:20") == []
    assert set(office.at("2026-11-23T22:31")) == {
        ("opened", FALLBACK),
        ("opened", MAIL["fallback"]),
    }
    assert office.planned(ticket) == {"5bd"}


def test_an_acknowledged_incident_goes_no_further(office: Office) -> None:
    ticket = office.file(Kind.INCIDENT)
    office.at("2026-11-23T22:00")
    office.desk.tickets.take(ticket.reference, Step.ACKNOWLEDGE, who="officer")
    assert office.planned(ticket) == {"5bd"}
    assert office.at("2026-11-23T23:30") == []


def test_a_new_ticket_is_a_card_to_the_officer_in_office_hours(office: Office) -> None:
    set_time(office.store, MONDAY + timedelta(hours=8))
    office.file()
    assert office.at("2026-11-23T20:00") == []
    assert office.at("2026-11-24T09:00") == [("opened", OFFICER)]
    [card] = office.slack.sent
    assert (card.sort, card.threshold, card.clock) == (Sort.CARD, "opened", "respond")
    assert card.link == f"https://d.example/officer/tickets/{card.reference}"
    for part in ("New inquiry", "Friday 11 December 2026", "14 business days", card.link):
        assert part in card.text
    assert card.ticket is not None and card.ticket["reference"] == card.reference


def test_five_and_two_days_before_are_lines_of_one_digest(office: Office) -> None:
    ticket, other = office.file(), office.file(key="two")
    office.at("2026-11-23T11:00")
    assert office.at("2026-12-04T08:59") == []
    assert office.at("2026-12-04T09:00") == [("5bd", OFFICER)] * 2
    digest = office.slack.sent[-1]
    assert digest.sort is Sort.DIGEST
    assert {line.reference for line in digest.lines} == {ticket.reference, other.reference}
    assert {line.group for line in digest.lines} == {"Due this week"}
    marked = select(tables.notices.c.digest_id, tables.notices.c.state).where(
        tables.notices.c.threshold == "5bd"
    )
    with office.store.reading() as connection:
        rows = connection.execute(marked).all()
    assert len({row.digest_id for row in rows}) == 1
    assert {row.state for row in rows} == {"sent"}
    assert len(digest.outbox) == 2
    assert office.at("2026-12-04T09:10") == []


def test_the_due_day_climbs_at_noon_and_at_three(office: Office) -> None:
    ticket = office.file()
    office.at("2026-11-23T11:00")
    for day in ("2026-12-04", "2026-12-09"):
        office.at(f"{day}T09:00")
    assert office.at("2026-12-10T09:00") == [("1bd", OFFICER)]
    card, digest = office.slack.sent[-2:]
    assert (card.sort, digest.sort) == (Sort.CARD, Sort.DIGEST)
    assert [line.threshold for line in digest.lines] == ["1bd"]
    assert office.planned(ticket) == {"1bd"}
    assert office.at("2026-12-10T11:59") == []
    assert office.at("2026-12-10T12:00") == [("1bd", DEPUTY)]
    assert office.at("2026-12-10T15:00") == [("1bd", FALLBACK)]
    assert office.planned(ticket) == {"due"}
    assert office.at("2026-12-11T09:00") == [("due", OFFICER)]


def test_acknowledging_ends_the_days_escalation_and_not_the_next_days(office: Office) -> None:
    ticket = office.file()
    for moment in ("2026-11-23T11:00", "2026-12-04T09:00", "2026-12-09T09:00", "2026-12-10T09:00"):
        office.at(moment)
    office.desk.tickets.take(ticket.reference, Step.ACKNOWLEDGE, who="officer")
    assert office.planned(ticket) == {"due"}
    assert office.at("2026-12-10T16:00") == []
    assert office.at("2026-12-11T09:00") == [("due", OFFICER)]
    assert office.at("2026-12-11T12:00") == [("due", DEPUTY)]
    office.desk.tickets.take(ticket.reference, Step.ACKNOWLEDGE, who="deputy")
    assert office.at("2026-12-11T16:00") == []


def test_a_due_date_on_a_closed_day_is_announced_on_the_business_day_before(
    office: Office,
) -> None:
    set_time(office.store, datetime.fromisoformat("2026-11-27T12:00:00-05:00"))
    received = datetime.fromisoformat("2026-11-27T10:00:00-05:00")
    ticket = office.desk.open_request(filing(ALICE, kind=Kind.COMPLAINT, received_at=received))
    resolve = ticket.clock("resolve")
    assert resolve is not None and resolve.due.isoformat() == "2026-12-27"  # a Sunday
    office.at("2026-11-27T12:05")
    office.desk.tickets.reply(ticket.reference, "So it is.", who="officer")
    seen = {day: office.at(f"2026-12-{day}T09:00") for day in range(18, 25)}
    assert [(day, one) for day, found in seen.items() for one in found] == [
        (18, ("5bd", OFFICER)), (23, ("2bd", OFFICER)), (24, ("due", OFFICER)),
    ]  # fmt: skip
    assert "Due on Sunday 27 December 2026" in office.slack.sent[-2].subject
    states = {n["threshold"]: n["state"]
              for n in office.desk.tickets.show(ticket.reference).notices}  # fmt: skip
    assert states["1bd"] == "superseded"


def test_overdue_is_a_line_a_day_and_a_card_on_the_first_and_every_fifth(office: Office) -> None:
    office.file()
    cards: list[str] = []
    lines: list[str] = []
    moment = datetime.fromisoformat("2026-11-23T11:00:00-05:00")
    for day in range(50):
        before = len(office.slack.sent)
        office.at((moment + timedelta(days=day)).isoformat()[:10] + "T10:00")
        for notice in office.slack.sent[before:]:
            if notice.to == DEPUTY and notice.sort is Sort.CARD:
                cards.append(notice.threshold)
            if notice.to == DEPUTY and notice.sort is Sort.DIGEST:
                lines.extend(line.threshold for line in notice.lines)
    late = [threshold for threshold in cards if threshold.startswith("overdue")]
    assert late == ["overdue+1", "overdue+5", "overdue+10", "overdue+15"]
    assert lines == [f"overdue+{n}" for n in range(1, len(lines) + 1)]
    assert len(lines) >= 18


def test_a_deemed_refusal_is_told_the_next_day_even_at_the_weekend(office: Office) -> None:
    received = datetime.fromisoformat("2026-11-04T10:00:00-05:00")
    set_time(office.store, datetime.fromisoformat("2026-11-04T12:00:00-05:00"))
    ticket = office.desk.open_request(filing(ALICE, kind=Kind.ACCESS, received_at=received))
    office.desk.tickets.reply(ticket.reference, "We look for it.", who="officer")
    assert [c.due.isoformat() for c in ticket.clocks if c.name == "statute"] == ["2026-12-04"]
    found = {day: office.at(f"2026-12-{day:02}T09:00") for day in range(1, 8)}
    everyone = {OFFICER, DEPUTY, FALLBACK, *MAIL.values()}
    assert set(found[5]) == {("deemed_refusal", to) for to in everyone}  # a Saturday
    assert ("overdue+1", DEPUTY) in found[7]


def test_waiting_for_the_requester_too_long_is_a_line(office: Office) -> None:
    ticket = office.file()
    office.at("2026-11-23T11:00")
    office.desk.tickets.ask(ticket.reference, "Which number was it?", who="officer")
    assert office.planned(ticket, "waiting") == {"waiting+14"}
    found = {day: office.at(f"2026-12-{day:02}T09:00") for day in range(1, 9)}
    assert ("waiting+14", OFFICER) in found[7]
    assert "Waiting for the requester too long" in {
        line.group for notice in office.slack.sent for line in notice.lines
    }
    assert office.planned(ticket, "waiting") == {"waiting+30"}
    office.desk.tickets.hear(ticket.reference, who="officer")
    assert office.planned(ticket, "waiting") == set()


def test_assigning_moves_the_pings_to_the_owner_and_back(office: Office) -> None:
    ticket = office.file()
    office.at("2026-11-23T11:00")
    office.desk.tickets.assign(ticket.reference, "ann@example.ca", who="officer")
    assert office.at("2026-12-04T09:00") == [("5bd", "ann@example.ca")]
    office.desk.tickets.assign(ticket.reference, "deputy", who="officer")
    office.desk.tickets.assign(ticket.reference, "officer", who="officer")
    assert office.at("2026-12-09T09:00") == [("2bd", OFFICER)]


def test_nothing_to_say_is_not_said(office: Office) -> None:
    ticket = office.file()
    office.at("2026-11-23T11:00")
    office.desk.tickets.take(ticket.reference, Step.RESOLVE, who="officer")
    before = len(office.slack.sent)
    assert office.at("2026-12-04T09:00") == []
    assert len(office.slack.sent) == before
    with office.store.reading() as connection:
        assert connection.execute(select(tables.digests.c.state)).scalars().all() == ["empty"]


def test_a_snooze_is_an_acknowledgement_and_holds_until_its_end(office: Office) -> None:
    ticket = office.file()
    for moment in ("2026-11-23T11:00", "2026-12-04T09:00"):
        office.at(moment)
    until = datetime.fromisoformat("2026-12-10T14:00:00-05:00")
    office.desk.tickets.snooze(ticket.reference, until, who="officer")
    assert office.at("2026-12-09T09:00") == []
    assert office.at("2026-12-10T09:00") == []
    found = office.at("2026-12-10T14:01") + office.at("2026-12-11T09:00")
    assert ("due", OFFICER) in found
    assert len([one for one in found if one[1] == OFFICER]) <= 2


def test_one_threshold_is_pending_for_each_clock(office: Office) -> None:
    ticket = office.file(Kind.COMPLAINT)
    moment = datetime.fromisoformat("2026-11-23T11:00:00-05:00")
    for hours in range(0, 40 * 24, 5):
        office.at((moment + timedelta(hours=hours)).isoformat()[:16])
        for clock in ("respond", "resolve"):
            assert len(office.planned(ticket, clock)) == 1
