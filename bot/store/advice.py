"""The log of advice on disclosures: facts, verdicts and clauses; no words, no names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select, update

from bot.domain.errors import NotFound
from bot.store.tables import advice


@dataclass(frozen=True, slots=True)
class Advice:
    """One advice, or, with `asked`, the question that an advice waits for.

    `review` is the officer's mark, ok or wrong; `right_verdict` what it should have been.
    """

    id: int
    at: datetime
    channel: str
    conversation: str
    message: str
    facts: Mapping[str, str]
    unsure: tuple[str, ...]
    questions: int
    asked: str | None
    reason: str
    verdict: str
    clauses: tuple[str, ...]
    policy_version: str
    rules_version: str
    ticket: str | None
    review: str | None
    right_verdict: str | None
    reviewed_by: str | None
    reviewed_at: datetime | None

    def to_json(self) -> dict[str, Any]:
        """One line of `advise list --json`."""
        return {
            "id": self.id,
            "at": self.at.isoformat(),
            "channel": self.channel,
            "facts": dict(self.facts),
            "reason": self.reason,
            "verdict": self.verdict,
            "clauses": list(self.clauses),
            "policy_version": self.policy_version,
            "rules_version": self.rules_version,
            "ticket": self.ticket,
            "review": self.review,
            "right_verdict": self.right_verdict,
            "reviewed_by": self.reviewed_by,
            "reviewed_at": self.reviewed_at.isoformat() if self.reviewed_at else None,
        }


def _advice(row: RowMapping) -> Advice:
    values = {name: row[name] for name in Advice.__dataclass_fields__ if name in row}
    return Advice(
        **values
        | {
            "conversation": row["conversation_id"],
            "message": row["message_id"],
            "unsure": tuple(row["unsure"]),
            "clauses": tuple(row["clauses"]),
        }
    )


def add(
    connection: Connection,
    *,
    at: datetime,
    channel: str,
    conversation: str,
    message: str,
    facts: Mapping[str, str],
    unsure: Sequence[str],
    questions: int,
    asked: str | None,
    reason: str,
    verdict: str,
    clauses: Sequence[str],
    policy_version: str,
    rules_version: str,
) -> int:
    """Write one advice and return its number."""
    written = connection.execute(
        advice.insert()
        .values(
            at=at,
            channel=channel,
            conversation_id=conversation,
            message_id=message,
            facts=dict(facts),
            unsure=list(unsure),
            questions=questions,
            asked=asked,
            reason=reason,
            verdict=verdict,
            clauses=list(clauses),
            policy_version=policy_version,
            rules_version=rules_version,
        )
        .returning(advice.c.id)
    )
    return int(written.scalar_one())


def latest(connection: Connection, conversation: str) -> Advice | None:
    """The last advice of a conversation, or the question it waits for."""
    chosen = select(advice).where(advice.c.conversation_id == conversation)
    row = connection.execute(chosen.order_by(advice.c.id.desc()).limit(1)).mappings().first()
    return _advice(row) if row else None


def find(connection: Connection, id: int, *, conversation: str | None = None) -> Advice:
    """Give one advice. Raises NotFound, also for one of another conversation."""
    row = connection.execute(select(advice).where(advice.c.id == id)).mappings().first()
    if row is None or (conversation is not None and row["conversation_id"] != conversation):
        raise NotFound("There is no advice of that number.")
    return _advice(row)


def listed(connection: Connection, *, limit: int) -> list[Advice]:
    """The advice given, newest first; open questions are none."""
    chosen = select(advice).where(advice.c.asked.is_(None))
    rows = connection.execute(chosen.order_by(advice.c.id.desc()).limit(limit)).mappings()
    return [_advice(row) for row in rows]


def forget_question(connection: Connection, id: int) -> None:
    """A question that was answered, or left: it was no advice."""
    connection.execute(advice.delete().where(advice.c.id == id, advice.c.asked.is_not(None)))


def note_ticket(connection: Connection, id: int, reference: str) -> None:
    connection.execute(update(advice).where(advice.c.id == id).values(ticket=reference))


def mark(
    connection: Connection, id: int, *, mark: str, verdict: str | None, who: str, now: datetime
) -> None:
    """Keep the officer's mark; a later one replaces it."""
    connection.execute(
        update(advice)
        .where(advice.c.id == id)
        .values(review=mark, right_verdict=verdict, reviewed_by=who, reviewed_at=now)
    )
