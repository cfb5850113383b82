"""A ticket is written once for one filing, with its clocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.domain.clock_records import clock_facts
from bot.domain.clocks import Clock
from bot.domain.duplicates import contact_of
from bot.domain.people import Channel, Role
from bot.domain.tickets import Kind, Status
from bot.store import search
from bot.store.tables import clocks, tickets
from bot.store.tickets.rows import next_due

# Statements of every filing are made once: making them anew costs more than running them.
_FILED = select(tickets.c.reference).where(tickets.c.filing_key == bindparam("filing"))


def find_filed(connection: Connection, filing_key: str) -> str | None:
    """Return the reference of the ticket that this filing already opened."""
    found: str | None = connection.execute(_FILED, {"filing": filing_key}).scalar()
    return found


def insert(
    connection: Connection,
    *,
    reference: str,
    kind: Kind,
    received_at: datetime,
    opened_at: datetime,
    channel: Channel,
    role: Role,
    person: str,
    conversation: str | None,
    filing_key: str,
    policy_version: str,
    calendar: str,
    fields: Mapping[str, Any],
    clauses_shown: Sequence[str],
    running: Sequence[Clock],
    sent_at: datetime | None = None,
) -> int | None:
    """Write a ticket with its clocks. Returns its row id, or None when the filing has one.

    A transaction that is writing the same filing is waited for.
    """
    values = {
        "reference": reference,
        "kind": str(kind),
        "status": str(Status.RECEIVED),
        "received_at": received_at,
        "received_local_date": running[0].day_zero,
        "opened_at": opened_at,
        "channel": str(channel),
        "role": str(role),
        "person": person,
        "conversation_id": conversation,
        "filing_key": filing_key,
        "policy_version": policy_version,
        "calendar": calendar,
        "fields": dict(fields),
        "clauses_shown": list(clauses_shown),
        "next_due": next_due(Status.RECEIVED, running),
        "sent_at": sent_at,
        "contact": contact_of(fields),
    }
    id: int | None = connection.execute(_insert_once(connection.dialect.name), values).scalar()
    if id is None:
        return None
    search.enter(connection, id, person, fields)
    add_clocks(connection, id, running)
    return id


@cache
def _insert_once(dialect: str) -> Executable:
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(tickets)
    once = insert.on_conflict_do_nothing(index_elements=["filing_key"])
    statement: Executable = once.returning(tickets.c.id)
    return statement


def add_clocks(connection: Connection, ticket_id: int, started: Iterable[Clock]) -> None:
    rows = [
        {
            "ticket_id": ticket_id,
            "name": clock.name,
            "version": 1,
            "due": clock.due,
            "ended_at": clock.met_at or clock.ended_at,
            "computed": clock_facts(clock),
        }
        for clock in started
    ]
    if rows:
        connection.execute(clocks.insert(), rows)
