"""Deleting what the retention schedule gives up, for real: rows first, then their bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, Table, Text, and_, cast, delete, exists, func, or_, select

from bot.store import search
from bot.store.db import Store
from bot.store.tables import (
    attachments,
    clocks,
    conversations,
    drafts,
    inbox,
    message_labels,
    metadata,
    notices,
    rate_counts,
    sign_in_attempts,
    sign_in_links,
    slack_inbox,
    slack_posts,
    status_sessions,
    ticket_codes,
    ticket_facts,
    ticket_links,
    ticket_search,
    tickets,
    web_sessions,
)

HANGING_ON_TICKETS = (
    notices, clocks, ticket_facts, ticket_search, ticket_links, ticket_codes, status_sessions,
    attachments,
)  # fmt: skip
CHECKPOINT_TRIES = 5


def closed_tickets(
    connection: Connection, kinds: Iterable[str], before: datetime, *, limit: int, after: int = 0
) -> list[tuple[int, datetime]]:
    """Tickets of these kinds closed before that moment and not on hold: (id, closed at)."""
    chosen = select(tickets.c.id, tickets.c.closed_at).where(
        tickets.c.closed_at < before,
        tickets.c.kind.in_(list(kinds)),
        tickets.c.hold.is_(False),
        tickets.c.id > after,
    )
    rows = connection.execute(chosen.order_by(tickets.c.id).limit(limit))
    return [(row.id, row.closed_at) for row in rows]


def determined_on(connection: Connection, ticket_id: int) -> str | None:
    """The day of the newest assessment by which an incident was determined, in ISO form."""
    chosen = (
        select(ticket_facts.c.content)
        .where(ticket_facts.c.ticket_id == ticket_id, ticket_facts.c.name == "assessment")
        .order_by(ticket_facts.c.number.desc())
    )
    content = connection.execute(chosen.limit(1)).scalar()
    return content["determined_on"] if content else None


def delete_tickets(connection: Connection, ids: Sequence[int]) -> None:
    """Delete tickets with all that hangs on them but their events, which `events.purge` empties.

    The drafts they were filed from go, too, and what Slack has sent and is to be sent about them.
    """
    _delete_from_slack(connection, ids)
    keys = connection.execute(select(tickets.c.filing_key).where(tickets.c.id.in_(ids))).scalars()
    filed = [key.removeprefix("draft:") for key in keys if key.startswith("draft:")]
    for table in HANGING_ON_TICKETS:
        connection.execute(delete(table).where(table.c.ticket_id.in_(ids)))
    connection.execute(delete(drafts).where(drafts.c.id.in_(filed)))
    connection.execute(delete(tickets).where(tickets.c.id.in_(ids)))


def _delete_from_slack(connection: Connection, ids: Sequence[int]) -> None:
    """Delete what came in from Slack for these tickets, and what goes out about them.

    Rows are wiped once they are worked on or sent: here go those that never were. A conversation
    goes on after its ticket, so that only what was said before its closing is deleted.
    """
    of_these = tickets.c.id.in_(ids)
    named = select(tickets.c.reference).where(of_these)
    connection.execute(delete(slack_posts).where(slack_posts.c.reference.in_(named)))
    came = slack_inbox.c
    belongs = or_(
        and_(
            came.conversation == tickets.c.conversation_id,
            came.received_at <= tickets.c.closed_at,
        ),
        tickets.c.filing_key == "slack:" + came.data["view"].as_string(),
        # An officer's button or form names its ticket.
        cast(came.data, Text).contains(tickets.c.reference),
    )
    connection.execute(delete(slack_inbox).where(exists().where(of_these, belongs)))


def delete_conversations(connection: Connection, before: datetime, *, limit: int) -> int:
    """Delete conversations that no ticket needs, silent since before then. Returns how many."""
    needed = exists().where(tickets.c.conversation_id == conversations.c.id)
    chosen = select(conversations.c.id).where(conversations.c.last_at < before, ~needed)
    ids = list(connection.execute(chosen.limit(limit)).scalars())
    said = select(inbox.c.id).where(inbox.c.conversation_id.in_(ids))
    connection.execute(delete(message_labels).where(message_labels.c.message_id.in_(said)))
    for table in (drafts, inbox):
        connection.execute(delete(table).where(table.c.conversation_id.in_(ids)))
    connection.execute(delete(slack_inbox).where(slack_inbox.c.conversation.in_(ids)))
    connection.execute(delete(conversations).where(conversations.c.id.in_(ids)))
    return len(ids)


def delete_drafts(connection: Connection, before: datetime) -> int:
    """Delete requests that were begun and not sent, untouched since before then."""
    old = and_(drafts.c.updated_at < before, drafts.c.state != "filed")
    return connection.execute(delete(drafts).where(old)).rowcount


def delete_rate_counts(connection: Connection, before: datetime) -> None:
    connection.execute(delete(rate_counts).where(rate_counts.c.window_start < before))


def delete_sessions(connection: Connection, before: datetime) -> None:
    """Delete sign-ins that have been over since before then."""
    connection.execute(delete(web_sessions).where(web_sessions.c.seen_at < before))
    connection.execute(delete(sign_in_links).where(sign_in_links.c.expires_at < before))
    connection.execute(delete(sign_in_attempts).where(sign_in_attempts.c.expires_at < before))


def compact(store: Store) -> bool:
    """Leave no deleted text in the database's files.

    On SQLite the file is rewritten and the write-ahead log emptied; False when a reader kept the
    log from being emptied, so that old pages may be left in it until the next time. On PostgreSQL
    VACUUM frees the space of deleted rows.
    """
    if not store.is_sqlite:
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in metadata.sorted_tables:
                connection.exec_driver_sql(f'VACUUM "{table.name}"')
        return True
    with store.transaction() as connection:
        search.forget_deleted(connection)
    raw = store.engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("VACUUM")
        for _ in range(CHECKPOINT_TRIES):
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy = cursor.fetchone()
            if busy is not None and busy[0] == 0:
                return True
        return False
    finally:
        raw.close()


def count_rows(connection: Connection, tables: Sequence[Table]) -> dict[str, int]:
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in tables
    }
