"""Counts of use for rate limits, in the database so that several processes share them."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.db import Store
from bot.store.tables import rate_counts

KEPT = timedelta(minutes=10)
PURGED_AT_ONCE = 100


class RateCounts:
    """Counts uses of a key in windows that begin with the first use."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def take(self, key: str, limit: int, seconds: int) -> int:
        """Count one use. Returns 0, or the seconds to wait when the window's `limit` is used up.

        A refused use is not counted: whoever waits as told gets through.
        """
        window = timedelta(seconds=seconds)
        with self.store.transaction() as connection:
            start, used = _locked(connection, key, self.store.now(connection))
            # Read again: who waited for the row must not be earlier than who held it.
            now = self.store.now(connection)
            if not start <= now < start + window:
                start, used = now, 0
            if used >= limit:
                return math.ceil((start + window - now).total_seconds())
            connection.execute(
                update(rate_counts)
                .where(rate_counts.c.key == key)
                .values(window_start=start, count=used + 1)
            )
            _purge(connection, now - KEPT)
        return 0


def _locked(connection: Connection, key: str, now: datetime) -> tuple[datetime, int]:
    """Take the key's row for this transaction, made where there is none."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = connection.execute(
        insert(rate_counts)
        .values(key=key, window_start=now, count=0)
        .on_conflict_do_update(index_elements=[rate_counts.c.key], set_={"key": key})
        .returning(rate_counts.c.window_start, rate_counts.c.count)
    ).one()
    return row[0], row[1]


def _purge(connection: Connection, before: datetime) -> None:
    """Delete counts that nobody needs; rows that another process holds are left to it."""
    old = (
        select(rate_counts.c.key)
        .where(rate_counts.c.window_start < before)
        .limit(PURGED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    connection.execute(delete(rate_counts).where(rate_counts.c.key.in_(old)))
