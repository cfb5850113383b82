"""Reads the intent of a message from its vector, its n-grams and the writer's role."""

from __future__ import annotations

from pathlib import Path
from typing import List, Sequence

import numpy as np

from components.linear import Softmax, fit
from components.ngrams import NGrams

SMALL_TALK = frozenset({"greet", "goodbye", "thanks", "affirm", "deny", "bot_challenge"})
# Nothing of the policy answers these: no clause is quoted.
UNQUOTED = SMALL_TALK | {"talk_to_human", "ticket_status", "out_of_scope"}
STAFF = frozenset({"employee", "officer"})
VECTOR_SCALE = 4.0
SHARE = 0.5


class IntentModel:
    """Two readings of the same message, by meaning and by spelling, averaged."""

    def __init__(self, meaning: Softmax, spelling: Softmax, grams: NGrams) -> None:
        self._meaning, self._spelling, self._grams = meaning, spelling, grams

    @property
    def labels(self) -> List[str]:
        return self._meaning.labels

    @classmethod
    def train(
        cls,
        texts: Sequence[str],
        roles: Sequence[str],
        vectors: np.ndarray,
        labels: Sequence[str],
    ) -> IntentModel:
        grams = NGrams()
        meaning = fit(dense(vectors, roles), labels, strength=3.0)
        spelling = fit(grams.fit(texts), labels, strength=10.0)
        return cls(meaning, spelling, grams)

    def probabilities(
        self, texts: Sequence[str], roles: Sequence[str], vectors: np.ndarray
    ) -> np.ndarray:
        """Return one distribution over `labels` a message."""
        meaning = self._meaning.probabilities(dense(vectors, roles))
        spelling = self._spelling.probabilities(self._grams.transform(texts))
        mixed = meaning ** (1 - SHARE) * spelling**SHARE
        return mixed / mixed.sum(axis=1, keepdims=True)

    def save(self, folder: Path) -> None:
        self._meaning.save(folder / "meaning.npz")
        self._spelling.save(folder / "spelling.npz")
        self._grams.save(folder / "ngrams.json")

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        return cls(
            Softmax.load(folder / "meaning.npz"),
            Softmax.load(folder / "spelling.npz"),
            NGrams.load(folder / "ngrams.json"),
        )


def dense(vectors: np.ndarray, roles: Sequence[str]) -> np.ndarray:
    staff = np.array([[role in STAFF] for role in roles], np.float32)
    return np.hstack([vectors * VECTOR_SCALE, staff])
