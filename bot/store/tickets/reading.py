"""One ticket, or those that are named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from bot.domain.errors import NotFound
from bot.domain.tickets import Ticket
from bot.store.tables import clocks, tickets
from bot.store.tickets.rows import RebuildClocks, tickets_of

NO_SUCH = "There is no ticket with that reference."

_BY_REFERENCE = select(tickets).where(tickets.c.reference == bindparam("reference"))
_BY_ID = select(tickets).where(tickets.c.id == bindparam("ticket"))
_VERSIONS = select(tickets.c.id, tickets.c.version).where(
    tickets.c.id.in_(bindparam("ids", expanding=True))
)
_ALL = select(tickets).where(tickets.c.id.in_(bindparam("chosen", expanding=True)))


def id_of(connection: Connection, reference: str) -> int:
    """The row id of a ticket. Raises NotFound."""
    chosen = select(tickets.c.id).where(tickets.c.reference == reference)
    found: int | None = connection.execute(chosen).scalar()
    if found is None:
        raise NotFound(NO_SUCH)
    return found


def conversation_of(connection: Connection, reference: str) -> str | None:
    """The id of the conversation in which a ticket was opened, where there was one."""
    chosen = select(tickets.c.conversation_id).where(tickets.c.reference == reference)
    found: str | None = connection.execute(chosen).scalar()
    return found


def load(connection: Connection, reference: str, rebuild: RebuildClocks) -> Ticket:
    """Return the whole ticket. Raises NotFound."""
    return _one(connection, _BY_REFERENCE, {"reference": reference}, rebuild)


def load_by_id(connection: Connection, id: int, rebuild: RebuildClocks) -> Ticket:
    return _one(connection, _BY_ID, {"ticket": id}, rebuild)


def _one(
    connection: Connection, chosen: Select[Any], named: Mapping[str, Any], rebuild: RebuildClocks
) -> Ticket:
    found = tickets_of(connection, chosen, rebuild, named)
    if not found:
        raise NotFound(NO_SUCH)
    return found[0]


def load_all(
    connection: Connection, ids: Sequence[int], rebuild: RebuildClocks
) -> dict[int, Ticket]:
    """These tickets, whole, by their row ids; those that are gone are left out."""
    found = tickets_of(connection, _ALL, rebuild, {"chosen": list(ids)})
    return {ticket.id: ticket for ticket in found}


def versions(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    """The numbers of these tickets' last events: one that is as it was has not changed."""
    return {row.id: row.version for row in connection.execute(_VERSIONS, {"ids": list(ids)})}


def references(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """The references of these tickets, whatever state the rest of them is in."""
    chosen = select(tickets.c.id, tickets.c.reference).where(tickets.c.id.in_(ids))
    return {row.id: row.reference for row in connection.execute(chosen)}


def clock_versions(connection: Connection, ticket_id: int) -> dict[str, int]:
    rows = connection.execute(
        select(clocks.c.name, clocks.c.version).where(clocks.c.ticket_id == ticket_id)
    )
    return {row.name: row.version for row in rows}
