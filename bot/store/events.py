"""Events: appended under the chain's key, read back for the audit, emptied by a purge alone."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, null, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.domain.audit import (
    FIRST_MAC,
    PURGED,
    Audit,
    Chained,
    Content,
    Head,
    Link,
    audit,
    ranges,
)
from bot.domain.tickets import Event
from bot.store.db import AUDIT_KEY
from bot.store.tables import chain_head, events

FETCHED = 1_000
BLANKED = 500

_TAKE_HEAD = select(chain_head.c.number, chain_head.c.mac).with_for_update()
_INSERT = events.insert()
_MOVE_HEAD = update(chain_head).values(number=bindparam("to"), mac=bindparam("code"))


def _key(connection: Connection) -> bytes:
    key: bytes = connection.get_execution_options()[AUDIT_KEY]
    return key


def _taken_head(connection: Connection) -> Head:
    """The end of the chain; until this transaction ends nobody else can append."""
    row = connection.execute(_TAKE_HEAD).first()
    if row is None:
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        first = {"id": 1, "number": 0, "mac": FIRST_MAC, "purging": False}
        insert = dialect.insert(chain_head).values(**first)
        connection.execute(insert.on_conflict_do_nothing(index_elements=["id"]))
        row = connection.execute(_TAKE_HEAD).one()
    return Head(row.number, row.mac)


def append(connection: Connection, ticket_id: int | None, number: int, event: Event) -> int:
    """Write an event at the end of the chain. Returns its id; ids have no gaps.

    `number` counts the events of its ticket.
    """
    head, salt = _taken_head(connection), secrets.token_hex(16)
    content = Content(event.who, event.why, event.before, event.after)
    link = Link(head.events + 1, ticket_id, number, event.at, event.what, content.digest(salt))
    mac = link.mac(_key(connection), head.mac)
    row = {
        "id": link.id,
        "ticket_id": ticket_id,
        "number": number,
        "at": event.at,
        "who": event.who,
        "what": event.what,
        "why": event.why,
        "before": dict(event.before) if event.before is not None else None,
        "after": dict(event.after) if event.after is not None else None,
        "salt": salt,
        "digest": link.digest,
        "mac": mac,
    }
    connection.execute(_INSERT, row)
    connection.execute(_MOVE_HEAD, {"to": link.id, "code": mac})
    return link.id


def head(connection: Connection) -> Head:
    """Where the chain ends now; kept elsewhere, it shows a later truncation."""
    row = connection.execute(select(chain_head.c.number, chain_head.c.mac)).first()
    return Head(row.number, row.mac) if row else Head(0, FIRST_MAC)


def check(connection: Connection, exported: Head | None = None) -> Audit:
    """Check the whole chain. Memory stays flat however long it is."""
    end = head(connection)
    return audit(_key(connection), _chain(connection), end, exported=exported)


def _chain(connection: Connection) -> Iterator[Chained]:
    last = 0
    while True:
        chosen = select(events).where(events.c.id > last).order_by(events.c.id).limit(FETCHED)
        rows = connection.execute(chosen).all()
        yield from (_chained(row) for row in rows)
        if len(rows) < FETCHED:
            return
        last = rows[-1].id


def _chained(row: Row[tuple[object, ...]]) -> Chained:
    link = Link(row.id, row.ticket_id, row.number, row.at, row.what, row.digest)
    return Chained(link, Content(row.who, row.why, row.before, row.after), row.salt, row.mac)


def purge(
    connection: Connection,
    ticket_ids: Iterable[int],
    now: datetime,
    *,
    who: str,
    told: Mapping[str, int],
) -> int:
    """Empty the events of these tickets, and say so in an event of its own, which is returned.

    What stays of an emptied event: its id, its ticket's number, when and what kind. `told` joins
    the purge's event.
    """
    wanted = list(ticket_ids)
    ids = [
        id
        for start in range(0, len(wanted), BLANKED)
        for id in connection.execute(
            select(events.c.id).where(
                events.c.ticket_id.in_(wanted[start : start + BLANKED]), events.c.salt.is_not(None)
            )
        ).scalars()
    ]
    after = {**told, "events": ranges(ids)}
    purging = append(
        connection, None, 0, Event(now, who, PURGED, "data/retention.yml", None, after)
    )
    connection.execute(update(chain_head).values(purging=True))
    emptied = {"who": "", "why": "", "before": null(), "after": null(), "salt": null()}
    for start in range(0, len(ids), BLANKED):
        connection.execute(
            update(events)
            .where(events.c.id.in_(ids[start : start + BLANKED]))
            .values(**emptied, purged_by=purging)
        )
    connection.execute(update(chain_head).values(purging=False))
    return purging
