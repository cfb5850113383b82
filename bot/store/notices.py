"""The outbox: a notice is a row before it is sent, one threshold to one person by one way.

States: `planned`, `claimed` (leased to a sweeper), `sent`, `failed` (given up, loudly),
`cancelled` (its clock ended or moved), `superseded` (a later threshold said it).

The states stand in the statements as they stand in the partial indexes: neither database could
use those for a state that is bound later.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Row,
    and_,
    bindparam,
    false,
    null,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import accounts, notices, sweeps

PLANNED_CARD = text("notices.state = 'planned' AND notices.form = 'card'")
CLAIMED = text("notices.state = 'claimed'")
PLANNED = text("notices.state = 'planned'")
KEY = ("ticket_id", "clock", "threshold", "version", "to", "by")


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A notice to be planned; as `superseded` it records that it will never be sent."""

    ticket_id: int
    clock: str
    threshold: str
    version: int
    to: str
    by: str
    planned_for: datetime
    form: str = "card"
    rung: int = 0
    state: str = "planned"


PLANNED_WITH = tuple(field.name for field in fields(NewNotice))


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
    form: str = "card"
    rung: int = 0
    state: str = "claimed"
    # Once about to be sent by a sweeper that never reported back: it may be there.
    repeated: bool = False


def notice_row(r: Row[Any]) -> NoticeRow:
    return NoticeRow(
        r.id, r.ticket_id, r.clock, r.threshold, r.version, r.to, r.by, r.planned_for, r.attempts,
        r.form, r.rung, r.state, r.sending,
    )  # fmt: skip


def plan(connection: Connection, wanted: Sequence[NewNotice]) -> None:
    """Plan notices, each once: what is planned, sent or failed stays, what was cancelled lives."""
    if wanted:
        rows = [
            {**{name: getattr(n, name) for name in PLANNED_WITH}, "attempts": 0} for n in wanted
        ]
        connection.execute(_plan_once(connection.dialect.name), rows)


@cache
def _plan_once(dialect: str) -> Executable:
    """Made once: making the statement anew costs more than running it."""
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(notices)
    fresh = {name: insert.excluded[name] for name in ("state", "planned_for", "form", "rung")}
    statement: Executable = insert.on_conflict_do_update(
        index_elements=KEY,
        set_={
            **fresh,
            "attempts": 0,
            "failure": null(),
            "digest_id": null(),
            "sending": false(),
        },
        where=text("notices.state = 'cancelled' AND excluded.state = 'planned'"),
    )
    return statement


def due_ways(connection: Connection, due_by: datetime, now: datetime) -> list[str]:
    """The ways by which something is due, or was left by a sweeper that died.

    Looks at the front of each way in the index alone, however much is planned.
    """
    ways: list[str] = []
    way: str | None = ""
    following = select(notices.c.by).where(PLANNED_CARD, notices.c.by > bindparam("way"))
    first = select(notices.c.id).where(
        PLANNED_CARD, notices.c.by == bindparam("way"), notices.c.planned_for <= due_by
    )
    while way := connection.execute(
        following.order_by(notices.c.by).limit(1), {"way": way}
    ).scalar():
        if connection.execute(first.limit(1), {"way": way}).first():
            ways.append(way)
    left = select(notices.c.by).where(
        CLAIMED, notices.c.form == "card", notices.c.lease_until < now
    )
    return list(dict.fromkeys([*ways, *connection.execute(left.distinct()).scalars()]))


def claim_due(
    connection: Connection,
    now: datetime,
    *,
    worker: str,
    lease: timedelta,
    due_by: datetime | None = None,
    limit: int = 100,
    by: str | None = None,
) -> list[NoticeRow]:
    """Take cards due by `due_by` (now), of one way or all, or whose sweeper died, oldest first."""
    ways: list[ColumnElement[bool]] = [notices.c.by == by] if by is not None else []
    values = {"state": "claimed", "worker": worker, "lease_until": now + lease}
    dead = and_(CLAIMED, notices.c.form == "card", notices.c.lease_until < now, *ways)
    due = and_(PLANNED_CARD, notices.c.planned_for <= (due_by or now), *ways)
    found: list[NoticeRow] = []
    for chosen in (dead, due):
        if len(found) < limit:
            taken = _take(connection, chosen, limit - len(found), values)
            found.extend(notice_row(r) for r in taken)
    return sorted(found, key=lambda r: (r.planned_for, r.id))


def _take(
    connection: Connection, which: ColumnElement[bool], limit: int, values: dict[str, Any]
) -> Sequence[Row[Any]]:
    """Update so many of these rows, one attempt more each, past rows that others hold."""
    chosen = select(notices.c.id).where(which)
    chosen = chosen.order_by(notices.c.planned_for, notices.c.id).limit(limit)
    if connection.dialect.name != "sqlite":
        chosen = chosen.with_for_update(skip_locked=True)
    picked = chosen.cte("picked")
    return connection.execute(
        update(notices)
        .where(notices.c.id.in_(select(picked.c.id)))
        .values(**values, attempts=notices.c.attempts + 1)
        .returning(*notices.c)
    ).all()


def _held(rows: Iterable[NoticeRow], worker: str) -> ColumnElement[bool]:
    """These rows, as far as this worker holds them still, by the claim that it made."""
    claims = [(row.id, row.attempts) for row in rows]
    mine = tuple_(notices.c.id, notices.c.attempts).in_(claims)
    return and_(mine, notices.c.state == "claimed", notices.c.worker == worker)


