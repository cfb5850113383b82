"""Every table of the desk, a module a topic.

Times are UTC, deadlines are dates; JSON is text nobody queries.
"""

from bot.store.tables.accounts import (
    accounts,
    saved_views,
    sign_in_attempts,
    sign_in_links,
    web_sessions,
)
from bot.store.tables.columns import UtcDateTime, metadata
from bot.store.tables.conversations import conversations, drafts, inbox, message_labels
from bot.store.tables.desk import advice, clock_shift, rate_counts
from bot.store.tables.notices import UNSEEN, alarms, calendar_feeds, digests, notices, sweeps
from bot.store.tables.slack import slack_inbox, slack_marks, slack_posts
from bot.store.tables.tickets import (
    SEARCH_INDEX,
    attachments,
    chain_head,
    clocks,
    events,
    status_sessions,
    ticket_codes,
    ticket_facts,
    ticket_links,
    ticket_search,
    tickets,
)

__all__ = [
    "SEARCH_INDEX",
    "UNSEEN",
    "UtcDateTime",
    "accounts",
    "advice",
    "alarms",
    "attachments",
    "calendar_feeds",
    "chain_head",
    "clock_shift",
    "clocks",
    "conversations",
    "digests",
    "drafts",
    "events",
    "inbox",
    "message_labels",
    "metadata",
    "notices",
    "rate_counts",
    "saved_views",
    "sign_in_attempts",
    "sign_in_links",
    "slack_inbox",
    "slack_marks",
    "slack_posts",
    "status_sessions",
    "sweeps",
    "ticket_codes",
    "ticket_facts",
    "ticket_links",
    "ticket_search",
    "tickets",
    "web_sessions",
]
