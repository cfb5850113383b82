"""Secret links of the calendar, as hashes, and the deadlines that it shows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select

from bot.store.tables import calendar_feeds, clocks, tickets


def secret_hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def replace(connection: Connection, secret: str, who: str, now: datetime) -> None:
    """Make this the one secret that opens the calendar: every earlier link is dead."""
    connection.execute(calendar_feeds.delete())
    connection.execute(
        calendar_feeds.insert().values(hash=secret_hash(secret), made_at=now, made_by=who)
    )


def made_at(connection: Connection) -> datetime | None:
    """When the link was made, if there is one."""
    found: datetime | None = connection.execute(select(calendar_feeds.c.made_at)).scalar()
    return found


def is_known(connection: Connection, secret: str) -> bool:
    chosen = select(calendar_feeds.c.hash).where(calendar_feeds.c.hash == secret_hash(secret))
    return connection.execute(chosen).first() is not None


def open_clocks(connection: Connection) -> Sequence[RowMapping]:
    """Every clock that runs on an open ticket: its ticket's reference, kind and opening with it."""
    chosen = (
        select(
            tickets.c.reference, tickets.c.kind, tickets.c.opened_at, clocks.c.name,
            clocks.c.due, clocks.c.version, clocks.c.computed,
        )
        .join(clocks, clocks.c.ticket_id == tickets.c.id)
        .where(tickets.c.next_due.is_not(None), clocks.c.ended_at.is_(None))
        .order_by(tickets.c.next_due, tickets.c.id, clocks.c.id)
    )  # fmt: skip
    found: Sequence[RowMapping] = connection.execute(chosen).mappings().all()
    return found
