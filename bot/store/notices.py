"""The outbox: a notice is a row before it is sent, one threshold to one person by one way.

States: `planned`, `claimed` (leased to a sweeper), `sent`, `failed` (given up, loudly),
`cancelled` (its clock ended or moved), `superseded` (a later threshold said it).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Connection, Executable, and_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import notices, sweeps


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One planned notice."""

    id: int
    ticket_id: int
    clock: str
    threshold: str
    version: int
    to: str
    by: str
    planned_for: datetime
    attempts: int
    # Claimed before by a sweeper that never reported back: it may have been sent.
    repeated: bool = False


def plan(
    connection: Connection,
    ticket_id: int,
    *,
    clock: str,
    threshold: str,
    version: int,
    to: str,
    by: str,
    planned_for: datetime,
) -> None:
    """Plan a notice once; planning it again changes nothing."""
    row = {
        "ticket_id": ticket_id,
        "clock": clock,
        "threshold": threshold,
        "version": version,
        "to": to,
        "by": by,
        "planned_for": planned_for,
        "state": "planned",
        "attempts": 0,
    }
    connection.execute(_plan_once(connection.dialect.name), row)


@cache
def _plan_once(dialect: str) -> Executable:
    """Made once: making the statement anew costs more than running it."""
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(notices)
    statement: Executable = insert.on_conflict_do_nothing(
        index_elements=["ticket_id", "clock", "threshold", "version", "to", "by"]
    )
    return statement


def claim_due(
    connection: Connection,
    now: datetime,
    *,
    worker: str,
    lease: timedelta,
    due_by: datetime | None = None,
    limit: int = 100,
) -> list[NoticeRow]:
    """Take notices due by `due_by` (now), or whose sweeper died, oldest first, for `lease`."""
    abandoned = and_(notices.c.state == "claimed", notices.c.lease_until < now)
    due = and_(notices.c.state == "planned", notices.c.planned_for <= (due_by or now))
    chosen = select(notices.c.id, notices.c.state).where(or_(due, abandoned))
    chosen = chosen.order_by(notices.c.planned_for, notices.c.id).limit(limit)
    if connection.dialect.name != "sqlite":
        chosen = chosen.with_for_update(skip_locked=True)
    states = {row.id: row.state for row in connection.execute(chosen)}
    taken = connection.execute(
        update(notices)
        .where(notices.c.id.in_(states))
        .values(
            state="claimed",
            worker=worker,
            lease_until=now + lease,
            attempts=notices.c.attempts + 1,
        )
        .returning(*notices.c)
    )
    rows = [
        NoticeRow(
            r.id,
            r.ticket_id,
            r.clock,
            r.threshold,
            r.version,
            r.to,
            r.by,
            r.planned_for,
            r.attempts,
            repeated=states[r.id] == "claimed",
        )
        for r in taken
    ]
    return sorted(rows, key=lambda r: (r.planned_for, r.id))


def record_sent(connection: Connection, id: int, worker: str, now: datetime) -> bool:
    """Record the sending. False when another sweeper has taken the notice over meanwhile."""
    done = connection.execute(
        update(notices)
        .where(notices.c.id == id, notices.c.state == "claimed", notices.c.worker == worker)
        .values(state="sent", sent_at=now, lease_until=None)
    )
    return done.rowcount == 1


def put_back(connection: Connection, id: int, worker: str, *, until: datetime, why: str) -> None:
    """Plan it again for later: the failure was a passing one."""
    connection.execute(
        update(notices)
        .where(notices.c.id == id, notices.c.state == "claimed", notices.c.worker == worker)
        .values(state="planned", planned_for=until, lease_until=None, failure=why)
    )


def give_up(connection: Connection, id: int, worker: str, why: str) -> None:
    connection.execute(
        update(notices)
        .where(notices.c.id == id, notices.c.worker == worker)
        .values(state="failed", lease_until=None, failure=why)
    )


def drop(connection: Connection, id: int, worker: str, state: str) -> None:
    """Close a claimed notice without sending it: `cancelled` or `superseded`."""
    connection.execute(
        update(notices)
        .where(notices.c.id == id, notices.c.state == "claimed", notices.c.worker == worker)
        .values(state=state, lease_until=None)
    )


def close_unsent(
    connection: Connection,
    ticket_id: int,
    state: str,
    *,
    clock: str | None = None,
    before_version: int | None = None,
) -> None:
    """Close the planned notices of a ticket, or of one of its clocks, without sending them."""
    chosen = and_(notices.c.ticket_id == ticket_id, notices.c.state == "planned")
    if clock is not None:
        chosen = and_(chosen, notices.c.clock == clock)
    if before_version is not None:
        chosen = and_(chosen, notices.c.version < before_version)
    connection.execute(update(notices).where(chosen).values(state=state))


def postpone(connection: Connection, ticket_id: int, until: datetime, *, but: str) -> int:
    """Let the planned notices of a ticket wait until then, those of clock `but` excepted.

    Returns how many wait.
    """
    done = connection.execute(
        update(notices)
        .where(
            notices.c.ticket_id == ticket_id,
            notices.c.state == "planned",
            notices.c.planned_for < until,
            notices.c.clock != but,
        )
        .values(planned_for=until)
    )
    return done.rowcount


def record_sweep(connection: Connection, worker: str, now: datetime) -> None:
    """Note that a sweep ended well: a desk that has not swept for long is not ready."""
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(sweeps)
    connection.execute(
        insert.values(worker=worker, at=now).on_conflict_do_update(
            index_elements=["worker"], set_={"at": now}
        )
    )


def last_sweep(connection: Connection) -> datetime | None:
    found: datetime | None = connection.execute(
        select(sweeps.c.at).order_by(sweeps.c.at.desc())
    ).scalar()
    return found
