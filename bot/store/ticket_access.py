"""What opens a ticket to its requester: secret links and one-time codes, kept as hashes."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from bot.store.db import AUDIT_KEY
from bot.store.tables import status_sessions, ticket_codes, ticket_links


def _secret_hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _code_hash(connection: Connection, ticket_id: int, code: str) -> str:
    # Six digits are soon guessed from a plain hash; without the home's key they are not.
    key: bytes = connection.get_execution_options()[AUDIT_KEY]
    return hmac.new(key, f"code:{ticket_id}:{code}".encode(), hashlib.sha256).hexdigest()


def add_link(connection: Connection, ticket_id: int, secret: str, expires_at: datetime) -> None:
    values = {"hash": _secret_hash(secret), "ticket_id": ticket_id, "expires_at": expires_at}
    connection.execute(ticket_links.insert().values(**values))


def find_link(connection: Connection, secret: str, now: datetime) -> int | None:
    """The ticket that this secret opens now."""
    chosen = select(ticket_links.c.ticket_id).where(
        ticket_links.c.hash == _secret_hash(secret), ticket_links.c.expires_at > now
    )
    found: int | None = connection.execute(chosen).scalar()
    return found


def revoke_links(connection: Connection, ticket_id: int) -> None:
    """Delete the ticket's links, and close it in every browser in which it is open."""
    for table in (ticket_links, status_sessions):
        connection.execute(delete(table).where(table.c.ticket_id == ticket_id))


def add_session(
    connection: Connection, ticket_id: int, secret: str, *, now: datetime, expires_at: datetime
) -> None:
    """Open the ticket to whoever has this secret; sessions that are over go."""
    connection.execute(delete(status_sessions).where(status_sessions.c.expires_at <= now))
    values = {"hash": _secret_hash(secret), "ticket_id": ticket_id, "expires_at": expires_at}
    connection.execute(status_sessions.insert().values(**values))


def find_session(connection: Connection, secret: str, now: datetime) -> int | None:
    """The ticket that this session has open."""
    chosen = select(status_sessions.c.ticket_id).where(
        status_sessions.c.hash == _secret_hash(secret), status_sessions.c.expires_at > now
    )
    found: int | None = connection.execute(chosen).scalar()
    return found


def end_session(connection: Connection, secret: str) -> None:
    connection.execute(
        delete(status_sessions).where(status_sessions.c.hash == _secret_hash(secret))
    )


def codes_since(connection: Connection, ticket_id: int, since: datetime) -> int:
    chosen = select(func.count()).where(
        ticket_codes.c.ticket_id == ticket_id, ticket_codes.c.created_at > since
    )
    count: int = connection.execute(chosen).scalar_one()
    return count


def add_code(
    connection: Connection, ticket_id: int, code: str, *, now: datetime, expires_at: datetime
) -> None:
    connection.execute(
        ticket_codes.insert().values(
            ticket_id=ticket_id,
            hash=_code_hash(connection, ticket_id, code),
            created_at=now,
            expires_at=expires_at,
            tries=0,
        )
    )


def use_code(
    connection: Connection, ticket_id: int, code: str, *, now: datetime, tries: int
) -> bool:
    """Count a try of the ticket's newest code. True, once, when it is this one and still holds."""
    newest = select(func.max(ticket_codes.c.id)).where(ticket_codes.c.ticket_id == ticket_id)
    row = connection.execute(
        update(ticket_codes)
        .where(
            ticket_codes.c.id == newest.scalar_subquery(),
            ticket_codes.c.tries < tries,
            ticket_codes.c.expires_at > now,
            ticket_codes.c.used_at.is_(None),
        )
        .values(tries=ticket_codes.c.tries + 1)
        .returning(ticket_codes.c.id, ticket_codes.c.hash)
    ).first()
    if row is None or not hmac.compare_digest(row.hash, _code_hash(connection, ticket_id, code)):
        return False
    connection.execute(update(ticket_codes).where(ticket_codes.c.id == row.id).values(used_at=now))
    return True
