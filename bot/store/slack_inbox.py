"""What came in from Slack: a row before Slack is told that it arrived.

States: `received` (to be worked), `working` (leased), `pending` (an apology was given, the answer
comes late), `done`. Words are wiped when a row is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, delete, func, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.domain.slack import Arrival, Delivery
from bot.store.db import Store
from bot.store.tables import slack_inbox

LEASE = timedelta(seconds=60)
RETRIES = (timedelta(seconds=1), timedelta(seconds=5), timedelta(seconds=30))
# Claims of several processes follow one another, or a lane would be worked twice at once.
POSTGRES_LOCK = 7_739_002


def _row(row: RowMapping) -> Delivery:
    return Delivery(
        row["id"], row["key"], row["kind"], row["team"], row["user"], row["channel"], row["ts"],
        row["thread_ts"], row["text"], tuple(row["masked"]), row["data"], row["received_at"],
        row["attempts"], row["conversation"], row["number"],
    )  # fmt: skip


def real_now(store: Store, connection: Connection) -> datetime:
    """The time that leases and pauses count in: moving the desk's clock moves none of them."""
    return store.now(connection) - store.shift(connection)


class SlackInbox:
    """The rows, shared by every process of the desk."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def receive(
        self, arrival: Arrival, *, masked: Sequence[str] = (), age: timedelta = timedelta()
    ) -> bool:
        """Store it once, however often it is delivered. Returns whether it is new.

        Its words and data are masked already; `masked` says of what. `age` is how long ago it was
        sent: the receipt counts from then.
        """
        insert = (sqlite if self.store.is_sqlite else postgresql).insert(slack_inbox)
        with self.store.transaction() as connection:
            now, real = self.store.now(connection), real_now(self.store, connection)
            stored = connection.execute(
                insert.values(
                    key=arrival.key, message_key=arrival.message_key, kind=arrival.kind,
                    team=arrival.team, user=arrival.user, channel=arrival.channel, ts=arrival.ts,
                    thread_ts=arrival.thread_ts, lane=arrival.lane, text=arrival.text,
                    masked=list(masked), data=dict(arrival.data), received_at=now - age,
                    state="received", due_at=real, attempts=0,
                ).on_conflict_do_nothing().returning(slack_inbox.c.id)
            ).first()  # fmt: skip
        return stored is not None

    def claim(self, limit: int) -> list[Delivery]:
        """Take rows that nobody works on, oldest first, one of a lane at a time."""
        with self.store.transaction() as connection:
            if not self.store.is_sqlite:
                connection.execute(text("select pg_advisory_xact_lock(:n)"), {"n": POSTGRES_LOCK})
            now = real_now(self.store, connection)
            ids = self._free(connection, now, limit)
            taken = connection.execute(
                update(slack_inbox)
                .where(slack_inbox.c.id.in_(ids))
                .values(
                    state="working",
                    lease_until=now + LEASE,
                    attempts=slack_inbox.c.attempts + 1,
                )
                .returning(*slack_inbox.c)
            ).mappings()
            return sorted((_row(row) for row in taken), key=lambda r: (r.received_at, r.id))

    def _free(self, connection: Connection, now: datetime, limit: int) -> list[int]:
        table = slack_inbox.c
        busy = select(table.lane).where(table.state == "working", table.lease_until >= now)
        lanes = set(connection.execute(busy).scalars())
        due = and_(table.state == "received", table.due_at <= now)
        abandoned = and_(table.state == "working", table.lease_until < now)
        waiting = select(table.id, table.lane).where(or_(due, abandoned))
        found: list[int] = []
        for row in connection.execute(waiting.order_by(table.received_at, table.id).limit(500)):
            if row.lane not in lanes and len(found) < limit:
                lanes.add(row.lane)
                found.append(row.id)
        return found

    def pending(self, limit: int = 200) -> list[Delivery]:
        """Rows whose answer is still to come."""
        chosen = select(slack_inbox).where(slack_inbox.c.state == "pending")
        with self.store.reading() as connection:
            rows = connection.execute(chosen.order_by(slack_inbox.c.id).limit(limit)).mappings()
            return [_row(row) for row in rows]

    def find(self, id: int) -> Delivery | None:
        with self.store.reading() as connection:
            chosen = select(slack_inbox).where(slack_inbox.c.id == id)
            row = connection.execute(chosen).mappings().first()
        return _row(row) if row else None

    def by_key(self, key: str) -> Delivery | None:
        with self.store.reading() as connection:
            chosen = select(slack_inbox).where(slack_inbox.c.key == key)
            row = connection.execute(chosen).mappings().first()
        return _row(row) if row else None

    def note(self, id: int, conversation: str, number: int) -> None:
        """Remember which message of a conversation it became."""
        self._set(id, conversation=conversation, number=number)

    def wait(self, id: int) -> None:
        """Its answer comes late."""
        self._set(id, state="pending", lease_until=None)

    def finish(self, id: int) -> None:
        """It is answered: its words are wiped, its keys stay."""
        self._set(id, state="done", lease_until=None, text="", data={})

    def retry(self, id: int, attempts: int, after: float | None = None) -> None:
        """Take it up again later."""
        pause = timedelta(seconds=after) if after else RETRIES[min(attempts, len(RETRIES)) - 1]
        with self.store.transaction() as connection:
            due = real_now(self.store, connection) + pause
            self._change(connection, id, state="received", lease_until=None, due_at=due)

    def latest(self, channel: str) -> str | None:
        """The time of the newest message of this channel that is stored."""
        with self.store.reading() as connection:
            chosen = select(func.max(slack_inbox.c.ts)).where(slack_inbox.c.channel == channel)
            newest: str | None = connection.execute(chosen).scalar()
        return newest or None

    def prune(self, older_than: timedelta) -> int:
        """Delete what was done long ago. Returns how many rows."""
        with self.store.transaction() as connection:
            before = self.store.now(connection) - older_than
            old = and_(slack_inbox.c.state == "done", slack_inbox.c.received_at < before)
            return connection.execute(delete(slack_inbox).where(old)).rowcount

    def _set(self, id: int, **columns: Any) -> None:
        with self.store.transaction() as connection:
            self._change(connection, id, **columns)

    def _change(self, connection: Connection, id: int, **columns: Any) -> None:
        connection.execute(update(slack_inbox).where(slack_inbox.c.id == id).values(**columns))
