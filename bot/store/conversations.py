"""Conversations: who talks where, which Rasa conversation carries it, what it was about last."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select, update

from bot.domain.people import Channel, Person, Role
from bot.store.tables import conversations

# A tracker grows with every turn and slows Rasa down; it holds nothing worth keeping.
TURNS_A_SENDER = 20


@dataclass(frozen=True, slots=True)
class Conversation:
    """One thread between a person and the desk."""

    id: str
    person: Person
    created_at: datetime
    sender: str
    topic: Mapping[str, Any]


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def create(
    connection: Connection, person: Person, now: datetime, *, token: str | None = None
) -> Conversation:
    """Start a conversation. Only the hash of its token is kept."""
    id, sender = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
    connection.execute(
        conversations.insert().values(
            id=id,
            person=person.id,
            role=str(person.role),
            channel=str(person.channel),
            token_hash=token_hash(token) if token else None,
            created_at=now,
            last_at=now,
            sender=sender,
            sender_turns=0,
            topic={},
        )
    )
    return Conversation(id, person, now, sender, {})


def _conversation(row: RowMapping) -> Conversation:
    person = Person(row["person"], Role(row["role"]), Channel(row["channel"]))
    return Conversation(row["id"], person, row["created_at"], row["sender"], row["topic"])


def find(connection: Connection, id: str, *, hold: bool = False) -> Conversation | None:
    """Return the conversation; with `hold`, whoever else would hold it waits for this transaction.

    What a message does to a conversation depends on what the one before did: its number, the
    draft, the topic. Holding makes PostgreSQL take them one after the other, as SQLite does.
    """
    chosen = select(conversations).where(conversations.c.id == id)
    if hold:
        # Not the key: rows that refer to the conversation may be written meanwhile.
        chosen = chosen.with_for_update(key_share=True)
    row = connection.execute(chosen).mappings().first()
    return _conversation(row) if row else None


def language(connection: Connection, id: str | None) -> str:
    """The language that a conversation is held in; English where there is none."""
    chosen = select(conversations.c.topic).where(conversations.c.id == id)
    topic = connection.execute(chosen).scalar() if id else None
    return str(topic.get("language", "en")) if topic else "en"


def find_by_token(connection: Connection, token: str) -> Conversation | None:
    chosen = conversations.c.token_hash == token_hash(token)
    row = connection.execute(select(conversations).where(chosen)).mappings().first()
    return _conversation(row) if row else None


def take_turn(connection: Connection, id: str, now: datetime) -> str:
    """Count one turn and return the Rasa conversation that shall carry it.

    After TURNS_A_SENDER turns a fresh one is taken: long conversations stay quick.
    """
    chosen = select(conversations.c.sender, conversations.c.sender_turns)
    row = connection.execute(
        chosen.where(conversations.c.id == id).with_for_update(key_share=True)
    ).one()
    full = row.sender_turns >= TURNS_A_SENDER
    sender: str = secrets.token_urlsafe(16) if full else row.sender
    connection.execute(
        update(conversations)
        .where(conversations.c.id == id)
        .values(sender=sender, sender_turns=1 if full else row.sender_turns + 1, last_at=now)
    )
    return sender


def remember(connection: Connection, id: str, topic: Mapping[str, Any]) -> None:
    """Keep what was talked about last: intents and clause ids, never words."""
    connection.execute(
        update(conversations).where(conversations.c.id == id).values(topic=dict(topic))
    )
