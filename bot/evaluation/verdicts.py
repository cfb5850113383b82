"""How well requests of staff are judged: verdicts, and above all permissions that are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.errors import InvalidInput
from bot.domain.facts import Verdict
from bot.evaluation.figures import share

PERMITS = frozenset(str(verdict) for verdict in Verdict if verdict.permits)


@dataclass(frozen=True, slots=True)
class LabelledRequest:
    """A request of staff, the verdicts that would be right, the clauses that may come first."""

    text: str
    accepted: frozenset[str]
    clauses: frozenset[str]

    @classmethod
    def read(cls, number: int, line: Any) -> LabelledRequest:
        """Take one line of a labelled file. Raises InvalidInput naming the line."""
        try:
            accepted = {Verdict(one) for one in (line["verdict"], *line.get("also_ok", ()))}
            clauses = frozenset(str(id) for id in line["clauses"])
            return cls(str(line["text"]), frozenset(map(str, accepted)), clauses)
        except (KeyError, TypeError, AttributeError, ValueError):
            raise InvalidInput(
                f"line {number}: expected an object with text, verdict and clauses"
            ) from None


def verdict_figures(
    requests: Sequence[LabelledRequest], judged: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Give the figures by the names that the scorer of labelled requests uses."""
    pairs = list(zip(requests, judged, strict=True))
    permitted = [given["verdict"] in PERMITS for gold, given in pairs if gold.accepted <= PERMITS]
    unsafe = (given["verdict"] in PERMITS and not gold.accepted & PERMITS for gold, given in pairs)
    return {
        "n": len(pairs),
        "verdict_accuracy": share(given["verdict"] in gold.accepted for gold, given in pairs),
        "unsafe_permissions": sum(unsafe),
        "permitted_n": len(permitted),
        "overcautious": share(not one for one in permitted),
        "first_clause_right": share(
            bool(given["clauses"]) and given["clauses"][0] in gold.clauses for gold, given in pairs
        ),
    }
