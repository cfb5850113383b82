"""Digest rows: one message of a morning to one person by one way, and the notices it carries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Executable, and_, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.notices import PLANNED, NoticeRow, notice_row
from bot.store.tables import digests, notices

OPEN = text("digests.state IN ('planned', 'claimed')")
CARRIED = ("planned", "claimed", "sent")


@dataclass(frozen=True, slots=True)
class DigestRow:
    """One claimed digest. `repeated`: a sweeper died while it may have been sending it."""

    id: int
    to: str
    by: str
    day: date
    planned_for: datetime
    attempts: int
    repeated: bool = False


def plan(connection: Connection, wanted: Collection[tuple[str, str, date, datetime]]) -> None:
    """Plan the digests of these (to, by, day, planned for), each once."""
    if wanted:
        rows = [
            {"to": to, "by": by, "day": day, "planned_for": at, "state": "planned", "attempts": 0}
            for to, by, day, at in sorted(wanted)
        ]
        connection.execute(_plan_once(connection.dialect.name), rows)


@cache
def _plan_once(dialect: str) -> Executable:
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(digests)
    statement: Executable = insert.on_conflict_do_nothing(index_elements=["to", "by", "day"])
    return statement


def open_again(connection: Connection, to: str, by: str, day: date, at: datetime) -> None:
    """Let a second digest of that day go out: lines were handed on that the first did not have."""
    plan(connection, [(to, by, day, at)])
    connection.execute(
        update(digests)
        .where(
            digests.c.to == to, digests.c.by == by, digests.c.day == day,
            digests.c.state.not_in(("planned", "claimed")),
        )
        .values(state="planned", planned_for=at, attempts=0, sending=False)
    )  # fmt: skip


def is_any_due(connection: Connection, due_by: datetime, now: datetime) -> bool:
    due = select(digests.c.id).where(OPEN, _ready(due_by, now))
    return connection.execute(due.limit(1)).first() is not None


def _ready(due_by: datetime, now: datetime) -> ColumnElement[bool]:
    planned = and_(digests.c.state == "planned", digests.c.planned_for <= due_by)
    return or_(planned, and_(digests.c.state == "claimed", digests.c.lease_until < now))


def claim(
    connection: Connection,
    now: datetime,
    *,
    worker: str,
    lease: timedelta,
    due_by: datetime,
    limit: int = 200,
) -> list[DigestRow]:
    """Take the digests that are due: of each person and way one, the newest.

    The older ones close as superseded, and the newest carries what they held.
    """
    chosen = select(digests).where(OPEN, _ready(due_by, now)).order_by(digests.c.planned_for)
    if connection.dialect.name != "sqlite":
        chosen = chosen.with_for_update(skip_locked=True)
    newest: dict[tuple[str, str], DigestRow] = {}
    for r in connection.execute(chosen.limit(limit)).all():
        older = newest.get((r.to, r.by))
        repeated = r.sending or (older is not None and older.repeated)
        row = DigestRow(r.id, r.to, r.by, r.day, r.planned_for, r.attempts + 1, repeated)
        if older is not None:
            _supersede(connection, older.id, row.id)
        newest[(r.to, r.by)] = row
    connection.execute(
        update(digests)
        .where(digests.c.id.in_([row.id for row in newest.values()]))
        .values(
            state="claimed",
            worker=worker,
            lease_until=now + lease,
            attempts=digests.c.attempts + 1,
            sending=digests.c.id.in_([row.id for row in newest.values() if row.repeated]),
        )
    )
    return list(newest.values())


def _supersede(connection: Connection, older: int, newer: int) -> None:
    closed = update(digests).where(digests.c.id == older)
    connection.execute(closed.values(state="superseded", lease_until=None))
    moved = update(notices).where(notices.c.digest_id == older, notices.c.state == "claimed")
    connection.execute(moved.values(digest_id=newer))


def take_lines(
    connection: Connection,
    digest: DigestRow,
    *,
    worker: str,
    lease_until: datetime,
    due_by: datetime,
    again: bool,
) -> list[NoticeRow]:
    """Claim the lines that are due for this digest; `again` with those it held before a crash."""
    values: dict[str, Any] = {
        "state": "claimed", "worker": worker, "lease_until": lease_until, "digest_id": digest.id,
        "attempts": notices.c.attempts + 1,
    }  # fmt: skip
    fresh = and_(
        PLANNED, notices.c.to == digest.to, notices.c.by == digest.by, notices.c.form == "line",
        notices.c.planned_for <= due_by,
    )  # fmt: skip
    held = and_(
        notices.c.digest_id == digest.id, notices.c.form == "line", notices.c.state == "claimed"
    )
    found: list[NoticeRow] = []
    for chosen in (held, fresh) if again else (fresh,):
        taken = update(notices).where(chosen).values(**values).returning(*notices.c)
        found.extend(notice_row(r) for r in connection.execute(taken))
    return found


def mark_sending(connection: Connection, digest: DigestRow, worker: str) -> bool:
    """Note that it is about to be sent. False when another sweeper has taken it over."""
    return _change(connection, digest, worker, {"sending": True})


def cards_of_day(
    connection: Connection, digest: DigestRow, start: datetime, end: datetime
) -> list[NoticeRow]:
    """The first cards of this person that day, sent or on their way: the digest repeats them."""
    chosen = select(notices).where(
        notices.c.to == digest.to,
        notices.c.by == digest.by,
        notices.c.planned_for >= start,
        notices.c.planned_for < end,
        notices.c.form == "card",
        notices.c.rung == 0,
        notices.c.state.in_(CARRIED),
    )
    return [notice_row(r) for r in connection.execute(chosen.order_by(notices.c.id))]


def mark(connection: Connection, cards: Sequence[NoticeRow], digest: DigestRow) -> None:
    """Mark cards with the digest that repeats them."""
    chosen = notices.c.id.in_([card.id for card in cards])
    connection.execute(update(notices).where(chosen).values(digest_id=digest.id))


def finish(
    connection: Connection,
    digest: DigestRow,
    worker: str,
    state: str,
    *,
    now: datetime | None = None,
    until: datetime | None = None,
    why: str | None = None,
) -> bool:
    """Close a digest as `sent`, `empty` or `failed`, or plan it again for `until`.

    False when another sweeper has taken it over meanwhile.
    """
    values: dict[str, Any] = {"state": state, "sent_at": now, "lease_until": None, "failure": why}
    if until is not None:
        values |= {"planned_for": until, "sending": digest.repeated}
    return _change(connection, digest, worker, values)


def _change(
    connection: Connection, digest: DigestRow, worker: str, values: Mapping[str, Any]
) -> bool:
    """Change a digest that this worker holds still, by the claim that it made."""
    done = connection.execute(
        update(digests)
        .where(
            digests.c.id == digest.id,
            digests.c.state == "claimed",
            digests.c.worker == worker,
            digests.c.attempts == digest.attempts,
        )
        .values(**values)
    )
    return done.rowcount == 1
