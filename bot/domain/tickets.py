"""Tickets: their kinds, their life cycle in one table, their references.

Everything that changes a ticket's status is the table here; a missing cell refuses.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from bot.domain.clocks import Clock
from bot.domain.errors import Conflict
from bot.domain.people import Channel, Role

# No look-alikes: no 0 and O, no 1, I and L, no U beside V, no Z beside 2. A prime number of them.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXY"
REFERENCE_LENGTH = 8


class Kind(StrEnum):
    INQUIRY = "inquiry"
    COMPLAINT = "complaint"
    ACCESS = "access"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"
    INCIDENT = "incident"


class Status(StrEnum):
    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting_for_requester"
    ANSWERED = "answered"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"
    DUPLICATE = "duplicate"


class Step(StrEnum):
    """What someone does to a ticket."""

    ACKNOWLEDGE = "acknowledge"
    WORK = "work"
    ASK = "ask"
    HEAR = "hear"
    REPLY = "reply"
    RESOLVE = "resolve"
    WITHDRAW = "withdraw"
    LINK = "link"
    REOPEN = "reopen"


_OPEN = (
    Status.RECEIVED,
    Status.ACKNOWLEDGED,
    Status.IN_PROGRESS,
    Status.WAITING,
    Status.ANSWERED,
)

LIFE_CYCLE: Mapping[tuple[Status, Step], Status] = {
    # Every ping can be acknowledged: only the first time that changes the status.
    **{(status, Step.ACKNOWLEDGE): status for status in _OPEN},
    (Status.RECEIVED, Step.ACKNOWLEDGE): Status.ACKNOWLEDGED,
    **{(status, Step.WORK): Status.IN_PROGRESS for status in _OPEN},
    **{(status, Step.ASK): Status.WAITING for status in _OPEN},
    (Status.WAITING, Step.HEAR): Status.IN_PROGRESS,
    **{(status, Step.REPLY): Status.ANSWERED for status in _OPEN},
    **{(status, Step.RESOLVE): Status.RESOLVED for status in _OPEN},
    **{(status, Step.WITHDRAW): Status.WITHDRAWN for status in _OPEN},
    **{(status, Step.LINK): Status.DUPLICATE for status in _OPEN},
    (Status.RESOLVED, Step.REOPEN): Status.IN_PROGRESS,
    (Status.WITHDRAWN, Step.REOPEN): Status.IN_PROGRESS,
    (Status.DUPLICATE, Step.REOPEN): Status.IN_PROGRESS,
}


def next_status(status: Status, step: Step) -> Status:
    """Return the status after this step. Raises Conflict when the life cycle has no such step."""
    try:
        return LIFE_CYCLE[(status, step)]
    except KeyError:
        raise Conflict(f"a ticket that is {status} cannot take the step {step}") from None


def is_open(status: Status) -> bool:
    return status in _OPEN


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a ticket: who, what, when, why, and the values it changed."""

    at: datetime
    who: str
    what: str
    why: str = ""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "at": self.at.isoformat(),
            "who": self.who,
            "what": self.what,
            "why": self.why,
            "before": dict(self.before) if self.before is not None else None,
            "after": dict(self.after) if self.after is not None else None,
        }


@dataclass(frozen=True, slots=True)
class Fact:
    """Something established on a ticket: a reply, a finding, a disagreement, an assessment.

    Facts are added, never changed; of one name the one with the highest number holds.
    """

    name: str
    number: int
    at: datetime
    who: str
    content: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "number": self.number,
            "at": self.at.isoformat(),
            "who": self.who,
            "content": dict(self.content),
        }


@dataclass(frozen=True, slots=True)
class Ticket:
    """One request of one person, with its clocks.

    `version` is the number of its last event: an officer's page says which one it shows.
    `sent_at` is when the person sent it, or dated it, where that is known apart from the receipt.
    `hold` is a legal hold: nothing of the ticket is purged. `conversation` is the thread that it
    was filed in. `clock_versions` says by clock which of its due dates holds, the first being 1.
    """

    id: int
    reference: str
    kind: Kind
    status: Status
    received_at: datetime
    received_local_date: date
    channel: Channel
    role: Role
    person: str
    policy_version: str
    calendar: str
    fields: Mapping[str, Any]
    clauses_shown: tuple[str, ...]
    clocks: tuple[Clock, ...]
    identity: Mapping[str, Any] | None = None
    owner: str | None = None
    events: tuple[Event, ...] = ()
    notices: tuple[Mapping[str, Any], ...] = field(default=())
    facts: tuple[Fact, ...] = ()
    version: int = 0
    sent_at: datetime | None = None
    closed_at: datetime | None = None
    hold: bool = False
    duplicate_of: str | None = None
    conversation: str | None = None
    clock_versions: Mapping[str, int] = field(default_factory=dict)

    def fact(self, name: str) -> Fact | None:
        """The fact of this name that holds, if there is one."""
        return next((fact for fact in reversed(self.facts) if fact.name == name), None)

    def clock(self, name: str) -> Clock | None:
        return next((clock for clock in self.clocks if clock.name == name), None)

    @property
    def email(self) -> str | None:
        """The e-mail address that the requester gave for the answer, if they gave one."""
        return email_of(self.fields)

    def to_json(self) -> dict[str, Any]:
        """The ticket as design section 6 gives it; what is seldom there only where it is."""
        seldom = {
            "owner": self.owner,
            "duplicate_of": self.duplicate_of,
            "hold": self.hold,
            "facts": [fact.to_json() for fact in self.facts],
        }
        return {
            "reference": self.reference,
            "kind": str(self.kind),
            "status": str(self.status),
            "received_at": self.received_at.isoformat(),
            "received_local_date": self.received_local_date.isoformat(),
            "channel": str(self.channel),
            "role": str(self.role),
            "policy_version": self.policy_version,
            "calendar": self.calendar,
            "identity": dict(self.identity) if self.identity else None,
            "fields": dict(self.fields),
            "clauses_shown": list(self.clauses_shown),
            "clocks": [clock.to_json() for clock in self.clocks],
            "events": [event.to_json() for event in self.events],
            "notices": [dict(notice) for notice in self.notices],
            **{name: value for name, value in seldom.items() if value},
        }


def email_of(fields: Mapping[str, Any]) -> str | None:
    """The e-mail address among a request's answers, if one was given to be reached at."""
    reach = fields.get("reach")
    value = str(reach.get("value", "")) if isinstance(reach, Mapping) else ""
    return value if "@" in value and " " not in value else None


def check_character(characters: str) -> str:
    """The last character of a reference: it catches a wrong character and most swaps."""
    total = sum((place + 2) * ALPHABET.index(c) for place, c in enumerate(characters))
    return ALPHABET[total % len(ALPHABET)]


def new_reference(choose: Callable[[str], str] = secrets.choice) -> str:
    """Return a fresh reference such as `PD-7K3M-9QXD`. It identifies a ticket; it opens nothing."""
    body = "".join(choose(ALPHABET) for _ in range(REFERENCE_LENGTH - 1))
    whole = body + check_character(body)
    return f"PD-{whole[:4]}-{whole[4:]}"


def parse_reference(text: str) -> str | None:
    """Return the reference as we write it, or None when the text is not one."""
    characters = "".join(c for c in text.upper() if c.isalnum())
    characters = characters.removeprefix("PD") if len(characters) == 10 else characters
    if len(characters) != REFERENCE_LENGTH or any(c not in ALPHABET for c in characters):
        return None
    if check_character(characters[:-1]) != characters[-1]:
        return None
    return f"PD-{characters[:4]}-{characters[4:]}"
