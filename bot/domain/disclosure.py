"""May this be given to them? Ordered guard clauses over facts, each with one reason.

What lives here: the facts, and the verdict over them. What does not: reading facts from words
(intents, facts_read), the words of the answer (advice). The rules are data/disclosure.yml: policy
5, 5.1, 5.2, 5.3, 3.1, scope.2. Whatever is not known never permits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
BINDING_PAPERS = frozenset({"warrant", "subpoena", "order"})
# What the service cannot do without, whatever is objected (policy 3.6).
VITAL = frozenset({"service", "billing", "collection"})
HELPERS = frozenset({"emergency", "care"})


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


Guard = Callable[[Facts, Rules], str | None]


def _emergency(facts: Facts, rules: Rules) -> str | None:
    """Policy 5.1 for the emergency services, 3.1 for others; a stranger's word is not enough."""
    if facts.danger != "imminent":
        return None
    group = rules.group(facts)
    if group in {"emergency", "official", "care"}:
        return "emergency"
    return "danger_without_service" if group in {"stranger", UNKNOWN} else "emergency_other"


def _perhaps_emergency(facts: Facts, rules: Rules) -> str | None:
    asked = facts.purpose == "emergency" and facts.danger == UNKNOWN
    return "care_without_emergency" if asked and rules.group(facts) in HELPERS else None


def is_legal_demand(facts: Facts, rules: Rules) -> bool:
    """A paper with legal force, or an authority that asks for more than totals."""
    official = rules.group(facts) == "official" and facts.data != "aggregated"
    return official or facts.paper in BINDING_PAPERS


def _legal_demand(facts: Facts, rules: Rules) -> str | None:
    return "legal_demand" if is_legal_demand(facts, rules) else None


def _outside_the_policy(facts: Facts, _rules: Rules) -> str | None:
    """Policy scope.2: totals are outside it, what might be traced back to a person is not."""
    return facts.data if facts.data in {"aggregated", "reidentifiable"} else None


def _curiosity(facts: Facts, _rules: Rules) -> str | None:
    idle = facts.purpose == "curiosity" and facts.recipient != "public"
    return "no_need" if idle else None


def _refused(facts: Facts, rules: Rules) -> str | None:
    """A no stands; what the service itself or a duty needs, the officer weighs (policy 3.6)."""
    if facts.consent != "refused":
        return None
    duty = rules.group(facts) == "internal" and _has_duty(facts)
    vital = facts.purpose in VITAL and rules.listed_for(facts) is not None
    return "refused_but_needed" if duty or vital else "refused"


def _published(facts: Facts, rules: Rules) -> str | None:
    public = facts.data == "published" and rules.listed_for(facts) is None
    return "published" if public else None


def _anonymous(facts: Facts, _rules: Rules) -> str | None:
    return "anonymous" if facts.anonymous == "yes" else None


def _unclear(facts: Facts, _rules: Rules) -> str | None:
    """Nobody is let in by a yes to somebody unnamed, or about somebody unnamed."""
    return "unclear" if UNKNOWN in {facts.subject, facts.recipient} else None


def _has_duty(facts: Facts) -> bool:
    return facts.need == "yes" and facts.purpose not in {"personal", "sale"}


def _internal(facts: Facts, rules: Rules) -> str | None:
    """Policy 5.3 and 7.2: a duty that needs it, and nothing else."""
    if rules.group(facts) != "internal":
        return None
    if _has_duty(facts):
        return "need_to_know"
    if facts.consent == "given" and facts.subject == "employee":
        return "consented"
    if rules.listed_for(facts) and facts.need != "no":
        return None
    asked = facts.need == UNKNOWN and facts.purpose in {"work", *VITAL}
    return "need_unclear" if asked else "no_need"


def _lists(facts: Facts, rules: Rules) -> str | None:
    """Policy intro.1: nothing is distributed, rented or sold; 2.3: a new purpose needs a yes."""
    theirs = facts.purpose in {"sale", "marketing_theirs"} or facts.recipient == "list_buyer"
    if not theirs:
        return None
    whole = facts.data == "list" or facts.recipient == "list_buyer"
    if facts.consent == "given" and (facts.asked_each == "yes" or not whole):
        return "consented"
    if facts.asked_each == "yes" or facts.consent == "given":
        return "lists_with_consent"
    if facts.purpose == "sale" and facts.recipient == "other_company" and not whole:
        return "business_sale"
    if facts.purpose == "marketing_theirs" and not whole:
        return "lists_with_consent"
    return "other_purpose" if rules.lists(facts) else "lists"


def _person(facts: Facts, _rules: Rules) -> str | None:
    if facts.person == "adult" or (facts.person == "incapacitated" and facts.authority == "proven"):
        return None
    return facts.person


def _own_information(facts: Facts, _rules: Rules) -> str | None:
    own = facts.recipient == "data_subject" and facts.authority == "proven"
    return "own_information" if own else None


def _authority(facts: Facts, _rules: Rules) -> str | None:
    if facts.authority == "claimed":
        return "agency_unproven"
    return "agent_proven" if facts.authority == "proven" else None


def _consent(facts: Facts, _rules: Rules) -> str | None:
    return "consented" if facts.consent == "given" else None


def _unlisted(facts: Facts, _rules: Rules) -> str | None:
    return "unlisted" if facts.data == "unlisted" else None


def _pending(facts: Facts, _rules: Rules) -> str | None:
    """A yes that is on its way is none yet, also for somebody who is listed."""
    return "consent_first" if facts.consent == "pending" else None


def _listed(facts: Facts, rules: Rules) -> str | None:
    return rules.listed_for(facts)


def _otherwise(facts: Facts, rules: Rules) -> str:
    """What holds by default; another purpose than the listed one takes consent (policy 5)."""
    recipient = rules.recipients[facts.recipient]
    row = recipient.employee if facts.subject == "employee" else recipient.customer
    other = row == "purpose_unclear" and facts.purpose != "unclear"
    shown = row == "posting" and facts.purpose == "marketing_ours"
    return "consent_first" if other or shown else row


GUARDS: tuple[Guard, ...] = (
    _emergency,
    _legal_demand,
    _outside_the_policy,
    _curiosity,
    _anonymous,
    _refused,
    _published,
    _unclear,
    _internal,
    _person,
    _lists,
    _own_information,
    _authority,
    _consent,
    _unlisted,
    _pending,
    _listed,
    _perhaps_emergency,
)


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict with its one reason."""

    row: Row
    facts: Facts

    @property
    def verdict(self) -> Verdict:
        return self.row.verdict

    @property
    def clauses(self) -> tuple[str, ...]:
        return self.row.clauses(self.facts.subject)


def decide(facts: Facts, rules: Rules) -> Decision:
    """Give the verdict: the first guard that has something to say; else what is safe."""
    chosen = (row for guard in GUARDS if (row := guard(facts, rules)) is not None)
    return Decision(rules.rows[next(chosen, None) or _otherwise(facts, rules)], facts)
