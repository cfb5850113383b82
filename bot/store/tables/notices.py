"""What is told to whom: notices, the digests that carry them, and what watches over both."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
)

from bot.store.tables.columns import UtcDateTime, metadata

# Notices that reached nobody, and that nobody has seen on the officer page.
UNSEEN = "seen_at IS NULL AND (state = 'failed' OR (\"by\" = 'log' AND state = 'sent'))"

notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ticket_id", ForeignKey("tickets.id"), nullable=False),
    Column("clock", String(32), nullable=False),
    Column("threshold", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("to", String(200), nullable=False),
    Column("by", String(16), nullable=False),
    Column("planned_for", UtcDateTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("worker", String(32)),
    Column("sent_at", UtcDateTime),
    Column("failure", String(200)),
    # Of one that reached nobody: when someone saw it on the officer page, and who.
    Column("seen_at", UtcDateTime),
    Column("seen_by", String(200)),
    # card: a message of its own; line: one of the morning's digest.
    Column("form", String(8), nullable=False, server_default="card"),
    # 0: told first; 1 and up: told because nobody acknowledged what was told before.
    Column("rung", Integer, nullable=False, server_default="0"),
    # The digest that carries it, or repeats it.
    Column("digest_id", Integer),
    # Noted before it is sent: whoever claims it after a crash knows that it may be there.
    Column("sending", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("ticket_id", "clock", "threshold", "version", "to", "by"),
    Index(
        "ix_notices_due",
        "by",
        "planned_for",
        "id",
        sqlite_where=text("state = 'planned' AND form = 'card'"),
        postgresql_where=text("state = 'planned' AND form = 'card'"),
    ),
    Index(
        "ix_notices_unseen",
        "id",
        sqlite_where=text(UNSEEN),
        postgresql_where=text(UNSEEN),
    ),
    Index(None, "to", "by", "planned_for"),
    Index(
        "ix_notices_claimed",
        "lease_until",
        sqlite_where=text("state = 'claimed'"),
        postgresql_where=text("state = 'claimed'"),
    ),
    Index(
        "ix_notices_digest",
        "digest_id",
        sqlite_where=text("digest_id IS NOT NULL"),
        postgresql_where=text("digest_id IS NOT NULL"),
    ),
)

# One morning's message to one person by one way, a row before it is sent; `state` as of a notice,
# or `empty`: there was nothing to say.
digests = Table(
    "digests",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("to", String(200), nullable=False),
    Column("by", String(16), nullable=False),
    Column("day", Date, nullable=False),
    Column("planned_for", UtcDateTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("worker", String(32)),
    Column("sent_at", UtcDateTime),
    Column("failure", String(200)),
    Column("sending", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("to", "by", "day"),
    Index(
        "ix_digests_open",
        "planned_for",
        sqlite_where=text("state IN ('planned', 'claimed')"),
        postgresql_where=text("state IN ('planned', 'claimed')"),
    ),
)

# When the operator was last told of something that goes on, so that it is said once in a while.
alarms = Table(
    "alarms",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

sweeps = Table(
    "sweeps",
    metadata,
    Column("worker", String(64), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

# What opens the calendar of deadlines: secret links, as hashes only.
calendar_feeds = Table(
    "calendar_feeds",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", String(200), nullable=False),
)
