"""Word and character n-grams, weighted by TF-IDF: what the encoder does not see (typos, slang).

scikit-learn learns the vocabulary and cuts a text; the weights are applied here, which takes a
fifth of the time for the one text of a message. What staff write is marked once more: "her data"
is another thing from them than from a customer.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, List, Sequence, Tuple

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

STAFF = frozenset({"employee", "officer"})
WORD = r"(?u)\b\w[\w']*\b|[?!]"
KINDS: Dict[str, Dict[str, Any]] = {
    "word": {"analyzer": "word", "token_pattern": WORD, "ngram_range": (1, 2), "min_df": 2},
    "char": {"analyzer": "char_wb", "ngram_range": (2, 5), "min_df": 3},
    # What a question shares with the few sentences of a policy.
    "content word": {"analyzer": "word", "stop_words": "english"},
    "content char": {"analyzer": "char_wb", "ngram_range": (3, 5)},
}


def vectorizer(kind: str) -> TfidfVectorizer:
    return TfidfVectorizer(sublinear_tf=True, lowercase=True, dtype=np.float32, **KINDS[kind])


@dataclass(frozen=True)
class Vocabulary:
    """The terms of one kind, the weight of each, and what cuts a text into them."""

    terms: List[str]
    weights: np.ndarray
    cut: Callable[[str], List[str]]
    places: Dict[str, int]

    @classmethod
    def of(cls, kind: str, terms: List[str], weights: np.ndarray) -> Vocabulary:
        places = {term: place for place, term in enumerate(terms)}
        return cls(terms, weights, vectorizer(kind).build_analyzer(), places)

    @classmethod
    def learn(cls, kind: str, texts: Sequence[str]) -> Vocabulary:
        learnt = vectorizer(kind).fit(texts)
        terms = sorted(learnt.vocabulary_, key=learnt.vocabulary_.__getitem__)
        return cls.of(kind, terms, learnt.idf_.astype(np.float32))

    def row(self, text: str) -> Tuple[np.ndarray, np.ndarray]:
        """The places of a text's known terms, in order, and their TF-IDF: a unit vector."""
        known = (self.places.get(term) for term in self.cut(text))
        counts = sorted(Counter(place for place in known if place is not None).items())
        if not counts:
            return np.zeros(0, np.int32), np.zeros(0, np.float32)
        places, often = np.array(counts, np.int32).T
        values = (1 + np.log(often.astype(np.float32))) * self.weights[places]
        return places, values / np.linalg.norm(values)

    def rows(self, texts: Sequence[str]) -> csr_matrix:
        """Return one sparse row a text."""
        return stacked([self.row(text) for text in texts], len(self.terms))


class NGrams:
    """A vocabulary learnt once, then a sparse row for every text."""

    def __init__(self, words: Vocabulary, characters: Vocabulary) -> None:
        self._words, self._characters = words, characters

    @classmethod
    def learn(cls, texts: Sequence[str]) -> NGrams:
        return cls(Vocabulary.learn("word", texts), Vocabulary.learn("char", texts))

    def rows(self, texts: Sequence[str], roles: Sequence[str]) -> csr_matrix:
        """Return one sparse row a text: words, characters, the mark of staff, words of staff."""
        width = 2 * len(self._words.terms) + len(self._characters.terms) + 1
        rows = [self._row(text, role in STAFF) for text, role in zip(texts, roles)]
        return stacked(rows, width)

    def _row(self, text: str, staff: bool) -> Tuple[np.ndarray, np.ndarray]:
        (said, words), (spelt, characters) = self._words.row(text), self._characters.row(text)
        after = len(self._words.terms) + len(self._characters.terms)
        places, values = [said, spelt + len(self._words.terms)], [words, characters]
        if staff:
            places += [np.array([after], np.int32), said + after + 1]
            values += [np.ones(1, np.float32), words]
        return np.concatenate(places), np.concatenate(values)

    def save(self, path: Path) -> None:
        """Write vocabulary and weights as JSON: loading it runs no code."""
        content = {
            kind: {"terms": own.terms, "idf": [round(float(value), 6) for value in own.weights]}
            for kind, own in (("word", self._words), ("char", self._characters))
        }
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> NGrams:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            *(
                Vocabulary.of(kind, own["terms"], np.array(own["idf"], np.float32))
                for kind, own in ((kind, stored[kind]) for kind in ("word", "char"))
            )
        )


def stacked(rows: Sequence[Tuple[np.ndarray, np.ndarray]], width: int) -> csr_matrix:
    """One matrix of rows that are given by their places and their values."""
    ends = np.cumsum([0, *(len(places) for places, _ in rows)])
    places = np.concatenate([np.zeros(0, np.int32), *(places for places, _ in rows)])
    values = np.concatenate([np.zeros(0, np.float32), *(values for _, values in rows)])
    return csr_matrix((values, places, ends), shape=(len(rows), width))
