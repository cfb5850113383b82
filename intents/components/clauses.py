"""Ranks the clauses of the policy for a message, and judges whether the policy answers it.

Three readings need nothing but a policy's text: similarity with its best sentence, the product of
what the question and the sentence are about, and shared words. A fourth is learnt from labelled
questions and knows this policy alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from components.corpus import Example
from components.linear import Softmax, fit
from components.policy import Policy
from components.sentences import Span

CATEGORY_WEIGHT = 0.6
WORD_WEIGHT = 0.3
LEARNT_WEIGHT = 1.5
KEPT = 5


@dataclass(frozen=True)
class RankedClause:
    """A clause, how well it fits, and where its best sentence stands."""

    id: str
    score: float
    highlight: Span

    def to_json(self) -> Dict[str, Any]:
        return {"id": self.id, "score": round(self.score, 4), "highlight": list(self.highlight)}


class Categories:
    """How likely a sentence of any policy speaks of each intent; learnt from generic ones."""

    def __init__(self, model: Softmax, intents: Sequence[str]) -> None:
        self._model = model
        self._columns = [list(intents).index(label) for label in model.labels]

    @classmethod
    def train(
        cls, vectors: np.ndarray, labels: Sequence[str], intents: Sequence[str]
    ) -> Categories:
        return cls(fit(vectors * 4.0, labels, strength=3.0), intents)

    def of(self, sentences: np.ndarray) -> np.ndarray:
        return self._model.probabilities(sentences * 4.0)

    def match(self, questions: np.ndarray, sentences: np.ndarray) -> np.ndarray:
        """The product of the two readings: a row a question, a column a sentence."""
        return questions[:, self._columns] @ sentences.T

    def save(self, path: Path) -> None:
        self._model.save(path)

    @classmethod
    def load(cls, path: Path, intents: Sequence[str]) -> Categories:
        return cls(Softmax.load(path), intents)


class SentenceRanker:
    """Ranks the sentences of one policy by text alone."""

    def __init__(self, texts: Sequence[str], vectors: np.ndarray, categories: Categories) -> None:
        self._vectors, self._categories = vectors, categories
        self._about = categories.of(vectors)
        self._words = TfidfVectorizer(sublinear_tf=True, stop_words="english", dtype=np.float32)
        try:
            self._shared = self._words.fit_transform(texts)
        except ValueError:
            self._shared = None

    def scores(
        self, texts: Sequence[str], vectors: np.ndarray, intents: np.ndarray
    ) -> np.ndarray:
        """Return a row of scores a question, one a sentence."""
        scores = vectors @ self._vectors.T
        scores = scores + CATEGORY_WEIGHT * self._categories.match(intents, self._about)
        if self._shared is not None:
            shared = self._words.transform(texts) @ self._shared.T
            scores = scores + WORD_WEIGHT * np.asarray(shared.todense())
        return scores


class ClauseModel:
    """Everything learnt about one policy."""

    def __init__(
        self, policy: Policy, vectors: np.ndarray, categories: Categories, learnt: Softmax,
        gate: Softmax,
    ) -> None:
        self.policy, self._vectors = policy, vectors
        self.categories, self._learnt, self._gate = categories, learnt, gate
        self._places: List[Tuple[str, Span]] = policy.sentences()
        self._names = list(policy.clauses)
        texts = [policy.clauses[name][start:end] for name, (start, end) in self._places]
        self._ranker = SentenceRanker(texts, vectors, categories)
        self._owner = np.array([self._names.index(name) for name, _ in self._places])
        self._learnt_columns = [self._names.index(label) for label in learnt.labels]

    @classmethod
    def train(
        cls,
        policy: Policy,
        sentence_vectors: np.ndarray,
        categories: Categories,
        examples: Sequence[Example],
        vectors: np.ndarray,
    ) -> ClauseModel:
        asked = [place for place, example in enumerate(examples) if example.clauses]
        rows, labels = dense(vectors[asked]), [examples[place].clauses[0] for place in asked]
        learnt = fit(rows, labels, strength=3.0)
        answers = ["yes" if examples[place].answerable else "no" for place in asked]
        gate = fit(rows, answers, strength=1.0, balanced=False)
        return cls(policy, sentence_vectors, categories, learnt, gate)

    def rank(
        self, texts: Sequence[str], vectors: np.ndarray, intents: np.ndarray
    ) -> List[List[RankedClause]]:
        """Return the five best clauses a message, best first."""
        sentences = self._ranker.scores(texts, vectors, intents)
        by_clause = np.full((len(texts), len(self._names)), -np.inf, np.float32)
        np.maximum.at(by_clause.T, self._owner, sentences.T)
        learnt = np.zeros_like(by_clause)
        learnt[:, self._learnt_columns] = self._learnt.probabilities(dense(vectors))
        total = by_clause + LEARNT_WEIGHT * learnt
        return [self._best(total[row], sentences[row]) for row in range(len(texts))]

    def _best(self, total: np.ndarray, sentences: np.ndarray) -> List[RankedClause]:
        ranked = []
        for clause in np.argsort(-total)[:KEPT]:
            own = np.flatnonzero(self._owner == clause)
            name, span = self._places[int(own[np.argmax(sentences[own])])]
            ranked.append(RankedClause(name, float(total[clause]), span))
        return ranked

    def answerable(self, vectors: np.ndarray) -> np.ndarray:
        """Return the probability that the policy's text answers each message."""
        column = self._gate.labels.index("yes")
        return self._gate.probabilities(dense(vectors))[:, column]

    def save(self, folder: Path) -> None:
        clauses = json.dumps(self.policy.clauses, ensure_ascii=False)
        (folder / "policy.json").write_text(clauses, encoding="utf-8")
        np.savez(folder / "sentences.npz", vectors=self._vectors)
        self.categories.save(folder / "categories.npz")
        self._learnt.save(folder / "learnt.npz")
        self._gate.save(folder / "gate.npz")

    @classmethod
    def load(cls, folder: Path, intents: Sequence[str]) -> ClauseModel:
        policy = Policy(json.loads((folder / "policy.json").read_text(encoding="utf-8")))
        with np.load(folder / "sentences.npz", allow_pickle=False) as stored:
            vectors = stored["vectors"]
        return cls(
            policy,
            vectors,
            Categories.load(folder / "categories.npz", intents),
            Softmax.load(folder / "learnt.npz"),
            Softmax.load(folder / "gate.npz"),
        )


def dense(vectors: np.ndarray) -> np.ndarray:
    return vectors * 4.0
