"""Tickets in their order: the open ones, those of a person, those that belong together."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Select, bindparam, select, tuple_

from bot.domain.tickets import Kind, Ticket
from bot.store.tables import tickets
from bot.store.tickets.rows import RebuildClocks, next_due, tickets_of

_OF_KIND = (
    select(tickets)
    .where(
        tickets.c.next_due.is_not(None),
        tickets.c.kind == bindparam("of_kind"),
        tickets.c.reference != bindparam("but"),
    )
    .order_by(tickets.c.id.desc())
    .limit(bindparam("most"))
)


def open_tickets(
    connection: Connection,
    rebuild: RebuildClocks,
    *,
    limit: int = 100,
    after: int = 0,
    beyond: Ticket | None = None,
) -> list[Ticket]:
    """Open tickets by next deadline: `limit` of them, from row `after` on or `beyond` a ticket.

    To page through very many, go on beyond the last one of the page before: that costs the same
    however far it is, where counting rows does not.
    """
    chosen = (
        select(tickets)
        .where(tickets.c.next_due.is_not(None))
        .order_by(tickets.c.next_due, tickets.c.id)
    )
    if beyond is not None:
        place = (next_due(beyond.status, beyond.clocks), beyond.id)
        chosen = chosen.where(tuple_(tickets.c.next_due, tickets.c.id) > place)
    return tickets_of(connection, chosen.limit(limit).offset(after), rebuild)


def of_person(
    connection: Connection, person: str, rebuild: RebuildClocks, *, limit: int = 20
) -> list[Ticket]:
    """A person's tickets, newest first."""
    chosen = select(tickets).where(tickets.c.person == person).order_by(tickets.c.id.desc())
    return tickets_of(connection, chosen.limit(limit), rebuild)


def joined_to(connection: Connection, reference: str) -> list[str]:
    """The references of tickets that were found duplicates of this one."""
    chosen = select(tickets.c.reference).where(tickets.c.duplicate_of == reference)
    return list(connection.execute(chosen.order_by(tickets.c.id)).scalars())


def references_of(connection: Connection, person: str, *, but: int, limit: int = 20) -> list[str]:
    """The references of a person's other tickets, newest first."""
    chosen = select(tickets.c.reference).where(tickets.c.person == person, tickets.c.id != but)
    return list(connection.execute(chosen.order_by(tickets.c.id.desc()).limit(limit)).scalars())


def open_of_person(
    connection: Connection,
    person: str,
    contact: str | None,
    kind: Kind,
    rebuild: RebuildClocks,
    *,
    but: str,
    limit: int,
) -> list[Ticket]:
    """The open tickets of one kind, `but` one, that a person made or that name this address."""
    found: dict[int, Ticket] = {}
    named = {"of_kind": str(kind), "but": but, "most": limit}
    # Two queries, each over an index of its own.
    for column, value in ((tickets.c.person, person), (tickets.c.contact, contact)):
        if value:
            near = tickets_of(connection, _of_kind_by(column), rebuild, {**named, "value": value})
            found |= {ticket.id: ticket for ticket in near}
    return list(found.values())


@cache
def _of_kind_by(column: Column[Any]) -> Select[Any]:
    return _OF_KIND.where(column == bindparam("value"))
