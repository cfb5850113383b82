"""Rows into tickets: one query for each kind of row, however many tickets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, Table, bindparam, select

from bot.domain.clocks import Clock
from bot.domain.people import Channel, Role
from bot.domain.tickets import Event, Fact, Kind, Status, Ticket, is_open
from bot.store.tables import clocks, events, notices, ticket_facts

# Rebuilds a ticket's clocks from their stored facts: (kind, calendar, [(name, facts)]).
RebuildClocks = Callable[[str, str, Sequence[tuple[str, Mapping[str, Any]]]], tuple[Clock, ...]]


def next_due(status: Status, running: Iterable[Clock]) -> date | None:
    """By what an open ticket is listed: its next due date, the last of days when none is left."""
    if not is_open(status):
        return None
    dates = [c.due for c in running if c.met_at is None and c.ended_at is None]
    return min(dates, default=date.max)


def tickets_of(
    connection: Connection,
    chosen: Select[Any],
    rebuild: RebuildClocks,
    named: Mapping[str, Any] | None = None,
) -> list[Ticket]:
    """Read tickets with all that hangs on them, one query for each kind of row."""
    rows = connection.execute(chosen, named or {}).mappings().all()
    ids = [row["id"] for row in rows]
    running = _by_ticket(connection, clocks, "id", ids)
    happened = _by_ticket(connection, events, "number", ids)
    told = _by_ticket(connection, notices, "id", ids)
    known = _by_ticket(connection, ticket_facts, "id", ids)
    return [
        _ticket(
            row,
            running.get(row["id"], ()),
            rebuild,
            tuple(_event(r) for r in happened.get(row["id"], ())),
            tuple(_notice(r) for r in told.get(row["id"], ())),
            tuple(_fact(r) for r in known.get(row["id"], ())),
        )
        for row in rows
    ]


@cache
def _hanging_on(table: Table, order: str) -> Select[Any]:
    wanted = table.c.ticket_id.in_(bindparam("ids", expanding=True))
    return select(table).where(wanted).order_by(table.c.ticket_id, table.c[order])


@cache
def _hanging_on_one(table: Table, order: str) -> Select[Any]:
    """The same for one ticket: a list of values is written into the statement at each run."""
    wanted = table.c.ticket_id == bindparam("ticket")
    return select(table).where(wanted).order_by(table.c[order])


def _by_ticket(
    connection: Connection, table: Table, order: str, ids: Sequence[int]
) -> dict[int, list[RowMapping]]:
    found: dict[int, list[RowMapping]] = {}
    if not ids:
        return found
    if len(ids) == 1:
        rows = connection.execute(_hanging_on_one(table, order), {"ticket": ids[0]})
    else:
        rows = connection.execute(_hanging_on(table, order), {"ids": ids})
    for row in rows.mappings():
        found.setdefault(row["ticket_id"], []).append(row)
    return found


def _ticket(
    row: RowMapping,
    running: Sequence[RowMapping],
    rebuild: RebuildClocks,
    happened: tuple[Event, ...],
    told: tuple[Mapping[str, Any], ...],
    known: tuple[Fact, ...],
) -> Ticket:
    return Ticket(
        id=row["id"],
        reference=row["reference"],
        kind=Kind(row["kind"]),
        status=Status(row["status"]),
        received_at=row["received_at"],
        received_local_date=row["received_local_date"],
        channel=Channel(row["channel"]),
        role=Role(row["role"]),
        person=row["person"],
        policy_version=row["policy_version"],
        calendar=row["calendar"],
        fields=row["fields"],
        clauses_shown=tuple(row["clauses_shown"]),
        clocks=rebuild(row["kind"], row["calendar"], [(r["name"], r["computed"]) for r in running]),
        clock_versions={r["name"]: r["version"] for r in running},
        identity=row["identity"],
        owner=row["owner"],
        events=happened,
        notices=told,
        facts=known,
        version=row["version"],
        sent_at=row["sent_at"],
        closed_at=row["closed_at"],
        hold=row["hold"],
        duplicate_of=row["duplicate_of"],
        conversation=row["conversation_id"],
    )


def _event(row: RowMapping) -> Event:
    return Event(row["at"], row["who"], row["what"], row["why"], row["before"], row["after"])


def _fact(row: RowMapping) -> Fact:
    return Fact(row["name"], row["number"], row["at"], row["who"], row["content"])


def _notice(row: RowMapping) -> dict[str, Any]:
    return {
        "clock": row["clock"],
        "threshold": row["threshold"],
        "version": row["version"],
        "to": row["to"],
        "by": row["by"],
        "planned_for": row["planned_for"].isoformat(),
        "state": row["state"],
        "sent_at": row["sent_at"].isoformat() if row["sent_at"] else None,
    }
