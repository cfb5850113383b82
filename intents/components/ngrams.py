"""Word and character n-grams, weighted by TF-IDF: what the encoder does not see (typos, slang).

What staff write is marked once more: "her data" is another thing from them than from a customer.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, Sequence

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

STAFF = frozenset({"employee", "officer"})
WORD = r"(?u)\b\w[\w']*\b|[?!]"
KINDS: Dict[str, Dict[str, Any]] = {
    "word": {"analyzer": "word", "token_pattern": WORD, "ngram_range": (1, 2), "min_df": 2},
    "char": {"analyzer": "char_wb", "ngram_range": (2, 5), "min_df": 3},
}


class NGrams:
    """A vocabulary learnt once, then a sparse row for every text."""

    def __init__(self) -> None:
        self._parts = {
            name: TfidfVectorizer(sublinear_tf=True, lowercase=True, dtype=np.float32, **options)
            for name, options in KINDS.items()
        }

    def fit(self, texts: Sequence[str]) -> NGrams:
        for part in self._parts.values():
            part.fit(texts)
        return self

    def rows(self, texts: Sequence[str], roles: Sequence[str]) -> csr_matrix:
        """Return one sparse row a text."""
        staff = np.array([[role in STAFF] for role in roles], np.float32)
        words, characters = (part.transform(texts) for part in self._parts.values())
        return hstack([words, characters, csr_matrix(staff), words.multiply(staff)]).tocsr()

    def save(self, path: Path) -> None:
        """Write vocabulary and weights as JSON: loading it runs no code."""
        content = {
            name: {
                "terms": sorted(part.vocabulary_, key=part.vocabulary_.__getitem__),
                "idf": [round(float(value), 6) for value in part.idf_],
            }
            for name, part in self._parts.items()
        }
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> NGrams:
        grams = cls()
        for name, stored in json.loads(path.read_text(encoding="utf-8")).items():
            part = grams._parts[name]
            part.vocabulary = {term: place for place, term in enumerate(stored["terms"])}
            part.idf_ = np.array(stored["idf"], np.float32)
        return grams
