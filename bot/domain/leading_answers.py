"""The answer that someone passed on to the Privacy Officer: what it quoted, how sure the desk was.

It is kept without words: with the event that opened the request, and said with the request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.tickets import Event, Ticket

ANSWER = "answer"
KEPT = ("intent", "confidence", "answerable", "verdict")


def leading_answer(replies: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """What is kept of the last of these replies that quoted something; None when none did."""
    for reply in reversed(replies):
        clauses = [clause["id"] for clause in reply.get("clauses") or ()]
        if clauses and not reply.get("ticket"):
            known = {name: reply[name] for name in KEPT if reply.get(name) is not None}
            return {**known, "clauses": clauses}
    return None


def answer_of(ticket: Ticket) -> Mapping[str, Any] | None:
    """The answer that this request was opened from, if it was opened from one."""
    opened: Event | None = ticket.events[0] if ticket.events else None
    found: Mapping[str, Any] | None = ((opened.after if opened else None) or {}).get(ANSWER)
    return found


def answer_words(ticket: Ticket) -> str:
    """One sentence on that answer, for the officer; "" for a request that came by itself."""
    answer = answer_of(ticket)
    if answer is None:
        return ""
    parts = []
    if answer.get("intent"):
        parts.append(f"read as {str(answer['intent']).replace('_', ' ')}{_sure(answer)}")
    if answer.get("verdict"):
        parts.append(f"advised: {str(answer['verdict']).replace('_', ' ')}")
    several = "s" if len(answer["clauses"]) > 1 else ""
    parts.append(f"showed clause{several} {', '.join(answer['clauses'])}")
    if answer.get("answerable") is not None:
        parts.append(f"{answer['answerable']:.0%} sure that the policy answers it")
    return f"Passed on from an answer of the desk: {'; '.join(parts)}."


def _sure(answer: Mapping[str, Any]) -> str:
    sure = answer.get("confidence")
    return "" if sure is None else f" ({sure:.0%} sure)"
