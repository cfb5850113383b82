"""A ticket is changed only together with an event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from bot.domain.clock_records import clock_facts
from bot.domain.clocks import Clock
from bot.domain.tickets import Event, Status, Ticket
from bot.store import events as chain
from bot.store.tables import clocks, ticket_facts, tickets
from bot.store.tickets.rows import next_due

_NEXT_NUMBER = (
    update(tickets)
    .where(tickets.c.id == bindparam("ticket"))
    .values(version=tickets.c.version + 1)
    .returning(tickets.c.version)
)


def add_event(connection: Connection, ticket_id: int, event: Event) -> None:
    """Append the ticket's next event; two writers at once take their numbers in turn."""
    number: int = connection.execute(_NEXT_NUMBER, {"ticket": ticket_id}).scalar_one()
    chain.append(connection, ticket_id, number, event)


def add_fact(
    connection: Connection,
    ticket_id: int,
    name: str,
    content: Mapping[str, Any],
    *,
    who: str,
    now: datetime,
) -> int:
    """Add a fact to a ticket that this transaction has taken. Returns its number."""
    last = select(func.coalesce(func.max(ticket_facts.c.number), 0)).where(
        ticket_facts.c.ticket_id == ticket_id, ticket_facts.c.name == name
    )
    number: int = connection.execute(last).scalar_one() + 1
    connection.execute(
        ticket_facts.insert().values(
            ticket_id=ticket_id, name=name, number=number, at=now, who=who, content=dict(content)
        )
    )
    return number


def save_clock(
    connection: Connection, ticket_id: int, clock: Clock, *, renewed: bool = False
) -> int:
    """Store a changed clock. A moved due date, or a renewal, is a new version. Returns it."""
    row = connection.execute(
        select(clocks.c.version, clocks.c.due).where(
            clocks.c.ticket_id == ticket_id, clocks.c.name == clock.name
        )
    ).one()
    version: int = row.version + (renewed or row.due != clock.due)
    connection.execute(
        update(clocks)
        .where(clocks.c.ticket_id == ticket_id, clocks.c.name == clock.name)
        .values(
            version=version,
            due=clock.due,
            ended_at=clock.met_at or clock.ended_at,
            computed=clock_facts(clock),
        )
    )
    return version


def save_status(
    connection: Connection,
    ticket: Ticket,
    status: Status,
    running: Iterable[Clock],
    **columns: Any,
) -> bool:
    """Change a ticket from what it was read as. False when someone else was quicker."""
    done = connection.execute(
        update(tickets)
        .where(tickets.c.id == ticket.id, tickets.c.version == ticket.version)
        .values(status=str(status), next_due=next_due(status, running), **columns)
    )
    return done.rowcount == 1