def mark_sending(connection: Connection, rows: Sequence[NoticeRow], worker: str) -> set[int]:
    """Note that these are about to be sent; returns those that are still this worker's."""
    done = update(notices).where(_held(rows, worker)).values(sending=True)
    return set(connection.execute(done.returning(notices.c.id)).scalars())


def record_sent(
    connection: Connection, rows: Sequence[NoticeRow], worker: str, now: datetime
) -> set[int]:
    """Record the sending; returns those recorded: others were taken over by another sweeper."""
    done = update(notices).where(_held(rows, worker))
    values = {"state": "sent", "sent_at": now, "lease_until": None}
    return set(connection.execute(done.values(**values).returning(notices.c.id)).scalars())


def close(
    connection: Connection, rows: Sequence[NoticeRow], worker: str, state: str, why: str = ""
) -> set[int]:
    """Close claimed notices as `cancelled`, `superseded` or `failed`; returns those closed."""
    done = update(notices).where(_held(rows, worker))
    values = {"state": state, "lease_until": None, "failure": why or None}
    return set(connection.execute(done.values(**values).returning(notices.c.id)).scalars())


_PUT_BACK = (
    update(notices)
    .where(
        notices.c.id == bindparam("row"),
        notices.c.attempts == bindparam("attempt"),
        notices.c.state == "claimed",
        notices.c.worker == bindparam("held_by"),
    )
    .values(
        state="planned",
        planned_for=bindparam("until"),
        lease_until=None,
        digest_id=None,
        failure=bindparam("because"),
        sending=bindparam("doubted"),
    )
)


def put_back(
    connection: Connection, waits: Sequence[tuple[NoticeRow, datetime]], worker: str, why: str
) -> None:
    """Plan each again for then: the failure was a passing one. What was in doubt stays so."""
    if waits:
        rows = [
            {
                "row": r.id,
                "attempt": r.attempts,
                "held_by": worker,
                "until": until,
                "because": why,
                "doubted": r.repeated,
            }
            for r, until in waits
        ]
        connection.execute(_PUT_BACK, rows)


def renew(
    connection: Connection, rows: Sequence[NoticeRow], worker: str, lease_until: datetime
) -> set[int]:
    """Hold claimed notices for longer; returns those that are still this worker's."""
    done = update(notices).where(_held(rows, worker)).values(lease_until=lease_until)
    return set(connection.execute(done.returning(notices.c.id)).scalars())


def close_unsent(
    connection: Connection,
    ticket_id: int,
    state: str,
    *,
    clock: str | None = None,
    before_version: int | None = None,
    rungs: bool = False,
    but: Collection[str] = (),
) -> list[NoticeRow]:
    """Close planned notices of a ticket, or of one of its clocks, unsent. Returns them.

    `rungs`: only those that were planned because nobody acknowledged. `but`: not these thresholds.
    """
    chosen = [notices.c.ticket_id == ticket_id, notices.c.state == "planned"]
    if clock is not None:
        chosen.append(notices.c.clock == clock)
    if before_version is not None:
        chosen.append(notices.c.version < before_version)
    if rungs:
        chosen.append(notices.c.rung > 0)
    if but:
        chosen.append(notices.c.threshold.not_in(but))
    closed = update(notices).where(*chosen).values(state=state).returning(*notices.c)
    return [notice_row(r) for r in connection.execute(closed)]


def pending(connection: Connection, ticket_id: int) -> list[NoticeRow]:
    """What is planned of a ticket, or on its way, in the order of planning."""
    open_ones = or_(notices.c.state == "planned", notices.c.state == "claimed")
    found = select(notices).where(notices.c.ticket_id == ticket_id, open_ones)
    return [notice_row(r) for r in connection.execute(found.order_by(notices.c.id))]


def states(connection: Connection, row: NoticeRow) -> dict[tuple[str, str], str]:
    """How this threshold stands with everyone: by (to, by)."""
    found = select(notices.c.to, notices.c.by, notices.c.state).where(
        notices.c.ticket_id == row.ticket_id,
        notices.c.clock == row.clock,
        notices.c.threshold == row.threshold,
        notices.c.version == row.version,
    )
    return {(r.to, r.by): r.state for r in connection.execute(found)}


def address_of(connection: Connection, account: str) -> str | None:
    """The address of an account; empty when it has none or is disabled, None when it is none."""
    found = select(accounts.c.email, accounts.c.disabled_at).where(accounts.c.id == account)
    row = connection.execute(found).first()
    if row is None:
        return None
    return "" if row.disabled_at is not None else str(row.email or "")


def postpone(
    connection: Connection, ticket_id: int, until: datetime, *, but: Collection[str]
) -> list[NoticeRow]:
    """Let the planned notices of a ticket wait until then, those of thresholds `but` excepted."""
    done = (
        update(notices)
        .where(
            notices.c.ticket_id == ticket_id,
            notices.c.state == "planned",
            notices.c.planned_for < until,
            notices.c.threshold.not_in(but),
        )
        .values(planned_for=until)
        .returning(*notices.c)
    )
    return [notice_row(r) for r in connection.execute(done)]


def record_sweep(connection: Connection, worker: str, now: datetime) -> None:
    """Note that the sweep is alive: a desk that has not swept for long is not ready."""
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
