"""Registers: incidents, withdrawals, disagreements; each selects tickets with their facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from bot.domain.tickets import Kind
from bot.store.tables import ticket_facts, tickets


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a register: a ticket and the newest fact of one name, where it has one."""

    reference: str
    kind: str
    status: str
    received: date
    closed_at: datetime | None
    fields: Mapping[str, Any]
    fact: Mapping[str, Any] | None
    fact_at: datetime | None


def of_kind(
    connection: Connection, kind: Kind, fact: str, *, since: date | None, limit: int
) -> list[Entry]:
    """Tickets of a kind received since then, newest first, each with its fact of this name."""
    chosen = select(tickets).where(tickets.c.kind == str(kind))
    if since is not None:
        chosen = chosen.where(tickets.c.received_local_date >= since)
    return _entries(connection, chosen.order_by(tickets.c.id.desc()).limit(limit), fact)


def with_fact(connection: Connection, fact: str, *, limit: int) -> list[Entry]:
    """Tickets of any kind that have a fact of this name, newest first."""
    having = select(ticket_facts.c.ticket_id).where(ticket_facts.c.name == fact)
    chosen = select(tickets).where(tickets.c.id.in_(having))
    return _entries(connection, chosen.order_by(tickets.c.id.desc()).limit(limit), fact)


def _entries(connection: Connection, chosen: Select[Any], fact: str) -> list[Entry]:
    rows = connection.execute(chosen).all()
    facts = _newest(connection, [row.id for row in rows], fact)
    return [
        Entry(
            row.reference, row.kind, row.status, row.received_local_date, row.closed_at,
            row.fields, *facts.get(row.id, (None, None)),
        )
        for row in rows
    ]  # fmt: skip


def _newest(
    connection: Connection, ids: Sequence[int], name: str
) -> dict[int, tuple[Mapping[str, Any], datetime]]:
    chosen = (
        select(ticket_facts)
        .where(ticket_facts.c.ticket_id.in_(ids), ticket_facts.c.name == name)
        .order_by(ticket_facts.c.number)
    )
    return {row.ticket_id: (row.content, row.at) for row in connection.execute(chosen)}
