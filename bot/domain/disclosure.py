"""May this be given to them? Ordered guard clauses over facts, each with one reason.

What lives here: the order in which the rules decide. What does not: facts and rows (facts), reading
facts from words (intents, facts_read), the words of the answer (advice). Sources: policy 5, 5.1,
5.2, 5.3, 3.1, scope.2. Whatever is not known never permits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.facts import UNKNOWN, Facts, Row, Rules, Verdict

BINDING_PAPERS = frozenset({"warrant", "subpoena", "order"})
# What the service cannot do without, whatever is objected (policy 3.6).
VITAL = frozenset({"service", "billing", "collection"})
HELPERS = frozenset({"emergency", "care"})
# Who works for the company under a contract that protects the information (policy 1.3, 7.4), and
# what a contract is no basis for: what nobody told, and what is theirs.
CONTRACTORS = frozenset(
    {"billing_vendor", "our_marketing", "our_agent", "affiliate", "processor", "payroll"}
)
NO_WORK_OF_OURS = frozenset({"unclear", "personal", "curiosity", "sale", "marketing_theirs"})

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
    ours = facts.recipient != "other_carrier"
    vital = ours and facts.purpose in VITAL and rules.listed_for(facts) is not None
    return "refused_but_needed" if duty or vital else "refused"


def _published(facts: Facts, rules: Rules) -> str | None:
    public = facts.data == "published" and rules.listed_for(facts) is None
    return "published" if public else None


def _anonymous(facts: Facts, _rules: Rules) -> str | None:
    """Whoever stays unnamed hears what the directory tells everybody, and nothing else."""
    return "anonymous" if facts.anonymous == "yes" and facts.data != "published" else None


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
    if facts.purpose == "marketing_theirs" and not whole and facts.recipient != "other_carrier":
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
    """Proven by the person's paper for who acts for them, by our contract for who works for us."""
    if facts.authority == "claimed":
        return "agency_unproven"
    if facts.authority != "proven":
        return None
    if facts.recipient not in CONTRACTORS:
        return "agent_proven"
    return None if facts.purpose in NO_WORK_OF_OURS else "contracted"


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
    other = row in {"purpose_unclear", "purpose_untold"} and facts.purpose != "unclear"
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
