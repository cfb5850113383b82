"""Half-filled requests. One is open in a conversation; others may be set aside."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select, update

from bot.domain.forms import Draft, FieldValue
from bot.store.tables import drafts


def _draft(row: RowMapping) -> Draft:
    return Draft(
        id=row["id"],
        conversation=row["conversation_id"],
        kind=row["kind"],
        received_at=row["received_at"],
        fields={name: FieldValue(**value) for name, value in row["fields"].items()},
        asked=row["asked"],
        clauses_shown=tuple(row["clauses_shown"]),
    )


def find_open(connection: Connection, conversation: str) -> Draft | None:
    chosen = select(drafts).where(
        drafts.c.conversation_id == conversation, drafts.c.state == "open"
    )
    row = connection.execute(chosen).mappings().first()
    return _draft(row) if row else None


def find_aside(connection: Connection, conversation: str, kind: str | None = None) -> Draft | None:
    chosen = select(drafts).where(
        drafts.c.conversation_id == conversation, drafts.c.state == "aside"
    )
    if kind is not None:
        chosen = chosen.where(drafts.c.kind == kind)
    row = connection.execute(chosen.order_by(drafts.c.updated_at.desc())).mappings().first()
    return _draft(row) if row else None


def start(
    connection: Connection,
    conversation: str,
    kind: str,
    *,
    received_at: datetime,
    now: datetime,
    clauses_shown: tuple[str, ...] = (),
) -> Draft:
    id = secrets.token_urlsafe(16)
    connection.execute(
        drafts.insert().values(
            id=id,
            conversation_id=conversation,
            kind=kind,
            state="open",
            asked=None,
            fields={},
            received_at=received_at,
            updated_at=now,
            clauses_shown=list(clauses_shown),
        )
    )
    return Draft(id, conversation, kind, received_at, clauses_shown=clauses_shown)


def save(connection: Connection, draft: Draft, now: datetime) -> None:
    connection.execute(
        update(drafts)
        .where(drafts.c.id == draft.id)
        .values(
            fields=draft.to_json(),
            asked=draft.asked,
            clauses_shown=list(draft.clauses_shown),
            updated_at=now,
        )
    )


def move(connection: Connection, draft: Draft, state: str, now: datetime) -> None:
    """Put a draft into another state: open, aside or filed."""
    connection.execute(
        update(drafts).where(drafts.c.id == draft.id).values(state=state, updated_at=now)
    )


def discard(connection: Connection, draft: Draft) -> None:
    """Cancel leaves nothing behind."""
    connection.execute(drafts.delete().where(drafts.c.id == draft.id))
