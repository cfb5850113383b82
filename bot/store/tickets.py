"""Ticket rows: written once for one filing, changed only together with an event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Executable,
    RowMapping,
    Select,
    Table,
    bindparam,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from bot.domain.clock_records import clock_facts
from bot.domain.clocks import Clock
from bot.domain.duplicates import contact_of
from bot.domain.errors import NotFound
from bot.domain.people import Channel, Role
from bot.domain.tickets import Event, Fact, Kind, Status, Ticket, is_open
from bot.store import events as chain
from bot.store.tables import clocks, events, notices, ticket_facts, tickets

# Rebuilds a ticket's clocks from their stored facts: (kind, calendar, [(name, facts)]).
RebuildClocks = Callable[[str, str, Sequence[tuple[str, Mapping[str, Any]]]], tuple[Clock, ...]]


NO_SUCH = "There is no ticket with that reference."

# Statements of every filing are made once: making them anew costs more than running them.
_FILED = select(tickets.c.reference).where(tickets.c.filing_key == bindparam("filing"))
_BY_REFERENCE = select(tickets).where(tickets.c.reference == bindparam("reference"))
_BY_ID = select(tickets).where(tickets.c.id == bindparam("ticket"))
_VERSIONS = select(tickets.c.id, tickets.c.version).where(
    tickets.c.id.in_(bindparam("ids", expanding=True))
)
_ALL = select(tickets).where(tickets.c.id.in_(bindparam("chosen", expanding=True)))
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
_NEXT_NUMBER = (
    update(tickets)
    .where(tickets.c.id == bindparam("ticket"))
    .values(version=tickets.c.version + 1)
    .returning(tickets.c.version)
)


def find_filed(connection: Connection, filing_key: str) -> str | None:
    """Return the reference of the ticket that this filing already opened."""
    found: str | None = connection.execute(_FILED, {"filing": filing_key}).scalar()
    return found


def insert(
    connection: Connection,
    *,
    reference: str,
    kind: Kind,
    received_at: datetime,
    opened_at: datetime,
    channel: Channel,
    role: Role,
    person: str,
    conversation: str | None,
    filing_key: str,
    policy_version: str,
    calendar: str,
    fields: Mapping[str, Any],
    clauses_shown: Sequence[str],
    running: Sequence[Clock],
    sent_at: datetime | None = None,
) -> int | None:
    """Write a ticket with its clocks. Returns its row id, or None when the filing has one.

    A transaction that is writing the same filing is waited for.
    """
    values = {
        "reference": reference,
        "kind": str(kind),
        "status": str(Status.RECEIVED),
        "received_at": received_at,
        "received_local_date": running[0].day_zero,
        "opened_at": opened_at,
        "channel": str(channel),
        "role": str(role),
        "person": person,
        "conversation_id": conversation,
        "filing_key": filing_key,
        "policy_version": policy_version,
        "calendar": calendar,
        "fields": dict(fields),
        "clauses_shown": list(clauses_shown),
        "next_due": _next_due(Status.RECEIVED, running),
        "sent_at": sent_at,
        "contact": contact_of(fields),
    }
    id: int | None = connection.execute(_insert_once(connection.dialect.name), values).scalar()
    if id is None:
        return None
    add_clocks(connection, id, running)
    return id


@cache
def _insert_once(dialect: str) -> Executable:
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(tickets)
    once = insert.on_conflict_do_nothing(index_elements=["filing_key"])
    statement: Executable = once.returning(tickets.c.id)
    return statement


def add_clocks(connection: Connection, ticket_id: int, started: Iterable[Clock]) -> None:
    rows = [
        {
            "ticket_id": ticket_id,
            "name": clock.name,
            "version": 1,
            "due": clock.due,
            "ended_at": clock.met_at or clock.ended_at,
            "computed": clock_facts(clock),
        }
        for clock in started
    ]
    if rows:
        connection.execute(clocks.insert(), rows)


def _next_due(status: Status, running: Iterable[Clock]) -> date | None:
    """By what an open ticket is listed: its next due date, the last of days when none is left."""
    if not is_open(status):
        return None
    dates = [c.due for c in running if c.met_at is None and c.ended_at is None]
    return min(dates, default=date.max)


def add_event(connection: Connection, ticket_id: int, event: Event) -> None:
    """Append the ticket's next event; two writers at once take their numbers in turn."""
    number: int = connection.execute(_NEXT_NUMBER, {"ticket": ticket_id}).scalar_one()
    chain.append(connection, ticket_id, number, event)


