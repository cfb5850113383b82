"""What the desk knows of each intent: the sentence that leads in, the request that follows.

Words of ours only; the policy's own words come after them, verbatim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.tickets import Kind
from bot.domain.translation import mark


@dataclass(frozen=True, slots=True)
class Topic:
    """One intent that the policy answers.

    `home` are clause ids, or beginnings of ids, where the policy speaks of it, best first.
    """

    about: str
    home: tuple[str, ...]
    request: Kind = Kind.INQUIRY
    short: str = ""


TOPICS: Mapping[str, Topic] = {
    "purposes": Topic(
        mark("why information is collected and used"), ("2.1", "2", "4"), short="Purposes"
    ),
    "consent": Topic(mark("how consent is given"), ("3", "def.consent"), short="Giving consent"),
    "consent_withdrawal": Topic(
        mark("taking consent back"), ("3.6", "3.7"), Kind.WITHDRAWAL, "Stop a use of my information"
    ),
    "access_request": Topic(
        mark("seeing your own information"), ("9.1", "9"), Kind.ACCESS, "See my own information"
    ),
    "correction": Topic(
        mark("putting a record right"), ("6.2", "9.2", "9.3"), Kind.CORRECTION, "Correct my record"
    ),
    "complaint": Topic(mark("where a complaint goes"), ("10.5", "10"), Kind.COMPLAINT, "Complain"),
    "complaint_procedure": Topic(
        mark("how complaints are handled"),
        ("10.5", "10"),
        Kind.COMPLAINT,
        "How complaints are handled",
    ),
    "disclosure_customer": Topic(
        mark("giving customers' information to others"),
        ("5.1", "5"),
        short="Customers' information",
    ),
    "disclosure_employee": Topic(
        mark("giving employees' information to others"),
        ("5.2", "5"),
        short="Employees' information",
    ),
    "retention": Topic(
        mark("how long information is kept"), ("5.3",), Kind.WITHDRAWAL, "Keeping and deleting"
    ),
    "safeguards": Topic(mark("how information is protected"), ("7.2", "7"), short="Protection"),
    "accuracy": Topic(
        mark("how accurate records are kept"), ("6", "6.1"), Kind.CORRECTION, "Accuracy of records"
    ),
    "accountability_contact": Topic(
        mark("who is responsible for privacy"), ("1", "10.5"), short="Who is responsible"
    ),
    "openness_policy": Topic(
        mark("where the policy is published"), ("8.2", "8"), short="The policy"
    ),
    "scope_definitions": Topic(
        mark("what the policy covers and means"),
        ("scope", "def", "intro"),
        short="What a word means",
    ),
    "breach_report": Topic(
        mark("a loss or leak of information"),
        ("10.5", "7.1"),
        Kind.INCIDENT,
        "Report a leak or loss",
    ),
}

SMALL_TALK = frozenset(
    {
        "greet", "goodbye", "thanks", "affirm", "deny", "bot_challenge", "talk_to_human",
        "ticket_status",
    }
)  # fmt: skip
OUT_OF_SCOPE = "out_of_scope"
# Buttons of a guided conversation; pressed when none is open any more, they ask for nothing.
FORM_BUTTONS = frozenset(
    {
        "affirm_request", "deny_request", "cancel_request", "change_field", "keep_request",
        "switch_request", "choose", "advice_fact", "advice_inquiry",
    }
)  # fmt: skip
# Writing one of these is asking for it: its clock starts there, not with the button after it.
WISHES = frozenset(
    {"complaint", "access_request", "correction", "consent_withdrawal", "breach_report"}
)
INTENTS = frozenset(TOPICS) | SMALL_TALK | {OUT_OF_SCOPE}


def note_offer(topic: dict[str, Any], kind: str | None) -> None:
    """Keep the kind of request that the last reply asked whether to open; None forgets it."""
    topic.pop("offer", None)
    if kind is not None:
        topic["offer"] = kind


def offered(topic: Mapping[str, Any]) -> str | None:
    """The kind of request that the last reply asked whether to open."""
    kind = topic.get("offer")
    return str(kind) if kind else None


def note_also(topic: dict[str, Any], kinds: Sequence[str]) -> None:
    """Keep the kinds of request that one message asked for together."""
    topic["also"] = [str(kind) for kind in kinds]


def begun(topic: dict[str, Any], kind: str) -> None:
    """Forget that a request of this kind is still to be begun."""
    topic["also"] = [one for one in topic.get("also", ()) if one != kind]


def still_to_begin(topic: Mapping[str, Any]) -> str | None:
    """The first kind of request that was asked for together with another and is not begun yet."""
    return next(iter(topic.get("also", ())), None)


def note_wish(topic: dict[str, Any], kind: Kind, received_at: datetime) -> None:
    """Keep when a request of this kind was first written of in a conversation."""
    topic["wanted"] = {str(kind): received_at.isoformat(), **topic.get("wanted", {})}


def take_wish(topic: dict[str, Any], kind: str) -> datetime | None:
    """Give when a request of this kind was first written of, and forget it: it is begun now."""
    wanted = dict(topic.get("wanted", {}))
    first = wanted.pop(kind, None)
    topic["wanted"] = wanted
    return datetime.fromisoformat(first) if first else None
