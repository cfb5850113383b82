"""What belongs to no one ticket: the moved clock, counts of use, advice given."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, Index, Integer, String, Table

from bot.store.tables.columns import UtcDateTime, metadata

clock_shift = Table(
    "clock_shift",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("seconds", Float, nullable=False),
)

# How often what was used since the start of its window; kept for minutes. Keys hold no address.
rate_counts = Table(
    "rate_counts",
    metadata,
    Column("key", String(100), primary_key=True),
    Column("window_start", UtcDateTime, nullable=False, index=True),
    Column("count", Integer, nullable=False),
)

# Advice given on disclosures: facts, verdict and clauses, never a word of a message or a name.
# A row with `asked` is a question that waits for its answer.
advice = Table(
    "advice",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("channel", String(16), nullable=False),
    # Ids alone, without a key to their tables: what they name is purged long before this.
    Column("conversation_id", String(32), nullable=False),
    Column("message_id", String(32), nullable=False),
    Column("facts", JSON, nullable=False),
    Column("unsure", JSON, nullable=False),
    Column("questions", Integer, nullable=False),
    Column("asked", String(16)),
    Column("reason", String(40), nullable=False),
    Column("verdict", String(32), nullable=False),
    Column("clauses", JSON, nullable=False),
    Column("policy_version", String(80), nullable=False),
    Column("rules_version", String(16), nullable=False),
    Column("ticket", String(16)),
    Column("review", String(8)),
    Column("right_verdict", String(32)),
    Column("reviewed_by", String(200)),
    Column("reviewed_at", UtcDateTime),
    Index(None, "conversation_id", "id"),
    sqlite_autoincrement=True,
)
