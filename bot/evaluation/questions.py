"""Labelled questions, and what was read of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.errors import InvalidInput
from bot.domain.people import Role


@dataclass(frozen=True, slots=True)
class Labelled:
    """A message with what a person says of it.

    `clauses` are best first; none when there is nothing to quote. `answerable` tells whether the
    policy's text answers. `also_ok` are intents that would be right as well.
    """

    text: str
    role: Role
    intent: str
    clauses: tuple[str, ...]
    answerable: bool
    style: str
    also_ok: frozenset[str]

    @classmethod
    def read(cls, number: int, line: Any) -> Labelled:
        """Take one line of a labelled file. Raises InvalidInput naming the line."""
        try:
            return cls(
                text=str(line["text"]),
                role=Role(line.get("role", Role.CUSTOMER)),
                intent=str(line["intent"]),
                clauses=tuple(str(id) for id in line["clauses"]),
                answerable=line["answerable"] is True,
                style=str(line.get("style", "plain")),
                also_ok=frozenset(line.get("also_ok", ())),
            )
        except (KeyError, TypeError, AttributeError, ValueError):
            raise InvalidInput(
                f"line {number}: expected an object with text, role, intent, clauses and answerable"
            ) from None


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled message beside its reading."""

    gold: Labelled
    intent: str
    confidence: float
    clauses: tuple[str, ...]
    answerable: float

    @classmethod
    def of(cls, gold: Labelled, prediction: Mapping[str, Any]) -> Judged:
        return cls(
            gold=gold,
            intent=str(prediction["intent"]),
            confidence=float(prediction["confidence"]),
            clauses=tuple(prediction["clauses"]),
            answerable=float(prediction["answerable"]),
        )

    @property
    def right(self) -> bool:
        """Tell whether the intent is the labelled one, or one that would be right as well."""
        return self.intent == self.gold.intent or self.intent in self.gold.also_ok


@dataclass(frozen=True, slots=True)
class RankedByText:
    """A question ranked over a policy's passages by their text alone.

    `place` is that of the first right passage, from 0.
    """

    gold: Labelled
    place: int
    answerable: float
