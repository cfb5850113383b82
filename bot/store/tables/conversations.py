"""Conversations: what was said, and the request that is being filled in."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.store.tables.columns import UtcDateTime, metadata

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person", String(200), nullable=False),
    Column("role", String(16), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("token_hash", String(64), unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False, index=True),
    # Rasa's conversation id is ours to rotate: its tracker holds nothing that we cannot rebuild.
    Column("sender", String(32), nullable=False),
    Column("sender_turns", Integer, nullable=False),
    # What was talked about last (intents and clause ids, never words): follow-ups lean on it.
    Column("topic", JSON, nullable=False),
    Index(None, "person", "channel"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("source_key", String(200), nullable=False),
    Column("number", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("payload", Text),
    Column("masked", JSON, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("lease_until", UtcDateTime),
    Column("replies", JSON),
    Column("late", Boolean, nullable=False),
    Column("answered_at", UtcDateTime),
    # What a form turn did, so that the same message worked twice does it once.
    Column("outcome", JSON),
    # What the person said beforehand that it is about, such as a disclosure.
    Column("about", String(16)),
    UniqueConstraint("conversation_id", "source_key"),
    Index(None, "conversation_id", "number"),
    Index(
        "ix_inbox_open",
        "received_at",
        sqlite_where=text("state != 'answered'"),
        postgresql_where=text("state != 'answered'"),
    ),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("asked", String(32)),
    Column("fields", JSON, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("clauses_shown", JSON, nullable=False),
    Index(
        "uq_drafts_open",
        "conversation_id",
        unique=True,
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
)

# What the officer says a message wanted that the desk was not sure of.
message_labels = Table(
    "message_labels",
    metadata,
    Column("message_id", ForeignKey("inbox.id"), primary_key=True),
    Column("intent", String(40), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("who", String(200), nullable=False),
)
