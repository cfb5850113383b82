"""What is known of a request to disclose something, and the rules over it as data.

What lives here: facts and their values, the rows of data/disclosure.yml, verdicts. What does not:
the order in which they decide (disclosure).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from bot.domain.errors import InvalidInput


class Verdict(StrEnum):
    ALLOWED = "allowed"
    CONSENT_NEEDED = "consent_needed"
    NOT_ALLOWED = "not_allowed"
    EMERGENCY_ALLOWED = "emergency_allowed"
    LEGAL_REQUIRED_CHECK = "legal_required_check"
    REFER = "refer_privacy_officer"

    @property
    def permits(self) -> bool:
        return self in {Verdict.ALLOWED, Verdict.EMERGENCY_ALLOWED}

    @property
    def tightness(self) -> int:
        """0 permits, 1 permits after a yes, 2 somebody else decides, 3 forbids."""
        return _TIGHTNESS[self]


_TIGHTNESS = {
    Verdict.ALLOWED: 0,
    Verdict.EMERGENCY_ALLOWED: 0,
    Verdict.CONSENT_NEEDED: 1,
    Verdict.LEGAL_REQUIRED_CHECK: 2,
    Verdict.REFER: 2,
    Verdict.NOT_ALLOWED: 3,
}

UNKNOWN = "unknown"
# What each fact may be; the first one stands where nothing is known. Recipients are data.
VALUES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "subject": (UNKNOWN, "customer", "employee", "nobody"),
        "purpose": (
            "unclear", "service", "directory", "billing", "collection", "marketing_ours",
            "marketing_theirs", "benefits", "reference", "claim", "legal", "emergency", "research",
            "work", "curiosity", "sale", "personal", "tax", "wellbeing",
        ),
        "consent": ("none", "given", "refused", "pending"),
        "authority": ("none", "proven", "claimed"),
        "paper": ("none", "letter", "warrant", "subpoena", "order"),
        "danger": (UNKNOWN, "imminent", "none"),
        "need": (UNKNOWN, "yes", "no"),
        "data": ("personal", "published", "unlisted", "aggregated", "reidentifiable", "list"),
        "person": ("adult", "minor", "deceased", "incapacitated"),
        "asked_each": ("no", "yes"),
        "anonymous": ("no", "yes"),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one request: whose data, who asks, for what, with what proof.

    `consent`, `authority`: given or proven to us, by the person's own word or a paper in hand.
    `need`: whether a colleague's duties need it.
    """

    subject: str = UNKNOWN
    recipient: str = UNKNOWN
    purpose: str = "unclear"
    consent: str = "none"
    authority: str = "none"
    paper: str = "none"
    danger: str = UNKNOWN
    need: str = UNKNOWN
    data: str = "personal"
    person: str = "adult"
    asked_each: str = "no"
    anonymous: str = "no"

    @classmethod
    def read(cls, given: Mapping[str, Any], rules: Rules) -> Facts:
        """Take facts from outside. Raises InvalidInput for a fact or a value nobody knows."""
        for name, value in given.items():
            allowed = rules.recipients if name == "recipient" else VALUES.get(name, ())
            if value not in allowed:
                raise InvalidInput(f"{name} cannot have that value here.")
        return cls(**given)

    def known(self) -> dict[str, str]:
        """The facts that say something, in order: what is logged and printed."""
        initial = Facts()
        return {k: v for k, v in asdict(self).items() if v != getattr(initial, k)}


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who may ask: words for them, their group, the rows that hold by default."""

    name: str
    group: str
    customer: str
    employee: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A recipient that the policy lists, with the purposes that it is listed for."""

    row: str
    subject: str
    recipients: frozenset[str]
    purposes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Row:
    """One reason: its verdict, the clauses that it rests on (the first leads), and what to do."""

    id: str
    verdict: Verdict
    customer: tuple[str, ...]
    employee: tuple[str, ...]
    reason: str
    verify: str
    say: str
    record: str
    limits: str
    source: str
    note: str
    # The words of the leading clause for customers that tell it; shown highlighted.
    quote: str = ""

    def clauses(self, subject: str) -> tuple[str, ...]:
        return self.employee if subject == "employee" else self.customer


@dataclass(frozen=True, slots=True)
class Rules:
    """All of data/disclosure.yml; `edition` changes with any word of it."""

    recipients: Mapping[str, Recipient]
    listed: tuple[Listed, ...]
    rows: Mapping[str, Row]
    edition: str

    def group(self, facts: Facts) -> str:
        return self.recipients[facts.recipient].group

    def listed_for(self, facts: Facts) -> str | None:
        """The row that lists this recipient for this very purpose, if one does."""
        for entry in self.listed:
            if (
                facts.subject == entry.subject
                and facts.recipient in entry.recipients
                and facts.purpose in entry.purposes
            ):
                return entry.row
        return None

    def lists(self, facts: Facts) -> bool:
        """Whether the policy lists this recipient at all, for whatever purpose."""
        return any(facts.recipient in entry.recipients for entry in self.listed)
