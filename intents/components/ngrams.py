"""Word and character n-grams, weighted by TF-IDF: what the encoder does not see (typos, slang)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Sequence

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

WORD = r"(?u)\b\w[\w']*\b|[?!]"
KINDS = {
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

    def fit(self, texts: Sequence[str]) -> csr_matrix:
        return hstack([part.fit_transform(texts) for part in self._parts.values()]).tocsr()

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        return hstack([part.transform(texts) for part in self._parts.values()]).tocsr()

    def save(self, path: Path) -> None:
        """Write vocabulary and weights as JSON: loading it runs no code."""
        content = {
            name: {
                "terms": sorted(part.vocabulary_, key=part.vocabulary_.get),
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
            part._validate_vocabulary()
            part.idf_ = np.array(stored["idf"], np.float32)
        return grams
