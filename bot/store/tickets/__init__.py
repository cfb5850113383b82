"""Ticket rows: written once for one filing, changed only together with an event."""

from bot.store.tickets.changing import add_event, add_fact, save_clock, save_status
from bot.store.tickets.filing import add_clocks, find_filed, insert
from bot.store.tickets.listing import (
    joined_to,
    of_person,
    open_of_person,
    open_tickets,
    references_of,
)
from bot.store.tickets.reading import (
    clock_versions,
    conversation_of,
    id_of,
    load,
    load_all,
    load_by_id,
    references,
    versions,
)
from bot.store.tickets.rows import RebuildClocks

__all__ = [
    "RebuildClocks",
    "add_clocks",
    "add_event",
    "add_fact",
    "clock_versions",
    "conversation_of",
    "find_filed",
    "id_of",
    "insert",
    "joined_to",
    "load",
    "load_all",
    "load_by_id",
    "of_person",
    "open_of_person",
    "open_tickets",
    "references",
    "references_of",
    "save_clock",
    "save_status",
    "versions",
]
