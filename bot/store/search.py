"""Searching tickets by words: any part of what was written, over an index of three characters.

On SQLite the index is an FTS5 table over `ticket_search` that triggers keep, on PostgreSQL a GIN
index over the same (migration 0009). Neither outlives the row: deleting it is deleting all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, exists, false, func, text

from bot.domain.search import folded, grams, searchable
from bot.store.tables import ticket_search, tickets

# Of more than so many finds one looks for the first in the order of the queue: they are near.
FEW = 1_000

_ENTER = ticket_search.insert()
_FOUND = {
    "sqlite": text(
        "SELECT s.ticket_id FROM ticket_search_index i"
        " JOIN ticket_search s ON s.ticket_id = i.rowid"
        " WHERE ticket_search_index MATCH :grams AND instr(s.words, :words) > 0 LIMIT :most"
    ),
    "postgresql": text(
        "SELECT ticket_id FROM ticket_search"
        " WHERE ticket_search_grams(words) @> CAST(:grams AS text[]) AND strpos(words, :words) > 0"
        " LIMIT :most"
    ),
}


def enter(connection: Connection, ticket_id: int, person: str, fields: Mapping[str, Any]) -> None:
    """Let a ticket be found by what was written in it."""
    connection.execute(_ENTER, {"ticket_id": ticket_id, "words": searchable(person, fields)})


def holding(connection: Connection, words: str) -> ColumnElement[bool]:
    """The condition that a ticket holds these words, in whatever case they were written."""
    looked_for = folded(words)
    if not looked_for:
        return false()
    found = _found(connection, looked_for)
    if found is not None:
        return tickets.c.id.in_(bindparam("found", found, expanding=True))
    place = func.instr if connection.dialect.name == "sqlite" else func.strpos
    here = ticket_search.c.ticket_id == tickets.c.id
    return exists().where(here, place(ticket_search.c.words, looked_for) > 0)


def _found(connection: Connection, words: str) -> Sequence[int] | None:
    """The tickets that hold them; None when they are many, or too short for the index."""
    pieces, dialect = grams(words), connection.dialect.name
    if not pieces:
        return None
    asked: Any = pieces
    if dialect == "sqlite":
        asked = " AND ".join('"' + piece.replace('"', '""') + '"' for piece in pieces)
    named = {"grams": asked, "words": words, "most": FEW + 1}
    found = connection.execute(_FOUND[dialect], named).scalars().all()
    return found if len(found) <= FEW else None


def forget_deleted(connection: Connection) -> None:
    """Rewrite SQLite's index without what was deleted: until then it only counts as deleted."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            "INSERT INTO ticket_search_index(ticket_search_index) VALUES ('optimize')"
        )
