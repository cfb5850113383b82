"""Tickets, and all that hangs on one: clocks, events, facts, files, and what opens it."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.store.tables.columns import UtcDateTime, metadata

tickets = Table(
    "tickets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reference", String(16), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("status", String(24), nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("received_local_date", Date, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("role", String(16), nullable=False),
    Column("person", String(200), nullable=False),
    Column("conversation_id", ForeignKey("conversations.id")),
    # One ticket for one filing, however often the filing is repeated.
    Column("filing_key", String(80), nullable=False, unique=True),
    Column("policy_version", String(80), nullable=False),
    Column("calendar", String(80), nullable=False),
    Column("identity", JSON),
    Column("fields", JSON, nullable=False),
    Column("clauses_shown", JSON, nullable=False),
    Column("owner", String(200)),
    Column("next_due", Date),
    # The number of its last event: whoever changes a ticket says which one they have seen.
    Column("version", Integer, nullable=False, default=0),
    Column("sent_at", UtcDateTime),
    Column("closed_at", UtcDateTime, index=True),
    # A legal hold: nothing of it is purged.
    Column("hold", Boolean, nullable=False, default=False),
    Column("duplicate_of", String(16)),
    # Where the answer goes, in one form: by it the same person is known over two channels.
    Column("contact", String(300)),
    Index(None, "person", "id"),
    Index(None, "contact", "id"),
    Index(None, "conversation_id"),
    Index(
        "ix_tickets_duplicate_of",
        "duplicate_of",
        sqlite_where=text("duplicate_of IS NOT NULL"),
        postgresql_where=text("duplicate_of IS NOT NULL"),
    ),
    Index(
        # The officer's queue: in this order, filtered without a look at the ticket itself.
        "ix_tickets_open_by_due",
        "next_due",
        "id",
        "kind",
        "status",
        "owner",
        "channel",
        sqlite_where=text("next_due IS NOT NULL"),
        postgresql_where=text("next_due IS NOT NULL"),
    ),
    # A purged ticket's number is never given again: its events still carry it.
    sqlite_autoincrement=True,
)

clocks = Table(
    "clocks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ticket_id", ForeignKey("tickets.id"), nullable=False),
    Column("name", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("due", Date, nullable=False),
    Column("ended_at", UtcDateTime),
    # The whole clock as computed, with every step explained.
    Column("computed", JSON, nullable=False),
    UniqueConstraint("ticket_id", "name"),
)

# Append-only, and outlives its ticket: a purge empties `who`, `why`, `before`, `after` and `salt`
# and leaves the rest, which the chain is made of. `ticket_id` is empty on the desk's own events.
events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("ticket_id", Integer),
    Column("number", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("who", String(200), nullable=False),
    Column("what", String(40), nullable=False),
    Column("why", Text, nullable=False),
    Column("before", JSON),
    Column("after", JSON),
    Column("salt", String(32)),
    Column("digest", String(64), nullable=False),
    Column("mac", String(64), nullable=False),
    Column("purged_by", Integer),
    UniqueConstraint("ticket_id", "number"),
)

# One row: where the chain of events ends. Whoever appends takes it; `purging` opens the triggers.
chain_head = Table(
    "chain_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("mac", String(64), nullable=False),
    Column("purging", Boolean, nullable=False),
)

# What was established on a ticket (reply, finding, disagreement, assessment): added, not changed.
ticket_facts = Table(
    "ticket_facts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ticket_id", ForeignKey("tickets.id"), nullable=False),
    Column("name", String(32), nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("who", String(200), nullable=False),
    Column("content", JSON, nullable=False),
    UniqueConstraint("ticket_id", "name", "number"),
)

# What a ticket is searched by, in the form of domain.search; the index over it is made by hand, in
# its migration, and named SEARCH_INDEX with whatever belongs to it.
SEARCH_INDEX = "ticket_search_index"
ticket_search = Table(
    "ticket_search",
    metadata,
    Column("ticket_id", ForeignKey("tickets.id"), primary_key=True, autoincrement=False),
    Column("words", Text, nullable=False),
)

# What opens a ticket to its requester: secret links and codes, as hashes only.
ticket_links = Table(
    "ticket_links",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("ticket_id", ForeignKey("tickets.id"), nullable=False, index=True),
    Column("expires_at", UtcDateTime, nullable=False),
)

# A browser in which a requester has opened their ticket, for an hour.
status_sessions = Table(
    "status_sessions",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("ticket_id", ForeignKey("tickets.id"), nullable=False, index=True),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

ticket_codes = Table(
    "ticket_codes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ticket_id", ForeignKey("tickets.id"), nullable=False, index=True),
    Column("hash", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("used_at", UtcDateTime),
)

# A file that belongs to a ticket, kept in the database: it is written, saved and purged with it.
attachments = Table(
    "attachments",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("ticket_id", ForeignKey("tickets.id"), nullable=False, index=True),
    Column("name", String(120), nullable=False),
    Column("media_type", String(80), nullable=False),
    Column("size", Integer, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("who", String(200), nullable=False),
    # Whether the requester may have it: their own files, and those that the officer shares.
    Column("shared", Boolean, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
