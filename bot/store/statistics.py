"""Rows for the overview: counted in the database where they are many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import clocks, inbox, message_labels, tickets

MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Unsure:
    """A message that the desk was not sure of, as it was stored: with numbers masked."""

    id: str
    text: str
    at: datetime
    intent: str | None
    confidence: float | None
    answerable: float | None


def open_ages(connection: Connection) -> list[tuple[str, date, int]]:
    """Open tickets: (kind, day of receipt, how many)."""
    columns = (tickets.c.kind, tickets.c.received_local_date)
    chosen = select(*columns, func.count()).where(tickets.c.next_due.is_not(None))
    return [(r[0], r[1], r[2]) for r in connection.execute(chosen.group_by(*columns))]


def answers(connection: Connection, since: datetime) -> list[tuple[date, datetime, date]]:
    """Requests answered since then: (day of receipt, answered at, due), the newest first."""
    chosen = (
        select(tickets.c.received_local_date, clocks.c.ended_at, clocks.c.due)
        .join(tickets, tickets.c.id == clocks.c.ticket_id)
        .where(
            clocks.c.name == "respond",
            clocks.c.ended_at >= since,
            clocks.c.computed["met_at"].as_string().is_not(None),
        )
        .order_by(clocks.c.ended_at.desc())
        .limit(MOST_ROWS)
    )
    return [(r[0], r[1], r[2]) for r in connection.execute(chosen)]


def deadlines(connection: Connection, first: date, last: date) -> dict[date, int]:
    """How many open tickets have their next deadline on each of these dates."""
    due = tickets.c.next_due
    chosen = select(due, func.count()).where(due >= first, due <= last).group_by(due)
    return {row[0]: row[1] for row in connection.execute(chosen)}


def intents(connection: Connection, since: datetime) -> list[tuple[datetime, str]]:
    """What messages since then were read as: (received, intent), the newest first."""
    intent = inbox.c.replies[0]["intent"].as_string()
    chosen = (
        select(inbox.c.received_at, intent)
        .where(inbox.c.received_at >= since, intent.is_not(None))
        .order_by(inbox.c.received_at.desc())
        .limit(MOST_ROWS)
    )
    return [(r[0], r[1]) for r in connection.execute(chosen)]


def unsure(connection: Connection, since: datetime, below: float, *, limit: int) -> list[Unsure]:
    """Messages without a label that were read, or could be answered, with little confidence."""
    first = inbox.c.replies[0]
    intent, confidence = first["intent"].as_string(), first["confidence"].as_float()
    answerable = first["answerable"].as_float()
    chosen = (
        select(inbox.c.id, inbox.c.text, inbox.c.received_at, intent, confidence, answerable)
        .outerjoin(message_labels, message_labels.c.message_id == inbox.c.id)
        .where(
            inbox.c.received_at >= since,
            inbox.c.text != "",
            message_labels.c.message_id.is_(None),
            (confidence < below) | (answerable < below),
        )
        .order_by(inbox.c.received_at.desc())
        .limit(limit)
    )
    return [Unsure(*row) for row in connection.execute(chosen)]


def label(connection: Connection, message_id: str, intent: str, *, who: str, now: datetime) -> bool:
    """Keep what a message wanted; a later label replaces it. False for no such message."""
    known = select(inbox.c.id).where(inbox.c.id == message_id)
    if connection.execute(known).scalar() is None:
        return False
    values = {"intent": intent, "at": now, "who": who}
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(message_labels)
    connection.execute(
        insert.values(message_id=message_id, **values).on_conflict_do_update(
            index_elements=["message_id"], set_=values
        )
    )
    return True


def labelled(connection: Connection) -> list[tuple[str, str]]:
    """Every labelled message: (text, intent), oldest label first."""
    chosen = (
        select(inbox.c.text, message_labels.c.intent)
        .join(inbox, inbox.c.id == message_labels.c.message_id)
        .order_by(message_labels.c.at, inbox.c.id)
    )
    return [(r[0], r[1]) for r in connection.execute(chosen)]
