"""Softmax regression: fitted by scikit-learn, kept as plain arrays, applied by NumPy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, List, Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression


@dataclass(frozen=True)
class Softmax:
    """One weight column a label."""

    labels: List[str]
    weights: np.ndarray
    bias: np.ndarray

    def probabilities(self, rows: Any) -> np.ndarray:
        """Return one distribution over `labels` a row (dense or sparse)."""
        return softmax(np.asarray(rows @ self.weights) + self.bias)

    def save(self, path: Path) -> None:
        np.savez(path, labels=np.array(self.labels), weights=self.weights, bias=self.bias)

    @classmethod
    def load(cls, path: Path) -> Softmax:
        # Without pickles an array file runs no code when it is read.
        with np.load(path, allow_pickle=False) as stored:
            return cls(stored["labels"].tolist(), stored["weights"], stored["bias"])


def fit(rows: Any, labels: Sequence[str], strength: float, balanced: bool = True) -> Softmax:
    """Fit by maximum likelihood; `strength` is the inverse of the penalty."""
    model = LogisticRegression(
        C=strength,
        max_iter=200,
        tol=1e-3,
        class_weight="balanced" if balanced else None,
        multi_class="multinomial",
    )
    model.fit(rows, list(labels))
    weights, bias = model.coef_.T, model.intercept_
    if len(model.classes_) == 2:
        weights, bias = np.hstack([-weights, weights]), np.concatenate([-bias, bias])
    return Softmax(
        [str(label) for label in model.classes_],
        np.ascontiguousarray(weights, np.float32),
        bias.astype(np.float32),
    )


def softmax(scores: np.ndarray) -> np.ndarray:
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    return scores / scores.sum(axis=1, keepdims=True)
