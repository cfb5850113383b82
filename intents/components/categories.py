"""What the sentences of any policy are about, and which of them fits a question.

Nothing here has seen a clause label: a policy that was dropped in yesterday is ranked as well.
"""

from __future__ import annotations

from pathlib import Path
from typing import List, Sequence

import numpy as np

from components.linear import Linear, fit_likelihood
from components.ngrams import Vocabulary
from components.sentences import Span, sentence_spans

SCALE = 4.0
PENALTY = 1.0
CATEGORY_WEIGHT = 0.4
# What question and sentence share: words, and their pieces ("disclose", "disclosure").
SHARED = {"content word": 0.1, "content char": 0.3}
WHOLE_WEIGHT = 0.75
# The best passage's score at even odds, and how fast they change around it.
FIT_MIDDLE, FIT_SLOPE = 0.9, 4.0


class Categories:
    """How likely a sentence of any policy speaks of each intent; learnt from generic ones."""

    def __init__(self, model: Linear, intents: Sequence[str]) -> None:
        self._model = model
        self._columns = [list(intents).index(label) for label in model.labels]

    @classmethod
    def train(
        cls, vectors: np.ndarray, labels: Sequence[str], intents: Sequence[str]
    ) -> Categories:
        return cls(fit_likelihood(vectors * SCALE, labels, PENALTY), intents)

    def of(self, vectors: np.ndarray) -> np.ndarray:
        return self._model.probabilities(vectors * SCALE)

    def match(self, questions: np.ndarray, about: np.ndarray) -> np.ndarray:
        """The product of the two readings: a row a question, a column a sentence."""
        product: np.ndarray = questions[:, self._columns] @ about.T
        return product

    def save(self, path: Path) -> None:
        self._model.save(path)

    @classmethod
    def load(cls, path: Path, intents: Sequence[str]) -> Categories:
        return cls(Linear.load(path), intents)


class Overlap:
    """How much texts share with each of some sentences: cosines of rare terms."""

    def __init__(self, kind: str, sentences: Sequence[str]) -> None:
        try:
            self._vocabulary = Vocabulary.learn(kind, sentences)
        except ValueError:
            # Not one word in all of them that is not a stop word.
            self._vocabulary = Vocabulary.of(kind, [], np.zeros(0, np.float32))
        self._sentences = self._vocabulary.rows(sentences).T.tocsr()

    def of(self, texts: Sequence[str]) -> np.ndarray:
        """Return a row a text, a column a sentence."""
        shared: np.ndarray = (self._vocabulary.rows(texts) @ self._sentences).toarray()
        return shared


class PassageRanker:
    """Ranks passages (clauses, sentences) by their text alone.

    The score of a passage is that of its best sentence and, with less weight, of the whole.
    """

    def __init__(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[Span]],
        vectors: np.ndarray,
        categories: Categories,
    ) -> None:
        """`vectors` are those of the sentences in `spans`, then those of the whole texts."""
        self.spans = [list(own) for own in spans]
        self._categories, self._vectors = categories, vectors
        self._about = categories.of(vectors)
        self._owner = np.repeat(np.arange(len(texts)), [len(own) for own in self.spans])
        sentences = sentences_of(texts, spans)
        self._shared = [(weight, Overlap(kind, sentences)) for kind, weight in SHARED.items()]

    def scores(self, texts: Sequence[str], vectors: np.ndarray, intents: np.ndarray) -> np.ndarray:
        """Return a row of scores a question, one a passage."""
        known = len(self._owner)
        scores = self.likeness(vectors)
        scores = scores + CATEGORY_WEIGHT * self._categories.match(intents, self._about)
        sentences, whole = scores[:, :known], scores[:, known:]
        for weight, overlap in self._shared:
            sentences = sentences + weight * overlap.of(texts)
        best = np.full(whole.shape, -np.inf, np.float32)
        np.maximum.at(best.T, self._owner, sentences.T)
        return best + WHOLE_WEIGHT * whole

    def likeness(self, vectors: np.ndarray) -> np.ndarray:
        """How alike in meaning each question and each sentence, then each whole passage, are."""
        alike: np.ndarray = vectors @ self._vectors.T
        return alike

    def best_span(self, alike: np.ndarray, passage: int) -> Span:
        """Where the sentence of a passage stands that is most alike, given a row of `likeness`.

        Of one passage's sentences the meaning alone tells which answers: what they are about, and
        the words they share with a question, tell passages apart.
        """
        own = np.flatnonzero(self._owner == passage)
        return self.spans[passage][int(np.argmax(alike[own]))]


def spans_of(texts: Sequence[str]) -> List[List[Span]]:
    return [sentence_spans(text) or [(0, len(text))] for text in texts]


def sentences_of(texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> List[str]:
    return [text[start:end] for text, own in zip(texts, spans) for start, end in own]


def fits_any(scores: np.ndarray) -> float:
    """Return how likely one of these passages answers, from the best one's score."""
    return float(1 / (1 + np.exp(-FIT_SLOPE * (float(scores.max()) - FIT_MIDDLE))))
