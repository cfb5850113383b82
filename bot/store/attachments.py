"""Files of tickets: written once, listed without their content."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import Connection, Row, func, select

from bot.domain.attachments import Attachment
from bot.store.tables import attachments

_LISTED = [column for column in attachments.c if column is not attachments.c.content]


def add(
    connection: Connection,
    ticket_id: int,
    *,
    name: str,
    media_type: str,
    content: bytes,
    who: str,
    shared: bool,
    now: datetime,
) -> Attachment:
    """Keep a file under a random id."""
    kept = Attachment(secrets.token_urlsafe(16), name, media_type, len(content), now, who, shared)
    connection.execute(
        attachments.insert().values(
            id=kept.id,
            ticket_id=ticket_id,
            name=name,
            media_type=media_type,
            size=kept.size,
            added_at=now,
            who=who,
            shared=shared,
            content=content,
        )
    )
    return kept


def count(connection: Connection, ticket_id: int) -> int:
    chosen = select(func.count()).where(attachments.c.ticket_id == ticket_id)
    found: int = connection.execute(chosen).scalar_one()
    return found


def of_ticket(
    connection: Connection, ticket_id: int, *, shared_only: bool = False
) -> list[Attachment]:
    """The files of a ticket, oldest first."""
    chosen = select(*_LISTED).where(attachments.c.ticket_id == ticket_id)
    if shared_only:
        chosen = chosen.where(attachments.c.shared)
    ordered = chosen.order_by(attachments.c.added_at, attachments.c.id)
    return [_attachment(row) for row in connection.execute(ordered)]


def load(
    connection: Connection, ticket_id: int, id: str, *, shared_only: bool = False
) -> tuple[Attachment, bytes] | None:
    """The file of this ticket with its content; None when it has no such one."""
    chosen = select(attachments).where(attachments.c.ticket_id == ticket_id, attachments.c.id == id)
    if shared_only:
        chosen = chosen.where(attachments.c.shared)
    row = connection.execute(chosen).first()
    return (_attachment(row), row.content) if row else None


def _attachment(row: Row[tuple[object, ...]]) -> Attachment:
    return Attachment(row.id, row.name, row.media_type, row.size, row.added_at, row.who, row.shared)
