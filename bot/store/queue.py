"""The officer's queue out of the database: filtered, in order, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, tuple_

from bot.domain.people import Channel
from bot.domain.queue import QueueFilter, QueueRow, summary
from bot.domain.tickets import Kind, Status, parse_reference
from bot.store import search
from bot.store.tables import chain_head, clocks, tickets

_COLUMNS = (
    tickets.c.id,
    tickets.c.reference,
    tickets.c.kind,
    tickets.c.status,
    tickets.c.received_local_date,
    tickets.c.channel,
    tickets.c.owner,
    tickets.c.next_due,
    tickets.c.fields,
    tickets.c.hold,
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many open tickets there are, and how near their dates."""

    open: int
    overdue: int
    today: int
    week: int


def counts(connection: Connection, today: date) -> Counts:
    """Count by the index alone."""
    due = tickets.c.next_due

    def number(*conditions: ColumnElement[bool]) -> int:
        chosen = select(func.count()).select_from(tickets).where(due.is_not(None), *conditions)
        found: int = connection.execute(chosen).scalar_one()
        return found

    week = today + timedelta(days=7)
    return Counts(
        number(), number(due < today), number(due == today), number(due >= today, due < week)
    )


def find(
    connection: Connection,
    asked: QueueFilter,
    *,
    account: str,
    today: date,
    limit: int,
    beyond: tuple[date, int] | None = None,
) -> list[QueueRow]:
    """Tickets by next deadline, closed ones by the newest; go on `beyond` a row's place.

    That costs the same however far it is. `account` is whose `me` is.
    """
    chosen = select(*_COLUMNS).where(*_conditions(connection, asked, account, today))
    if asked.state == "closed":
        if beyond is not None:
            chosen = chosen.where(tickets.c.id < beyond[1])
        chosen = chosen.order_by(tickets.c.id.desc())
    else:
        place = tuple_(tickets.c.next_due, tickets.c.id)
        if beyond is not None:
            chosen = chosen.where(place > beyond)
        chosen = chosen.order_by(tickets.c.next_due, tickets.c.id)
    rows = connection.execute(chosen.limit(limit)).all()
    running = _running(connection, [row.id for row in rows])
    return [_row(row, running.get(row.id, {})) for row in rows]


def _conditions(
    connection: Connection, asked: QueueFilter, account: str, today: date
) -> list[ColumnElement[bool]]:
    due = tickets.c.next_due
    found: list[ColumnElement[bool]] = [
        due.is_(None) if asked.state == "closed" else due.is_not(None)
    ]
    for name in ("kind", "status", "channel"):
        if value := getattr(asked, name):
            found.append(tickets.c[name] == value)
    if asked.owner == "me":
        found.append(tickets.c.owner == account)
    elif asked.owner == "nobody":
        found.append(tickets.c.owner.is_(None))
    if asked.state != "closed":
        found.extend(_by_due(asked.due, today))
    if asked.words:
        found.append(_holding(connection, asked.words))
    return found


def _by_due(asked: str, today: date) -> list[ColumnElement[bool]]:
    due = tickets.c.next_due
    spans = {
        "overdue": [due < today],
        "today": [due == today],
        "week": [due >= today, due < today + timedelta(days=7)],
        "none": [due == date.max],
    }
    return spans.get(asked, [])


def _holding(connection: Connection, words: str) -> ColumnElement[bool]:
    """Tickets of this reference, or in which these words were written."""
    reference = parse_reference(words)
    if reference is not None:
        return tickets.c.reference == reference
    return search.holding(connection, words)


def _running(connection: Connection, ids: Sequence[int]) -> dict[int, dict[date, tuple[str, bool]]]:
    """The running clocks of these tickets by due date: name, and whether it stands still."""
    chosen = select(clocks.c.ticket_id, clocks.c.name, clocks.c.due, clocks.c.computed).where(
        clocks.c.ticket_id.in_(ids), clocks.c.ended_at.is_(None)
    )
    found: dict[int, dict[date, tuple[str, bool]]] = {}
    for row in connection.execute(chosen):
        pauses = row.computed["pauses"]
        paused = bool(pauses) and pauses[-1]["end"] is None
        found.setdefault(row.ticket_id, {}).setdefault(row.due, (row.name, paused))
    return found


def _row(row: Any, running: dict[date, tuple[str, bool]]) -> QueueRow:
    name, paused = running.get(row.next_due, (None, False))
    return QueueRow(
        id=row.id,
        reference=row.reference,
        kind=Kind(row.kind),
        status=Status(row.status),
        received=row.received_local_date,
        channel=Channel(row.channel),
        owner=row.owner,
        next_due=row.next_due,
        clock=name,
        paused=paused,
        summary=summary(row.fields),
        hold=row.hold,
    )


def change_number(connection: Connection) -> int:
    """A number that grows whenever a ticket changes: that of the last event."""
    return connection.execute(select(chain_head.c.number)).scalar() or 0
