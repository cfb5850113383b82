"""What the desk says: one reply, as rules build it and channels render it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.policy import Clause


@dataclass(frozen=True, slots=True)
class QuotedClause:
    """A clause shown verbatim; `highlight` is the character span of the telling sentence."""

    clause: Clause
    highlight: tuple[int, int] | None = None

    def to_json(self) -> dict[str, Any]:
        return dict(self.clause.to_json(self.highlight))


@dataclass(frozen=True, slots=True)
class QuickReply:
    """A button: what it says and what pressing it sends."""

    title: str
    payload: str

    def to_json(self) -> dict[str, str]:
        return {"title": self.title, "payload": self.payload}


@dataclass(frozen=True, slots=True)
class Reply:
    """One message to the person.

    `lead` is our own words. `clauses` are quoted after it. `text` is both, complete in itself
    for a channel that shows text alone. `offers` is the kind of request that the reply asks
    whether to open: a bare yes opens it.
    """

    lead: str
    clauses: tuple[QuotedClause, ...] = ()
    closing: str = ""
    quick_replies: tuple[QuickReply, ...] = ()
    intent: str | None = None
    confidence: float | None = None
    answerable: float | None = None
    verdict: str | None = None
    ticket: dict[str, Any] | None = None
    offers: str | None = None

    @property
    def text(self) -> str:
        quoted = [f"{_heading(q.clause)}\n“{q.clause.text}”\n{q.clause.url}" for q in self.clauses]
        return "\n\n".join(part for part in (self.lead, *quoted, self.closing) if part)

    def to_json(self) -> dict[str, Any]:
        """The reply as the chat API gives it (design section 6); `lead` and `closing` beside it."""
        return {
            "text": self.text,
            "lead": self.lead,
            "closing": self.closing,
            "clauses": [q.to_json() for q in self.clauses],
            "quick_replies": [q.to_json() for q in self.quick_replies],
            "intent": self.intent,
            "confidence": self.confidence,
            "answerable": self.answerable,
            "verdict": self.verdict,
            "ticket": self.ticket,
        }


def _heading(clause: Clause) -> str:
    return f"Clause {clause.id} ({clause.title})"


@dataclass(frozen=True, slots=True)
class Reading:
    """What Rasa made of one message: intents, clauses with their spans, and how sure it is."""

    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...] = ()
    clauses: tuple[tuple[str, tuple[int, int] | None], ...] = ()
    answerable: float = 0.0
    language: str = "en"
    requests: tuple[Reading, ...] = ()
    turn: str | None = None
    turn_confidence: float = 0.0
    slots: dict[str, str] = field(default_factory=dict)
    text: str = ""
    # What was read of each request to disclose something; the rules weigh it (facts_read).
    disclosures: tuple[Mapping[str, Any], ...] = ()
    # What the sender said beforehand that the message is about.
    about: str | None = None

    @classmethod
    def from_parse(cls, parse: dict[str, Any]) -> Reading:
        """Translate Rasa's parse object (intents/components) into a reading."""
        intent = parse.get("intent") or {}
        turn = parse.get("turn") or {}
        return cls(
            intent=intent.get("name") or "out_of_scope",
            confidence=float(intent.get("confidence") or 0.0),
            ranking=tuple(
                (entry["name"], float(entry["confidence"]))
                for entry in parse.get("intent_ranking") or ()
            ),
            clauses=tuple(
                (entry["id"], tuple(entry["highlight"]) if entry.get("highlight") else None)
                for entry in parse.get("clauses") or ()
            ),
            answerable=float(parse.get("answerable") or 0.0),
            language=parse.get("language") or "en",
            requests=tuple(cls.from_request(entry) for entry in parse.get("requests") or ()),
            turn=turn.get("reading"),
            turn_confidence=float(turn.get("confidence") or 0.0),
            slots={
                entity["entity"]: str(entity["value"])
                for entity in parse.get("entities") or ()
                if "entity" in entity
            },
            text=parse.get("text") or "",
            disclosures=tuple(parse.get("disclosures") or ()),
            about=(parse.get("metadata") or {}).get("about"),
        )

    @classmethod
    def from_request(cls, entry: dict[str, Any]) -> Reading:
        """One of several requests in a message."""
        name = entry["intent"]["name"] if isinstance(entry["intent"], dict) else entry["intent"]
        return cls.from_parse(
            {**entry, "intent": {"name": name, "confidence": entry.get("confidence", 0.0)}}
        )