def add_fact(
    connection: Connection,
    ticket_id: int,
    name: str,
    content: Mapping[str, Any],
    *,
    who: str,
    now: datetime,
) -> int:
    """Add a fact to a ticket that this transaction has taken. Returns its number."""
    last = select(func.coalesce(func.max(ticket_facts.c.number), 0)).where(
        ticket_facts.c.ticket_id == ticket_id, ticket_facts.c.name == name
    )
    number: int = connection.execute(last).scalar_one() + 1
    connection.execute(
        ticket_facts.insert().values(
            ticket_id=ticket_id, name=name, number=number, at=now, who=who, content=dict(content)
        )
    )
    return number


def save_clock(
    connection: Connection, ticket_id: int, clock: Clock, *, renewed: bool = False
) -> int:
    """Store a changed clock. A moved due date, or a renewal, is a new version. Returns it."""
    row = connection.execute(
        select(clocks.c.version, clocks.c.due).where(
            clocks.c.ticket_id == ticket_id, clocks.c.name == clock.name
        )
    ).one()
    version: int = row.version + (renewed or row.due != clock.due)
    connection.execute(
        update(clocks)
        .where(clocks.c.ticket_id == ticket_id, clocks.c.name == clock.name)
        .values(
            version=version,
            due=clock.due,
            ended_at=clock.met_at or clock.ended_at,
            computed=clock_facts(clock),
        )
    )
    return version


def save_status(
    connection: Connection,
    ticket: Ticket,
    status: Status,
    running: Iterable[Clock],
    **columns: Any,
) -> bool:
    """Change a ticket from what it was read as. False when someone else was quicker."""
    done = connection.execute(
        update(tickets)
        .where(tickets.c.id == ticket.id, tickets.c.version == ticket.version)
        .values(status=str(status), next_due=_next_due(status, running), **columns)
    )
    return done.rowcount == 1


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
    found = _many(connection, chosen, rebuild, named)
    if not found:
        raise NotFound(NO_SUCH)
    return found[0]


def load_all(
    connection: Connection, ids: Sequence[int], rebuild: RebuildClocks
) -> dict[int, Ticket]:
    """These tickets, whole, by their row ids; those that are gone are left out."""
    found = _many(connection, _ALL, rebuild, {"chosen": list(ids)})
    return {ticket.id: ticket for ticket in found}


