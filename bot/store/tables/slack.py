"""Slack: what came in, what goes out, and when."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, String, Table, Text, text

from bot.store.tables.columns import UtcDateTime, metadata

# Slack: what came in, each event once by its key and each message once by channel and time; the
# words are wiped once they are worked on. `lane` is one person in one thread.
slack_inbox = Table(
    "slack_inbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("message_key", String(80), unique=True),
    Column("kind", String(16), nullable=False),
    Column("team", String(32), nullable=False),
    Column("user", String(32), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("ts", String(32), nullable=False),
    Column("thread_ts", String(32), nullable=False),
    Column("lane", String(120), nullable=False),
    Column("text", Text, nullable=False),
    Column("masked", JSON, nullable=False),
    Column("data", JSON, nullable=False),
    Column("received_at", UtcDateTime, nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("attempts", Integer, nullable=False),
    # The conversation's message that it became.
    Column("conversation", String(32)),
    Column("number", Integer),
    Index(None, "channel", "ts"),
    Index(
        "ix_slack_inbox_open",
        "due_at",
        sqlite_where=text("state != 'done'"),
        postgresql_where=text("state != 'done'"),
    ),
)

# Slack: what goes out. `outbox_id` travels in the message's metadata, so that a post of unknown
# outcome can be looked for. A card knows the version of the ticket that it shows.
slack_posts = Table(
    "slack_posts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("outbox_id", String(32), nullable=False, unique=True),
    Column("method", String(40), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("body", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("attempts", Integer, nullable=False),
    Column("attempted_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("posted_in", String(40)),
    Column("ts", String(32)),
    Column("failure", String(200)),
    Column("reference", String(16)),
    Column("shown_version", Integer),
    Index(
        "ix_slack_posts_open",
        "channel",
        "id",
        sqlite_where=text("state IN ('planned', 'sending')"),
        postgresql_where=text("state IN ('planned', 'sending')"),
    ),
    Index(
        "ix_slack_posts_cards",
        "reference",
        sqlite_where=text("reference IS NOT NULL"),
        postgresql_where=text("reference IS NOT NULL"),
    ),
)

# Slack: when a channel may be posted to again, and when the desk was last seen listening.
slack_marks = Table(
    "slack_marks",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)
