"""Reads the intent of a message: by its meaning (the taught encoder) and by its spelling."""

from __future__ import annotations

from pathlib import Path
from typing import Any, List, Sequence

import numpy as np

from components.linear import Linear, fit_margins, softmax

SMALL_TALK = frozenset({"greet", "goodbye", "thanks", "affirm", "deny", "bot_challenge"})
# Nothing of the policy answers these: no clause is quoted.
UNQUOTED = SMALL_TALK | {"talk_to_human", "ticket_status", "out_of_scope"}
PENALTY = 1.0
SHARPNESS = 5.0
# Cross-validated: beyond this, odd words outvote the meaning.
SPELLING_SHARE = 0.6
# Quoting the policy to a person who asks about a bill is worse than naming the other doors once
# too often: out of scope wins near ties (log-odds).
OUT_OF_SCOPE_LEAN = 2.6
# Two readings that agree are surer than they are right: measured on the set kept apart.
TEMPERATURE = 1.6


class IntentModel:
    """The spelling's reading, and the product of both."""

    def __init__(self, spelling: Linear) -> None:
        self._spelling = spelling

    @property
    def labels(self) -> List[str]:
        return self._spelling.labels

    @classmethod
    def train(cls, grams: Any, labels: Sequence[str]) -> IntentModel:
        return cls(fit_margins(grams, labels, PENALTY, SHARPNESS))

    def by_spelling(self, grams: Any) -> np.ndarray:
        """Return one distribution over `labels` a row of n-grams."""
        return self._spelling.probabilities(grams)

    def probabilities(self, meaning: np.ndarray, grams: Any) -> np.ndarray:
        """Return one distribution over `labels` a message; `meaning` is the encoder's."""
        mixed = np.log(meaning + 1e-9) + SPELLING_SHARE * np.log(self.by_spelling(grams) + 1e-9)
        mixed += OUT_OF_SCOPE_LEAN * (np.array(self.labels) == "out_of_scope")
        return softmax(mixed / TEMPERATURE)

    def save(self, folder: Path) -> None:
        self._spelling.save(folder / "spelling.npz")

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        return cls(Linear.load(folder / "spelling.npz"))
