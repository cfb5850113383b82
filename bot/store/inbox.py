"""The inbox: every message is a row before it is worked on, and keeps its replies.

States: `received` (to be worked), `working` (leased to a process), `answered`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, func, or_, select, update

from bot.store.tables import inbox


@dataclass(frozen=True, slots=True)
class Message:
    """One inbound message, its text already redacted, and what was replied."""

    id: str
    conversation: str
    number: int
    text: str
    payload: str | None
    masked: tuple[str, ...]
    received_at: datetime
    state: str
    replies: tuple[Mapping[str, Any], ...] | None
    late: bool
    about: str | None = None


def _message(row: RowMapping) -> Message:
    replies = row["replies"]
    return Message(
        id=row["id"],
        conversation=row["conversation_id"],
        number=row["number"],
        text=row["text"],
        payload=row["payload"],
        masked=tuple(row["masked"]),
        received_at=row["received_at"],
        state=row["state"],
        replies=tuple(replies) if replies is not None else None,
        late=row["late"],
        about=row["about"],
    )


def receive(
    connection: Connection,
    conversation: str,
    *,
    source_key: str | None,
    text: str,
    payload: str | None,
    masked: Sequence[str],
    now: datetime,
    lease: timedelta,
    about: str | None = None,
    received_at: datetime | None = None,
) -> tuple[Message, bool]:
    """Store a message once. Returns it and whether it is new.

    `received_at` is when it reached the desk, where that was before `now`.

    The same `source_key` in the same conversation is the same message, however often delivered.
    The caller holds the conversation.
    """
    id = secrets.token_urlsafe(16)
    key = source_key or id
    chosen = and_(inbox.c.conversation_id == conversation, inbox.c.source_key == key)
    known = connection.execute(select(inbox).where(chosen)).mappings().first()
    if known is not None:
        return _message(known), False
    last = select(func.coalesce(func.max(inbox.c.number), 0)).where(
        inbox.c.conversation_id == conversation
    )
    connection.execute(
        inbox.insert().values(
            id=id,
            conversation_id=conversation,
            source_key=key,
            number=(connection.execute(last).scalar_one()) + 1,
            text=text,
            payload=payload,
            masked=list(masked),
            received_at=min(now, received_at or now),
            state="working",
            lease_until=now + lease,
            late=False,
            about=about,
        )
    )
    return find(connection, id), True


def deliver(
    connection: Connection,
    conversation: str,
    key: str,
    replies: Sequence[Mapping[str, Any]],
    now: datetime,
) -> None:
    """Put the desk's own words into a conversation, once for their key; they answer no message.

    The caller holds the conversation.
    """
    known = and_(inbox.c.conversation_id == conversation, inbox.c.source_key == key)
    if connection.execute(select(inbox.c.id).where(known)).first() is not None:
        return
    last = select(func.coalesce(func.max(inbox.c.number), 0)).where(
        inbox.c.conversation_id == conversation
    )
    connection.execute(
        inbox.insert().values(
            id=secrets.token_urlsafe(16), conversation_id=conversation, source_key=key,
            number=connection.execute(last).scalar_one() + 1, text="", payload=None, masked=[],
            received_at=now, state="answered", replies=list(replies), late=False,
            answered_at=now,
        )
    )  # fmt: skip


def find(connection: Connection, id: str) -> Message:
    return _message(connection.execute(select(inbox).where(inbox.c.id == id)).mappings().one())


def words_of(connection: Connection, id: str) -> str | None:
    """The words of a message, masked as stored; None when it is purged, or was a button."""
    found: str | None = connection.execute(select(inbox.c.text).where(inbox.c.id == id)).scalar()
    return found or None


def answer(
    connection: Connection,
    id: str,
    replies: Sequence[Mapping[str, Any]],
    *,
    now: datetime,
    late: bool,
) -> bool:
    """Record the replies. Returns False when the message has an answer already: that one stays."""
    done = connection.execute(
        update(inbox)
        .where(inbox.c.id == id, inbox.c.state != "answered")
        .values(state="answered", replies=list(replies), late=late, answered_at=now)
    )
    return done.rowcount == 1


def release(connection: Connection, id: str) -> None:
    """Give a message back: its turn failed, the next catch-up takes it."""
    connection.execute(
        update(inbox)
        .where(inbox.c.id == id, inbox.c.state == "working")
        .values(state="received", lease_until=None)
    )


def claim_unanswered(
    connection: Connection, now: datetime, lease: timedelta, limit: int = 20
) -> list[Message]:
    """Take messages that nobody is working on, oldest first, for `lease`."""
    free = or_(inbox.c.state == "received", inbox.c.lease_until < now)
    chosen = (
        select(inbox.c.id)
        .where(inbox.c.state != "answered", free)
        .order_by(inbox.c.received_at)
        .limit(limit)
    )
    if connection.dialect.name != "sqlite":
        chosen = chosen.with_for_update(skip_locked=True)
    taken = connection.execute(
        update(inbox)
        .where(inbox.c.id.in_(chosen))
        .values(state="working", lease_until=now + lease)
        .returning(*inbox.c)
    ).mappings()
    return sorted((_message(row) for row in taken), key=lambda m: (m.received_at, m.number))


def history(
    connection: Connection, conversation: str, *, after: int = 0, limit: int = 200
) -> list[Message]:
    """The conversation's messages, oldest first, from number `after` on (exclusive)."""
    newest = (
        select(inbox)
        .where(inbox.c.conversation_id == conversation, inbox.c.number > after)
        .order_by(inbox.c.number.desc())
        .limit(limit)
    )
    return [_message(row) for row in connection.execute(newest).mappings()][::-1]


def outcome(connection: Connection, id: str, form: str) -> Mapping[str, Any] | None:
    """What this message already did to a form, if it did."""
    stored = connection.execute(select(inbox.c.outcome).where(inbox.c.id == id)).scalar()
    found: Mapping[str, Any] | None = (stored or {}).get(form)
    return found


def keep_outcome(connection: Connection, id: str, form: str, done: Mapping[str, Any]) -> None:
    stored = connection.execute(select(inbox.c.outcome).where(inbox.c.id == id)).scalar()
    connection.execute(
        update(inbox).where(inbox.c.id == id).values(outcome={**(stored or {}), form: dict(done)})
    )
