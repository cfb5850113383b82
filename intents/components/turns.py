"""Reads what a message inside a form is: an answer, a correction, a question, ..."""

from __future__ import annotations

from pathlib import Path
from typing import Dict, List, Sequence

import numpy as np
from scipy.sparse import csr_matrix, hstack

from components.corpus import Turn
from components.linear import Linear, fit_margins
from components.ngrams import NGrams

SCALE = 4.0
PENALTY = 0.3
SHARPNESS = 3.0


class TurnModel:
    """Margins over vector, n-grams and the question that was asked."""

    def __init__(self, model: Linear, grams: NGrams, asked: Sequence[str]) -> None:
        self._model, self._grams, self._asked = model, grams, list(asked)

    @classmethod
    def train(cls, turns: Sequence[Turn], vectors: np.ndarray) -> TurnModel:
        asked = sorted({part for turn in turns for part in marks(turn.asked)})
        grams = NGrams().fit([turn.text for turn in turns])
        rows = joined(
            vectors,
            grams.rows([turn.text for turn in turns], [""] * len(turns)),
            [turn.asked for turn in turns],
            asked,
        )
        learnt = fit_margins(rows, [turn.reading for turn in turns], PENALTY, SHARPNESS)
        return cls(learnt, grams, asked)

    def probabilities(
        self, asked: Sequence[str], texts: Sequence[str], vectors: np.ndarray
    ) -> np.ndarray:
        rows = joined(vectors, self._grams.rows(texts, [""] * len(texts)), asked, self._asked)
        return self._model.probabilities(rows)

    def read(self, asked: str, text: str, vector: np.ndarray) -> Dict[str, object]:
        """Return the reading, its confidence and all scores."""
        row = self.probabilities([asked], [text], vector[None])[0]
        scores = {name: round(float(p), 4) for name, p in zip(self._model.labels, row)}
        best = max(scores, key=lambda name: scores[name])
        return {"reading": best, "confidence": scores[best], "scores": scores}

    @property
    def labels(self) -> List[str]:
        return self._model.labels

    def save(self, folder: Path) -> None:
        self._model.save(folder / "turns.npz")
        self._grams.save(folder / "turn_ngrams.json")
        (folder / "asked.txt").write_text("\n".join(self._asked), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> TurnModel:
        asked = (folder / "asked.txt").read_text(encoding="utf-8").split("\n")
        return cls(
            Linear.load(folder / "turns.npz"), NGrams.load(folder / "turn_ngrams.json"), asked
        )


def marks(asked: str) -> List[str]:
    """The question, and its kind alone: `complaint.reach` is asked like any other `reach`."""
    return [asked, asked.rpartition(".")[2]]


def joined(
    vectors: np.ndarray, grams: csr_matrix, asked: Sequence[str], known: Sequence[str]
) -> csr_matrix:
    hot = np.zeros((len(asked), len(known)), np.float32)
    places = {name: column for column, name in enumerate(known)}
    for row, name in enumerate(asked):
        for mark in marks(name):
            if mark in places:
                hot[row, places[mark]] = 1.0
    return hstack([csr_matrix(vectors * SCALE), grams, csr_matrix(hot)]).tocsr()
