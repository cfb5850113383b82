"""The officer's queue: which tickets, in which order, how urgent, and what was told to nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.desk import Desk
from bot.desk.queue import PAGE
from bot.domain.people import Channel
from bot.domain.queue import QueueFilter, QueueRow, read_place
from bot.domain.tickets import Kind, Status, Step, Ticket
from bot.store import queue
from bot.store.db import Store
from tests.fakes.desks import NOON, OFFICER, Post, desk_of, file, set_time, sweeper_of

TODAY = date(2026, 11, 24)
ME = "me@desk.example"


@dataclass(frozen=True)
class Stage:
    """A desk with a few tickets by name, at noon."""

    desk: Desk
    store: Store
    tickets: Mapping[str, Ticket]

    def names(self, asked: QueueFilter) -> list[str]:
        """The tickets that the queue shows for this, in its order, by name."""
        named = {ticket.reference: name for name, ticket in self.tickets.items()}
        page = self.desk.queue.page(asked, account=ME)
        return [named[row.reference] for row, _ in page.rows]


@pytest.fixture
def stage(store: Store) -> Stage:
    set_time(store, NOON)
    desk = desk_of(store)
    made = {
        # The promise of 14 business days ended on 5 November.
        "late": file(desk, received_at=NOON - timedelta(days=40)),
        "new": file(desk, text='The 100% "free" offer\\plan of Dépanneur_Élan'),
        "access": file(desk, Kind.ACCESS, person="web:100xfree", email=None),
        "mine": file(desk, Kind.INQUIRY, person="web:sam"),
        "paused": file(desk, person="web:lee", received_at=NOON - timedelta(days=2)),
        "done": file(desk, person="web:kim"),
        "gone": file(desk, person="web:kim"),
    }
    take = desk.tickets
    take.assign(made["mine"].reference, ME, who="officer")
    desk.clocks.pause(made["paused"].reference, "waiting_for_requester", who="officer", why="asked")
    take.resolve(made["done"].reference, who="officer")
    take.take(made["gone"].reference, Step.WITHDRAW, who="officer")
    return Stage(desk, store, made)


ASKED: Mapping[str, tuple[QueueFilter, list[str]]] = {
    "all that are open": (QueueFilter(), ["late", "paused", "new", "access", "mine"]),
    "kind": (QueueFilter(kind="access"), ["access"]),
    "status": (QueueFilter(status="received", kind="inquiry"), ["mine"]),
    "mine": (QueueFilter(owner="me"), ["mine"]),
    "nobody's": (QueueFilter(owner="nobody"), ["late", "paused", "new", "access"]),
    "overdue": (QueueFilter(due="overdue"), ["late"]),
    "due today": (QueueFilter(due="today"), []),
    "due within a week": (QueueFilter(due="week"), []),
    "without a date": (QueueFilter(due="none"), []),
    "another channel": (QueueFilter(channel="slack"), []),
    "closed, the newest first": (QueueFilter(state="closed"), ["gone", "done"]),
    "words in either case": (QueueFilter(words="FREE"), ["new", "access"]),
    "a percent sign is no wildcard": (QueueFilter(words="100%"), ["new"]),
    "an underscore is no wildcard": (QueueFilter(words="100_free"), []),
    "quotes and a backslash": (QueueFilter(words='"free" offer\\plan'), ["new"]),
    "an accent": (QueueFilter(words="dépanneur"), ["new"]),
    "an accent in the other case": (QueueFilter(words="DÉPANNEUR_élan"), ["new"]),
    "another accent": (QueueFilter(words="dèpanneur"), []),
    "a person": (QueueFilter(words="web:LEE"), ["paused"]),
}


def test_the_queue_shows_what_is_asked_for_in_its_order(stage: Stage) -> None:
    shown = {what: stage.names(asked) for what, (asked, _) in ASKED.items()}
    assert shown == {what: names for what, (_, names) in ASKED.items()}
    late = stage.tickets["late"].reference
    assert stage.names(QueueFilter(words=f" {late.lower()} ".strip())) == ["late"]


def test_a_row_says_what_the_officer_needs(stage: Stage) -> None:
    page = stage.desk.queue.page(QueueFilter(), account=ME)
    assert (page.today, page.following) == (TODAY, None)
    rows = {row.reference: (row, urgency) for row, urgency in page.rows}
    late, urgency = rows[stage.tickets["late"].reference]
    assert (late.next_due, late.clock, late.paused) == (date(2026, 11, 4), "respond", False)
    assert (late.kind, late.status, late.channel) == (Kind.COMPLAINT, Status.RECEIVED, Channel.WEB)
    assert (urgency.words, urgency.tone) == ("overdue since 5 November 2026", "overdue")
    new, _ = rows[stage.tickets["new"].reference]
    assert (new.received, new.summary) == (TODAY, stage.tickets["new"].fields["what"]["value"])
    mine, _ = rows[stage.tickets["mine"].reference]
    assert mine.owner == ME


def test_pages_join_without_a_gap_or_a_repeat(stage: Stage) -> None:
    """Two rows a page, each going on where the one before ended, as an address carries it."""
    for state, expected in (("", ASKED["all that are open"][1]), ("closed", ["gone", "done"])):
        found: list[QueueRow] = []
        beyond: tuple[date, int] | None = None
        while len(found) < 10:
            with stage.store.reading() as connection:
                page = queue.find(
                    connection, QueueFilter(state=state), account=ME, today=TODAY, limit=2,
                    beyond=beyond,
                )  # fmt: skip
            if not page:
                break
            found += page
            beyond = read_place(page[-1].place)
        assert [row.reference for row in found] == [stage.tickets[n].reference for n in expected]


def test_counts_follow_the_dates(stage: Stage) -> None:
    counts = stage.desk.queue.counts()
    assert (counts.open, counts.overdue, counts.today, counts.week) == (5, 1, 0, 0)
    due = stage.tickets["new"].clocks[0].due
    set_time(stage.store, datetime(due.year, due.month, due.day, 17, tzinfo=UTC))
    moved = stage.desk.queue.counts()
    assert (moved.open, moved.overdue, moved.today) == (5, 2, 3)
    assert stage.names(QueueFilter(due="today")) == ["new", "access", "mine"]
    set_time(stage.store, datetime(due.year, due.month, due.day, 17, tzinfo=UTC) - timedelta(6))
    assert stage.names(QueueFilter(due="week")) == ["paused", "new", "access", "mine"]


def test_a_long_queue_goes_on(store: Store) -> None:
    set_time(store, NOON)
    desk = desk_of(store)
    made = [file(desk, person=f"web:{n}").reference for n in range(PAGE + 1)]
    first = desk.queue.page(QueueFilter(), account=ME)
    assert len(first.rows) == PAGE
    assert first.following is not None
    rest = desk.queue.page(QueueFilter(), account=ME, beyond=read_place(first.following))
    assert [row.reference for row, _ in (*first.rows, *rest.rows)] == made
    assert rest.following is None


def test_what_reached_nobody_is_shown_until_it_is_seen(store: Store) -> None:
    set_time(store, NOON)
    desk = desk_of(store)
    ticket, before = file(desk), desk.queue.pulse()
    post = Post({OFFICER, "deputy@desk.example"})
    for _ in range(3):
        sweeper_of(desk, post).sweep()
    shown = desk.queue.alerts()
    assert {(a.reference, a.kind, a.threshold) for a in shown} == {
        (ticket.reference, "complaint", "opened")
    }
    assert all(a.failure == "the address was refused" for a in shown)
    assert desk.queue.pulse() != before
    desk.queue.acknowledge_alerts(shown[-1].id, who=ME, only=True)
    assert [a.id for a in desk.queue.alerts()] == [a.id for a in shown[:-1]]
    desk.queue.acknowledge_alerts(shown[0].id, who=ME)
    assert desk.queue.alerts() == []


def test_the_pulse_changes_with_every_change_alone(stage: Stage) -> None:
    before = stage.desk.queue.pulse()
    assert stage.desk.queue.pulse() == before
    stage.desk.tickets.note(stage.tickets["new"].reference, "Called them.", who=ME)
    assert stage.desk.queue.pulse() != before
