"""Notices that reached nobody: given up, or only written to the log, and not yet seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, text, update

from bot.store.tables import UNSEEN, notices, tickets


@dataclass(frozen=True, slots=True)
class Alert:
    """A notice to be shown; `failure` says why it went nowhere, where something was tried."""

    id: int
    reference: str
    kind: str
    clock: str
    threshold: str
    at: datetime
    failure: str | None


def unseen(connection: Connection, *, limit: int) -> list[Alert]:
    """The newest of them."""
    chosen = (
        select(
            notices.c.id, tickets.c.reference, tickets.c.kind, notices.c.clock,
            notices.c.threshold, notices.c.planned_for, notices.c.failure,
        )
        .join(tickets, tickets.c.id == notices.c.ticket_id)
        .where(text(UNSEEN))
        .order_by(notices.c.id.desc())
        .limit(limit)
    )  # fmt: skip
    return [
        Alert(r.id, r.reference, r.kind, r.clock, r.threshold, r.planned_for, r.failure)
        for r in connection.execute(chosen)
    ]


def mark_seen(
    connection: Connection, who: str, now: datetime, *, up_to: int, only: bool = False
) -> None:
    """Record that someone has seen all of them up to this id, or this one `only`."""
    here = notices.c.id == up_to if only else notices.c.id <= up_to
    connection.execute(update(notices).where(here, text(UNSEEN)).values(seen_at=now, seen_by=who))


def newest(connection: Connection) -> int:
    """The highest id of a notice that reached nobody and was not seen; 0 when there is none."""
    found: int | None = connection.execute(
        select(func.max(notices.c.id)).where(text(UNSEEN))
    ).scalar()
    return found or 0
