"""Ranks the clauses of the policy for a message, and judges whether the policy answers it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Sequence

import numpy as np

from components.categories import Categories, PassageRanker, spans_of
from components.corpus import Example
from components.linear import Linear, fit_likelihood, fit_margins, softmax
from components.policy import Policy
from components.sentences import Span

KEPT = 5
PENALTY = 0.5
SHARPNESS = 5.0
GATE_PENALTY = 3.0
# Where one doubts: the gate's even odds, set on the set kept apart.
DOUBT = 2.3
UNSEEN = 1e-6


@dataclass(frozen=True)
class RankedClause:
    """A clause, how well it fits (0 to 1), and where its best sentence stands."""

    id: str
    score: float
    highlight: Span

    def to_json(self) -> Dict[str, Any]:
        return {"id": self.id, "score": round(self.score, 4), "highlight": list(self.highlight)}


@dataclass(frozen=True)
class Question:
    """What has been read of the messages to rank for: a row each."""

    texts: Sequence[str]
    grams: Any
    vectors: np.ndarray
    intents: np.ndarray
    clauses: np.ndarray
    answerable: np.ndarray


class ClauseModel:
    """What is learnt about one policy: by spelling here, by meaning in the taught encoder."""

    def __init__(
        self,
        policy: Policy,
        vectors: np.ndarray,
        categories: Categories,
        spelling: Linear,
        gate: Linear,
    ) -> None:
        self.policy, self._vectors = policy, vectors
        self.categories, self._spelling, self._gate = categories, spelling, gate
        self._names = list(policy.clauses)
        texts = list(policy.clauses.values())
        self._ranker = PassageRanker(texts, spans_of(texts), vectors, categories)

    @classmethod
    def train(
        cls,
        policy: Policy,
        vectors: np.ndarray,
        categories: Categories,
        examples: Sequence[Example],
        grams: Any,
    ) -> ClauseModel:
        asked = [place for place, example in enumerate(examples) if example.clauses]
        labels = [examples[place].clauses[0] for place in asked]
        answers = ["yes" if examples[place].answerable else "no" for place in asked]
        spelling = fit_margins(grams[asked], labels, PENALTY, SHARPNESS)
        gate = fit_likelihood(grams[asked], answers, GATE_PENALTY)
        return cls(policy, vectors, categories, spelling, gate)

    def rank(self, asked: Question, labels: Sequence[str]) -> List[List[RankedClause]]:
        """Return the five best clauses a message. `labels` name the columns of its clauses."""
        by_text = self._ranker.scores(asked.texts, asked.vectors, asked.intents)
        alike = self._ranker.likeness(asked.vectors)
        learnt = self._spelling.probabilities(asked.grams)
        total = by_text + self._spread(asked.clauses, labels)
        total = softmax(total + self._spread(learnt, self._spelling.labels))
        return [
            [
                RankedClause(
                    self._names[place],
                    float(total[row, place]),
                    self._ranker.best_span(alike[row], place),
                )
                for place in np.argsort(-total[row])[:KEPT]
            ]
            for row in range(len(asked.texts))
        ]

    def _spread(self, probabilities: np.ndarray, labels: Sequence[str]) -> np.ndarray:
        """Log-probabilities over all clauses; one that no example names is merely unlikely."""
        spread = np.full((len(probabilities), len(self._names)), UNSEEN)
        columns = [self._names.index(label) for label in labels]
        spread[:, columns] = np.maximum(probabilities, UNSEEN)
        return np.log(spread)

    def answerable(self, asked: Question) -> np.ndarray:
        """Return the probability that the policy's text answers each message."""
        by_spelling = self._gate.probabilities(asked.grams)[:, self._gate.labels.index("yes")]
        odds = (log_odds(by_spelling) + log_odds(asked.answerable)) / 2 - DOUBT
        chance: np.ndarray = 1 / (1 + np.exp(-odds))
        return chance

    def save(self, folder: Path) -> None:
        clauses = json.dumps(self.policy.clauses, ensure_ascii=False)
        (folder / "policy.json").write_text(clauses, encoding="utf-8")
        np.savez(folder / "passages.npz", vectors=self._vectors)
        self.categories.save(folder / "categories.npz")
        self._spelling.save(folder / "spelling.npz")
        self._gate.save(folder / "gate.npz")

    @classmethod
    def load(cls, folder: Path, intents: Sequence[str]) -> ClauseModel:
        policy = Policy(json.loads((folder / "policy.json").read_text(encoding="utf-8")))
        with np.load(folder / "passages.npz", allow_pickle=False) as stored:
            vectors = stored["vectors"]
        return cls(
            policy,
            vectors,
            Categories.load(folder / "categories.npz", intents),
            Linear.load(folder / "spelling.npz"),
            Linear.load(folder / "gate.npz"),
        )


def log_odds(probability: np.ndarray) -> np.ndarray:
    clipped = np.clip(probability, 1e-6, 1 - 1e-6)
    odds: np.ndarray = np.log(clipped / (1 - clipped))
    return odds
