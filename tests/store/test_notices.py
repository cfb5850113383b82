"""The outbox: planned once, claimed by one, and every way a notice may end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.store import notices, tables
from bot.store.db import Store
from bot.store.notices import NewNotice, NoticeRow
from tests.fakes.desks import NOON, desk_of, filing, set_time

LEASE = timedelta(minutes=2)


@pytest.fixture
def ticket(store: Store) -> int:
    """A ticket without notices of its own."""
    set_time(store, NOON)
    made = desk_of(store).open_request(filing())
    with store.transaction() as connection:
        connection.execute(tables.notices.delete())
    return made.id


def plan(store: Store, ticket: int, threshold: str = "due", **more: Any) -> None:
    given: dict[str, Any] = {
        "clock": "respond", "version": 1, "to": "officer@example.ca",
        "by": "e-mail", "planned_for": NOON,
    }  # fmt: skip
    with store.transaction() as connection:
        notices.plan(connection, [NewNotice(ticket, threshold=threshold, **{**given, **more})])


def claim(store: Store, worker: str = "one", now: datetime = NOON, **more: Any) -> list[NoticeRow]:
    with store.transaction() as connection:
        return notices.claim_due(connection, now, worker=worker, lease=LEASE, **more)


def states(store: Store) -> dict[str, str]:
    with store.reading() as connection:
        rows = connection.execute(select(tables.notices.c.threshold, tables.notices.c.state))
        return {row.threshold: row.state for row in rows}


def test_planning_again_changes_nothing(store: Store, ticket: int) -> None:
    plan(store, ticket)
    [row] = claim(store)
    plan(store, ticket, planned_for=NOON + timedelta(days=1))
    assert claim(store, now=NOON + timedelta(days=2), due_by=NOON)[0].id == row.id
    assert states(store) == {"due": "claimed"}


def test_only_what_is_due_is_claimed_the_oldest_first(store: Store, ticket: int) -> None:
    for threshold, hours in (("1bd", -1), ("due", 0), ("2bd", -2), ("overdue+1", 1)):
        plan(store, ticket, threshold, planned_for=NOON + timedelta(hours=hours))
    assert [row.threshold for row in claim(store, limit=2)] == ["2bd", "1bd"]
    assert [row.threshold for row in claim(store)] == ["due"]
    assert [row.threshold for row in claim(store, due_by=NOON + timedelta(hours=1))] == [
        "overdue+1"
    ]


def test_of_sweepers_at_once_each_notice_goes_to_one(store: Store, ticket: int) -> None:
    for n in range(12):
        plan(store, ticket, f"overdue+{n}")
    with ThreadPoolExecutor(4) as pool:
        claims = list(pool.map(lambda n: claim(store, f"worker {n}", limit=3), range(4)))
    taken = [row.id for rows in claims for row in rows]
    assert len(taken) == len(set(taken))
    taken += [row.id for row in claim(store, "last")]
    assert len(taken) == len(set(taken)) == 12


def test_a_dead_sweepers_claim_is_taken_over_and_marked(store: Store, ticket: int) -> None:
    plan(store, ticket)
    [first] = claim(store, "dead")
    assert (first.attempts, first.repeated) == (1, False)
    with store.transaction() as connection:
        assert notices.mark_sending(connection, [first], "heir") == set()
        assert notices.mark_sending(connection, [first], "dead") == {first.id}
    assert claim(store, "heir", now=NOON + LEASE) == []
    later = NOON + LEASE + timedelta(seconds=1)
    [again] = claim(store, "heir", now=later)
    assert (again.attempts, again.repeated) == (2, True)
    with store.transaction() as connection:
        assert not notices.record_sent(connection, [first], "dead", later)
        assert not notices.record_sent(connection, [first], "heir", later)
        assert notices.record_sent(connection, [again], "heir", later) == {again.id}
        assert not notices.record_sent(connection, [again], "heir", later)
    assert states(store) == {"due": "sent"}


def test_a_passing_failure_is_planned_for_later(store: Store, ticket: int) -> None:
    plan(store, ticket)
    [row] = claim(store)
    until = NOON + timedelta(minutes=1)
    with store.transaction() as connection:
        notices.put_back(connection, [(row, until)], "one", "busy")
    assert claim(store) == []
    [again] = claim(store, now=until)
    assert (again.attempts, again.repeated, again.planned_for) == (2, False, until)


@pytest.mark.parametrize("state", ["cancelled", "superseded", "failed"])
def test_a_claimed_notice_can_be_dropped_by_its_holder_alone(
    store: Store, ticket: int, state: str
) -> None:
    plan(store, ticket)
    [row] = claim(store)
    with store.transaction() as connection:
        assert not notices.close(connection, [row], "another", state)
    assert states(store) == {"due": "claimed"}
    with store.transaction() as connection:
        assert notices.close(connection, [row], "one", state) == {row.id}
    assert states(store) == {"due": state}
    assert claim(store, now=NOON + timedelta(days=1)) == []


def test_what_was_cancelled_can_be_planned_again_and_nothing_else(
    store: Store, ticket: int
) -> None:
    for threshold, state in (("due", "cancelled"), ("1bd", "superseded"), ("2bd", "failed")):
        plan(store, ticket, threshold)
        with store.transaction() as connection:
            [row] = notices.claim_due(connection, NOON, worker="one", lease=LEASE)
            notices.close(connection, [row], "one", state)
    for threshold in ("due", "1bd", "2bd"):
        plan(store, ticket, threshold)
    assert states(store) == {"due": "planned", "1bd": "superseded", "2bd": "failed"}


def test_the_ways_by_which_something_is_due_are_found(store: Store, ticket: int) -> None:
    plan(store, ticket, "due", by="e-mail")
    plan(store, ticket, "due", by="slack", planned_for=NOON + timedelta(hours=1))
    plan(store, ticket, "5bd", by="log", form="line")
    later = NOON + LEASE + timedelta(seconds=1)
    with store.reading() as connection:
        assert notices.due_ways(connection, NOON, NOON) == ["e-mail"]
        assert notices.due_ways(connection, NOON + timedelta(hours=1), NOON) == ["e-mail", "slack"]
    claim(store)
    with store.reading() as connection:
        assert notices.due_ways(connection, NOON, NOON) == []
        assert notices.due_ways(connection, NOON, later) == ["e-mail"]


def test_closing_unsent_spares_what_was_sent_and_what_is_not_meant(
    store: Store, ticket: int
) -> None:
    plan(store, ticket, "opened", planned_for=NOON - timedelta(hours=1))
    [row] = claim(store)
    plan(store, ticket, "5bd")
    plan(store, ticket, "2bd", version=2)
    plan(store, ticket, "1bd", clock="resolve")
    with store.transaction() as connection:
        notices.record_sent(connection, [row], "one", NOON)
        notices.close_unsent(connection, ticket, "cancelled", clock="respond", before_version=2)
    expected = {"opened": "sent", "5bd": "cancelled", "2bd": "planned", "1bd": "planned"}
    assert states(store) == expected
    with store.transaction() as connection:
        notices.close_unsent(connection, ticket, "superseded")
    assert states(store) == {**expected, "2bd": "superseded", "1bd": "superseded"}


def test_the_last_sweep_is_known(store: Store) -> None:
    with store.transaction() as connection:
        assert notices.last_sweep(connection) is None
        notices.record_sweep(connection, "one", NOON)
        notices.record_sweep(connection, "two", NOON + timedelta(minutes=2))
        notices.record_sweep(connection, "one", NOON + timedelta(minutes=1))
        assert notices.last_sweep(connection) == NOON + timedelta(minutes=2)
