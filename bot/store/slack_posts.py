"""What goes out to Slack: a row before it is sent, paced, and looked for when nobody knows.

States: `planned`, `held` (sent by whoever planned it), `sending` (leased; after the lease its
outcome is unknown), `sent`, `failed`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, delete, func, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.domain.slack import Post
from bot.store.db import Store
from bot.store.slack_inbox import real_now
from bot.store.tables import slack_marks, slack_posts, tickets

LEASE = timedelta(seconds=30)
# Slack takes about one message a second in a channel; bursts are without promise.
PACE = timedelta(seconds=1)
EVERYWHERE, LISTENING = "*", "listening"
POSTGRES_LOCK = 7_739_003


def _row(row: RowMapping, unknown: bool = False) -> Post:
    return Post(
        row["id"], row["key"], row["outbox_id"], row["method"], row["channel"], row["body"],
        row["attempts"], row["attempted_at"], row["posted_in"], row["ts"], row["state"],
        row["reference"], row["shown_version"], unknown,
    )  # fmt: skip


class SlackPosts:
    """The rows, shared by every process of the desk."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def plan(
        self,
        key: str,
        method: str,
        channel: str,
        body: Mapping[str, Any],
        *,
        reference: str | None = None,
        shown_version: int | None = None,
        held: bool = False,
    ) -> Post:
        """Plan a call once for its key. Returns the row, the one that was there if there was.

        `held`: whoever plans it sends it, and it waits for nobody else.
        """
        insert = (sqlite if self.store.is_sqlite else postgresql).insert(slack_posts)
        with self.store.transaction() as connection:
            now = real_now(self.store, connection)
            connection.execute(
                insert.values(
                    key=key, outbox_id=secrets.token_hex(12), method=method, channel=channel,
                    body=dict(body), state="held" if held else "planned", due_at=now, attempts=0,
                    created_at=now, reference=reference, shown_version=shown_version,
                ).on_conflict_do_nothing()
            )  # fmt: skip
            return self._find(connection, slack_posts.c.key == key)

    def find(self, key: str) -> Post | None:
        with self.store.reading() as connection:
            chosen = select(slack_posts).where(slack_posts.c.key == key)
            row = connection.execute(chosen).mappings().first()
        return _row(row) if row else None

    def reference_at(self, channel: str, ts: str) -> str | None:
        """The request that the message at this place is about, if it is about one."""
        chosen = select(slack_posts.c.reference).where(
            slack_posts.c.posted_in == channel,
            slack_posts.c.ts == ts,
            slack_posts.c.reference.is_not(None),
        )
        with self.store.reading() as connection:
            found: str | None = connection.execute(chosen).scalar()
        return found

    def claim(self, limit: int) -> list[Post]:
        """Take calls whose turn it is: of each channel the oldest, when the channel may be
        posted to again. Taking it moves the channel's next time on."""
        with self.store.transaction() as connection:
            self._serialize(connection)
            now = real_now(self.store, connection)
            taken = [self._take(connection, row, now) for row in self._due(connection, now, limit)]
        return taken

    def claim_one(self, id: int) -> tuple[Post | None, float]:
        """Take this call, or None and the seconds until its channel may be posted to."""
        with self.store.transaction() as connection:
            self._serialize(connection)
            now = real_now(self.store, connection)
            row = connection.execute(
                select(slack_posts).where(slack_posts.c.id == id)
            ).mappings().one()  # fmt: skip
            ready = max(self._ready(connection, {row["channel"]}).values(), default=now)
            if ready > now:
                return None, (ready - now).total_seconds()
            return self._take(connection, row, now), 0.0

    def _due(self, connection: Connection, now: datetime, limit: int) -> list[RowMapping]:
        table = slack_posts.c
        unsent = table.state.in_(("planned", "sending"))
        first = select(func.min(table.id)).where(unsent).group_by(table.channel)
        due = or_(
            and_(table.state == "planned", table.due_at <= now),
            and_(table.state == "sending", table.lease_until < now),
        )
        heads = connection.execute(
            select(slack_posts).where(table.id.in_(first), due).order_by(table.id)
        ).mappings().all()  # fmt: skip
        ready = self._ready(connection, {row["channel"] for row in heads})
        return [row for row in heads if ready.get(row["channel"], now) <= now][:limit]

    def _ready(self, connection: Connection, channels: set[str]) -> dict[str, datetime]:
        """When each of these channels may be posted to again, where it must wait at all."""
        marks = slack_marks.c
        chosen = select(marks.name, marks.at).where(marks.name.in_({*channels, EVERYWHERE}))
        found = {row.name: row.at for row in connection.execute(chosen)}
        everywhere = found.pop(EVERYWHERE, None)
        if everywhere is None:
            return found
        return {name: max(found.get(name, everywhere), everywhere) for name in channels}

    def _take(self, connection: Connection, row: RowMapping, now: datetime) -> Post:
        self._mark(connection, row["channel"], now + PACE)
        connection.execute(
            update(slack_posts)
            .where(slack_posts.c.id == row["id"])
            .values(
                state="sending", lease_until=now + LEASE, attempts=row["attempts"] + 1,
                attempted_at=row["attempted_at"] or now,
            )
        )  # fmt: skip
        return _row(row, unknown=row["attempted_at"] is not None and row["state"] != "planned")

    def sent(self, id: int, posted_in: str | None, ts: str | None) -> None:
        """It is there: its words are wiped, where it is stays; the channel's pace counts anew."""
        with self.store.transaction() as connection:
            done = connection.execute(
                update(slack_posts)
                .where(slack_posts.c.id == id)
                .values(state="sent", lease_until=None, posted_in=posted_in, ts=ts, body={})
                .returning(slack_posts.c.channel)
            )
            self._mark(connection, done.scalar_one(), real_now(self.store, connection) + PACE)

    def unclear(self, id: int, after: float) -> None:
        """Nobody knows whether it arrived: look for it in so many seconds."""
        with self.store.transaction() as connection:
            until = real_now(self.store, connection) + timedelta(seconds=after)
            self._change(connection, id, state="sending", lease_until=until)

    def again(self, id: int, after: float, why: str, *, everywhere: bool = False) -> None:
        """It did not arrive: try again in so many seconds, the channel's others after it."""
        with self.store.transaction() as connection:
            until = real_now(self.store, connection) + timedelta(seconds=after)
            self._change(
                connection, id, state="planned", lease_until=None, due_at=until,
                attempted_at=None, failure=why[:200],
            )  # fmt: skip
            if everywhere:
                self._mark(connection, EVERYWHERE, until)

    def hold(self, id: int, why: str, *, unclear: bool) -> None:
        """Give it back to whoever planned it; `unclear`: it may have arrived."""
        more = {} if unclear else {"attempted_at": None}
        self._set(id, state="held", lease_until=None, failure=why[:200], **more)

    def failed(self, id: int, why: str) -> None:
        """Given up: trying again is of no use."""
        self._set(id, state="failed", lease_until=None, failure=why[:200], body={})

    def showed(self, id: int, version: int) -> None:
        """This card shows this version of its ticket, or will once its update is out."""
        self._set(id, shown_version=version)

    def outdated_cards(self, limit: int = 50) -> list[Post]:
        """Cards whose ticket has moved on since."""
        join = slack_posts.join(tickets, tickets.c.reference == slack_posts.c.reference)
        chosen = (
            select(slack_posts)
            .select_from(join)
            .where(
                slack_posts.c.shown_version.is_not(None),
                slack_posts.c.shown_version < tickets.c.version,
                slack_posts.c.state == "sent",
                slack_posts.c.ts.is_not(None),
            )
        )
        with self.store.reading() as connection:
            rows = connection.execute(chosen.order_by(slack_posts.c.id).limit(limit)).mappings()
            return [_row(row) for row in rows]

    def listening(self) -> None:
        """Note that the desk listens to Slack now."""
        with self.store.transaction() as connection:
            self._mark(connection, LISTENING, real_now(self.store, connection))

    def silence(self) -> float | None:
        """The seconds since the desk last listened; None when it never did."""
        with self.store.reading() as connection:
            chosen = select(slack_marks.c.at).where(slack_marks.c.name == LISTENING)
            at: datetime | None = connection.execute(chosen).scalar()
            return (real_now(self.store, connection) - at).total_seconds() if at else None

    def prune(self, older_than: timedelta) -> int:
        """Delete what was sent, given up, or left held long ago. Returns how many rows."""
        with self.store.transaction() as connection:
            before = real_now(self.store, connection) - older_than
            table = slack_posts.c
            over = table.state.in_(("sent", "failed", "held"))
            old = and_(over, table.created_at < before)
            connection.execute(delete(slack_marks).where(slack_marks.c.at < before))
            return connection.execute(delete(slack_posts).where(old)).rowcount

    def _serialize(self, connection: Connection) -> None:
        if not self.store.is_sqlite:
            connection.execute(text("select pg_advisory_xact_lock(:n)"), {"n": POSTGRES_LOCK})

    def _mark(self, connection: Connection, name: str, at: datetime) -> None:
        insert = (sqlite if self.store.is_sqlite else postgresql).insert(slack_marks)
        connection.execute(
            insert.values(name=name, at=at).on_conflict_do_update(
                index_elements=["name"], set_={"at": at}
            )
        )

    def _find(self, connection: Connection, chosen: Any) -> Post:
        return _row(connection.execute(select(slack_posts).where(chosen)).mappings().one())

    def _set(self, id: int, **columns: Any) -> None:
        with self.store.transaction() as connection:
            self._change(connection, id, **columns)

    def _change(self, connection: Connection, id: int, **columns: Any) -> None:
        connection.execute(update(slack_posts).where(slack_posts.c.id == id).values(**columns))