def versions(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    """The numbers of these tickets' last events: one that is as it was has not changed."""
    return {row.id: row.version for row in connection.execute(_VERSIONS, {"ids": list(ids)})}


def references(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """The references of these tickets, whatever state the rest of them is in."""
    chosen = select(tickets.c.id, tickets.c.reference).where(tickets.c.id.in_(ids))
    return {row.id: row.reference for row in connection.execute(chosen)}


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
        place = (_next_due(beyond.status, beyond.clocks), beyond.id)
        chosen = chosen.where(tuple_(tickets.c.next_due, tickets.c.id) > place)
    return _many(connection, chosen.limit(limit).offset(after), rebuild)


def of_person(
    connection: Connection, person: str, rebuild: RebuildClocks, *, limit: int = 20
) -> list[Ticket]:
    """A person's tickets, newest first."""
    chosen = select(tickets).where(tickets.c.person == person).order_by(tickets.c.id.desc())
    return _many(connection, chosen.limit(limit), rebuild)


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
            near = _many(connection, _of_kind_by(column), rebuild, {**named, "value": value})
            found |= {ticket.id: ticket for ticket in near}
    return list(found.values())


@cache
def _of_kind_by(column: Column[Any]) -> Select[Any]:
    return _OF_KIND.where(column == bindparam("value"))


def clock_versions(connection: Connection, ticket_id: int) -> dict[str, int]:
    rows = connection.execute(
        select(clocks.c.name, clocks.c.version).where(clocks.c.ticket_id == ticket_id)
    )
    return {row.name: row.version for row in rows}


def _many(
    connection: Connection,
    chosen: Select[Any],
    rebuild: RebuildClocks,
    named: Mapping[str, Any] | None = None,
) -> list[Ticket]:
    """Read tickets with all that hangs on them, one query for each kind of row."""
    rows = connection.execute(chosen, named or {}).mappings().all()
    ids = [row["id"] for row in rows]
    running = _by_ticket(connection, clocks, "id", ids)
    happened = _by_ticket(connection, events, "number", ids)
    told = _by_ticket(connection, notices, "id", ids)
    known = _by_ticket(connection, ticket_facts, "id", ids)
    return [
        _ticket(
            row,
            running.get(row["id"], ()),
            rebuild,
            tuple(_event(r) for r in happened.get(row["id"], ())),
            tuple(_notice(r) for r in told.get(row["id"], ())),
            tuple(_fact(r) for r in known.get(row["id"], ())),
        )
        for row in rows
    ]


@cache
def _hanging_on(table: Table, order: str) -> Select[Any]:
    wanted = table.c.ticket_id.in_(bindparam("ids", expanding=True))
    return select(table).where(wanted).order_by(table.c.ticket_id, table.c[order])


@cache
def _hanging_on_one(table: Table, order: str) -> Select[Any]:
    """The same for one ticket: a list of values is written into the statement at each run."""
    wanted = table.c.ticket_id == bindparam("ticket")
    return select(table).where(wanted).order_by(table.c[order])


def _by_ticket(
    connection: Connection, table: Table, order: str, ids: Sequence[int]
) -> dict[int, list[RowMapping]]:
    found: dict[int, list[RowMapping]] = {}
    if not ids:
        return found
    if len(ids) == 1:
        rows = connection.execute(_hanging_on_one(table, order), {"ticket": ids[0]})
    else:
        rows = connection.execute(_hanging_on(table, order), {"ids": ids})
    for row in rows.mappings():
        found.setdefault(row["ticket_id"], []).append(row)
    return found


def _ticket(
    row: RowMapping,
    running: Sequence[RowMapping],
    rebuild: RebuildClocks,
    happened: tuple[Event, ...],
    told: tuple[Mapping[str, Any], ...],
    known: tuple[Fact, ...],
) -> Ticket:
    return Ticket(
        id=row["id"],
        reference=row["reference"],
        kind=Kind(row["kind"]),
        status=Status(row["status"]),
        received_at=row["received_at"],
        received_local_date=row["received_local_date"],
        channel=Channel(row["channel"]),
        role=Role(row["role"]),
        person=row["person"],
        policy_version=row["policy_version"],
        calendar=row["calendar"],
        fields=row["fields"],
        clauses_shown=tuple(row["clauses_shown"]),
        clocks=rebuild(row["kind"], row["calendar"], [(r["name"], r["computed"]) for r in running]),
        clock_versions={r["name"]: r["version"] for r in running},
        identity=row["identity"],
        owner=row["owner"],
        events=happened,
        notices=told,
        facts=known,
        version=row["version"],
        sent_at=row["sent_at"],
        closed_at=row["closed_at"],
        hold=row["hold"],
        duplicate_of=row["duplicate_of"],
        conversation=row["conversation_id"],
    )


def _event(row: RowMapping) -> Event:
    return Event(row["at"], row["who"], row["what"], row["why"], row["before"], row["after"])


def _fact(row: RowMapping) -> Fact:
    return Fact(row["name"], row["number"], row["at"], row["who"], row["content"])


def _notice(row: RowMapping) -> dict[str, Any]:
    return {
        "clock": row["clock"],
        "threshold": row["threshold"],
        "version": row["version"],
        "to": row["to"],
        "by": row["by"],
        "planned_for": row["planned_for"].isoformat(),
        "state": row["state"],
        "sent_at": row["sent_at"].isoformat() if row["sent_at"] else None,
    }
