"""Every table of the desk. Times are UTC, deadlines are dates; JSON is text nobody queries."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored and returned in UTC. Refuses a naive datetime."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Notices that reached nobody, and that nobody has seen on the officer page.
UNSEEN = "seen_at IS NULL AND (state = 'failed' OR (\"by\" = 'log' AND state = 'sent'))"

clock_shift = Table(
    "clock_shift",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("seconds", Float, nullable=False),
)

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

# What opens the calendar of deadlines: secret links, as hashes only.
calendar_feeds = Table(
    "calendar_feeds",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", String(200), nullable=False),
)

sweeps = Table(
    "sweeps",
    metadata,
    Column("worker", String(64), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
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

# How often what was used since the start of its window; kept for minutes. Keys hold no address.
rate_counts = Table(
    "rate_counts",
    metadata,
    Column("key", String(100), primary_key=True),
    Column("window_start", UtcDateTime, nullable=False, index=True),
    Column("count", Integer, nullable=False),
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

# Who may sign in. `subject` is the provider's name for them, or their address until they came.
accounts = Table(
    "accounts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("subject", String(300), nullable=False, unique=True),
    Column("email", String(200)),
    Column("name", String(200), nullable=False),
    Column("role", String(16), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
)

# Who is signed in; of the cookie the hash alone. `confirmed_at`: they last proved who they are.
web_sessions = Table(
    "web_sessions",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("began_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False, index=True),
    Column("confirmed_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)

# A sign-in under way at the provider: taken once, by the browser that began it.
sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("state_hash", String(64), primary_key=True),
    Column("browser_hash", String(64), nullable=False),
    Column("nonce", String(80), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("then", String(300), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

saved_views = Table(
    "saved_views",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("name", String(60), nullable=False),
    Column("query", String(400), nullable=False),
    UniqueConstraint("account_id", "name"),
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
