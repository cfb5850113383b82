"""Ticket rows: written once for one filing, changed only together with an event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.domain.clock_records import clock_facts
from bot.domain.clocks import Clock
from bot.domain.errors import NotFound
from bot.domain.people import Channel, Role
from bot.domain.tickets import Event, Kind, Status, Ticket
from bot.store import events as chain
from bot.store.tables import clocks, events, notices, tickets

# Rebuilds a ticket's clocks from their stored facts: (kind, calendar, [(name, facts)]).
RebuildClocks = Callable[[str, str, Sequence[tuple[str, Mapping[str, Any]]]], tuple[Clock, ...]]


def find_filed(connection: Connection, filing_key: str) -> str | None:
    """Return the reference of the ticket that this filing already opened."""
    chosen = select(tickets.c.reference).where(tickets.c.filing_key == filing_key)
    found: str | None = connection.execute(chosen).scalar()
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
        "next_due": _next_due(running),
    }
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(tickets)
    id: int | None = connection.execute(
        insert.values(**values)
        .on_conflict_do_nothing(index_elements=["filing_key"])
        .returning(tickets.c.id)
    ).scalar()
    if id is None:
        return None
    for clock in running:
        connection.execute(
            clocks.insert().values(
                ticket_id=id,
                name=clock.name,
                version=1,
                due=clock.due,
                computed=clock_facts(clock),
            )
        )
    return id


def _next_due(running: Iterable[Clock]) -> date | None:
    open_clocks = [c.due for c in running if c.met_at is None and c.ended_at is None]
    return min(open_clocks, default=None)


def add_event(connection: Connection, ticket_id: int, event: Event) -> None:
    """Append the ticket's next event; two writers at once take their numbers in turn."""
    number: int = connection.execute(
        update(tickets)
        .where(tickets.c.id == ticket_id)
        .values(version=tickets.c.version + 1)
        .returning(tickets.c.version)
    ).scalar_one()
    chain.append(connection, ticket_id, number, event)


def save_clock(connection: Connection, ticket_id: int, clock: Clock) -> int:
    """Store a changed clock. A moved due date is a new version. Returns the version."""
    row = connection.execute(
        select(clocks.c.version, clocks.c.due).where(
            clocks.c.ticket_id == ticket_id, clocks.c.name == clock.name
        )
    ).one()
    version: int = row.version + (row.due != clock.due)
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
    connection: Connection, ticket: Ticket, status: Status, running: Iterable[Clock]
) -> bool:
    """Move a ticket from the status it was read with. False when someone else was quicker."""
    done = connection.execute(
        update(tickets)
        .where(tickets.c.id == ticket.id, tickets.c.status == str(ticket.status))
        .values(status=str(status), next_due=_next_due(running))
    )
    return done.rowcount == 1


def load(connection: Connection, reference: str, rebuild: RebuildClocks) -> Ticket:
    """Return the whole ticket. Raises NotFound."""
    chosen = select(tickets).where(tickets.c.reference == reference)
    row = connection.execute(chosen).mappings().first()
    if row is None:
        raise NotFound("There is no ticket with that reference.")
    return _ticket(connection, row, rebuild)


def load_by_id(connection: Connection, id: int, rebuild: RebuildClocks) -> Ticket:
    row = connection.execute(select(tickets).where(tickets.c.id == id)).mappings().one()
    return _ticket(connection, row, rebuild)


def open_tickets(
    connection: Connection, rebuild: RebuildClocks, *, limit: int = 100, after: int = 0
) -> list[Ticket]:
    """Open tickets by next deadline, `limit` of them from row `after` on."""
    chosen = (
        select(tickets)
        .where(tickets.c.next_due.is_not(None))
        .order_by(tickets.c.next_due, tickets.c.id)
    )
    return _many(connection, chosen.limit(limit).offset(after), rebuild)


def of_person(
    connection: Connection, person: str, rebuild: RebuildClocks, *, limit: int = 20
) -> list[Ticket]:
    """A person's tickets, newest first."""
    chosen = select(tickets).where(tickets.c.person == person).order_by(tickets.c.id.desc())
    return _many(connection, chosen.limit(limit), rebuild)


def _many(connection: Connection, chosen: Select[Any], rebuild: RebuildClocks) -> list[Ticket]:
    rows = connection.execute(chosen).mappings().all()
    return [_ticket(connection, row, rebuild) for row in rows]


def clock_versions(connection: Connection, ticket_id: int) -> dict[str, int]:
    rows = connection.execute(
        select(clocks.c.name, clocks.c.version).where(clocks.c.ticket_id == ticket_id)
    )
    return {row.name: row.version for row in rows}


def _ticket(connection: Connection, row: RowMapping, rebuild: RebuildClocks) -> Ticket:
    stored = connection.execute(
        select(clocks.c.name, clocks.c.computed)
        .where(clocks.c.ticket_id == row["id"])
        .order_by(clocks.c.id)
    )
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
        clocks=rebuild(row["kind"], row["calendar"], [(r.name, r.computed) for r in stored]),
        identity=row["identity"],
        owner=row["owner"],
        events=_events(connection, row["id"]),
        notices=_notices(connection, row["id"]),
    )


def _events(connection: Connection, ticket_id: int) -> tuple[Event, ...]:
    rows = connection.execute(
        select(events).where(events.c.ticket_id == ticket_id).order_by(events.c.number)
    )
    return tuple(Event(r.at, r.who, r.what, r.why, r.before, r.after) for r in rows)


def _notices(connection: Connection, ticket_id: int) -> tuple[Mapping[str, Any], ...]:
    rows = connection.execute(
        select(notices).where(notices.c.ticket_id == ticket_id).order_by(notices.c.id)
    ).mappings()
    return tuple(
        {
            "clock": row["clock"],
            "threshold": row["threshold"],
            "version": row["version"],
            "to": row["to"],
            "by": row["by"],
            "planned_for": row["planned_for"].isoformat(),
            "state": row["state"],
            "sent_at": row["sent_at"].isoformat() if row["sent_at"] else None,
        }
        for row in rows
    )
