"""From what was read of a message to the facts that the rules judge, always on the safe side.

The reader (intents) gives for every fact how likely each value is, and, as a second reader, how
likely each verdict is. The rules judge every likely combination of facts. A permission stands only
when both find one, neither doubts it, and they are sure enough together: each can lower what the
other finds, and neither permits alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from bot.domain.disclosure import Decision, decide
from bot.domain.facts import UNKNOWN, VALUES, Facts, Rules, Verdict

# Below this a value is not considered; what is safe is always considered a little.
LEAST = 0.03
SAFE = 0.02
COMBINATIONS = 240
# A permission takes both readers: neither may doubt it, and their log-odds together must reach
# this; more where something that would permit may be missing.
RULES_SURE = 0.15
SECOND_SURE = 0.75
EVIDENCE = 2.75
EVIDENCE_UNDONE = 3.5
MOST_EVIDENCE = 4.0
# Who wants whose information must be this likely where nobody asked.
TOLD = 0.8
NOBODY = frozenset({UNKNOWN, "self_employee", "data_subject"})
# A fact whose value is less likely than this is asked for, where its answer would matter.
CERTAIN = 0.65

# With these no row permits, whoever asks whatever for.
PERMITS_NOTHING: Mapping[str, str] = MappingProxyType(
    {
        "consent": "none",
        "authority": "none",
        "danger": UNKNOWN,
        "need": UNKNOWN,
        "purpose": "unclear",
        "data": "personal",
    }
)

Likely = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Readings:
    """One request as it was read: the likely values of each fact, the likely verdicts."""

    facts: Mapping[str, Likely]
    verdicts: Likely
    # Something that would permit is said to be missing, refused or over: be surer.
    undone: bool = False
    # A consent, an authority, a need or a listing is plainly said not to be: none permits.
    denied: bool = False

    @classmethod
    def from_parse(cls, given: Mapping[str, Any]) -> Readings:
        return cls(
            {name: dict(values) for name, values in (given.get("facts") or {}).items()},
            dict(given.get("verdicts") or {}),
            bool(given.get("undone")),
            bool(given.get("denied")),
        )


@dataclass(frozen=True, slots=True)
class Weighed:
    """The decision that stands, and the facts that were read without certainty."""

    decision: Decision
    unsure: tuple[str, ...]


def weigh(readings: Readings, rules: Rules) -> Weighed:
    """Decide over what was read. Nothing read is nothing permitted."""
    judged = [
        (decide(Facts(**values), rules), likely)
        for values, likely in _combinations(readings)
        if not (readings.denied and _rests_on_what_is_denied(values))
    ]
    if not judged:
        return Weighed(decide(Facts(), rules), ("recipient", "subject"))
    total = sum(likely for _, likely in judged)
    shares: dict[Verdict, float] = {}
    for decision, likely in judged:
        shares[decision.verdict] = shares.get(decision.verdict, 0.0) + likely / total
    chosen = _chosen(shares, readings)
    best = max((d for d in judged if d[0].verdict is chosen), key=lambda pair: pair[1])
    return Weighed(best[0], _unsure(readings))


def _chosen(shares: Mapping[Verdict, float], readings: Readings) -> Verdict:
    second = readings.verdicts

    def score(verdict: Verdict) -> float:
        return math.sqrt(shares[verdict]) * max(second.get(str(verdict), 0.0), 0.01)

    best = max(shares, key=score)
    cautious = [verdict for verdict in shares if not verdict.permits]
    if not best.permits or not cautious or _permitted(shares, readings):
        return best
    return max(cautious, key=score)


def _permitted(shares: Mapping[Verdict, float], readings: Readings) -> bool:
    """Whether the rules and the second reader together are sure enough of a permission."""
    ruled = sum(share for verdict, share in shares.items() if verdict.permits)
    seconded = sum(readings.verdicts.get(str(v), 0.0) for v in Verdict if v.permits)
    needed = EVIDENCE_UNDONE if readings.undone else EVIDENCE
    doubted = ruled < RULES_SURE or seconded < SECOND_SURE
    return not doubted and _evidence(ruled) + _evidence(seconded) >= needed


def _evidence(likely: float) -> float:
    """The log-odds, within bounds: no reader is so sure that the other need not be."""
    least = 1 / (1 + math.exp(MOST_EVIDENCE))
    held = min(1 - least, max(least, likely))
    return math.log(held / (1 - held))


def _rests_on_what_is_denied(values: Mapping[str, str]) -> bool:
    granted = ("consent", "given"), ("authority", "proven"), ("need", "yes"), ("data", "published")
    return any(values.get(name) == value for name, value in granted)


def _combinations(readings: Readings) -> Iterator[tuple[dict[str, str], float]]:
    """The likeliest combinations of values, each with its likelihood."""
    if not readings.facts:
        return
    found: list[tuple[dict[str, str], float]] = [({}, 1.0)]
    for name, likely in readings.facts.items():
        values = {value: p for value, p in likely.items() if p >= LEAST}
        safe = UNKNOWN if name == "recipient" else VALUES[name][0]
        values[safe] = max(values.get(safe, 0.0), SAFE)
        found = [
            ({**facts, name: value}, likelihood * p)
            for facts, likelihood in found
            for value, p in values.items()
        ]
        found = sorted(found, key=lambda pair: -pair[1])[:COMBINATIONS]
    yield from found
    # Among so many the safe ones may have been left out: one is always there.
    likeliest, likelihood = found[0]
    yield {**likeliest, **PERMITS_NOTHING}, likelihood * SAFE


def _unsure(readings: Readings) -> tuple[str, ...]:
    return tuple(
        name for name, likely in readings.facts.items() if max(likely.values(), default=0) < CERTAIN
    )


def told(given: Mapping[str, Any]) -> bool:
    """Whether a story that asks nothing tells for certain who wants whose information."""
    readings = Readings.from_parse(given)
    who, whose = (readings.facts.get(name, {}) for name in ("recipient", "subject"))
    named = max((p for value, p in who.items() if value not in NOBODY), default=0.0)
    owned = max(whose.get("customer", 0.0), whose.get("employee", 0.0))
    return min(named, owned, max(readings.verdicts.values(), default=0.0)) >= TOLD


def tightest(decisions: Sequence[Decision]) -> Decision:
    """Of several requests in one message the least permitting verdict speaks for all."""
    return max(decisions, key=lambda decision: decision.verdict.tightness)
