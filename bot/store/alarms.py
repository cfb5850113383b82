"""What the operator was told of and when, so that many processes say it once in a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import alarms


def take(connection: Connection, name: str, now: datetime, every: timedelta) -> bool:
    """Tell whether this alarm is to be raised now; whoever is told so raises it."""
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(alarms)
    first = insert.values(name=name, at=now).on_conflict_do_nothing(index_elements=["name"])
    if connection.execute(first.returning(alarms.c.name)).first() is not None:
        return True
    again = (
        update(alarms)
        .where(alarms.c.name == name, alarms.c.at <= now - every)
        .values(at=now)
        .returning(alarms.c.name)
    )
    return connection.execute(again).first() is not None


def last(connection: Connection, name: str) -> datetime | None:
    found: datetime | None = connection.execute(
        select(alarms.c.at).where(alarms.c.name == name)
    ).scalar()
    return found
