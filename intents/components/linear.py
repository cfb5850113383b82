"""Linear classifiers: fitted by scikit-learn, kept as plain arrays, applied by NumPy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, List, Sequence

import numpy as np
from scipy.sparse import issparse
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

SEED = 7
# Of so few rows the weights that they need are picked out: a message is read in a tenth of the
# time of the product with the whole matrix.
FEW = 16


@dataclass(frozen=True)
class Linear:
    """One weight column a label; the scores become a distribution by softmax."""

    labels: List[str]
    weights: np.ndarray
    bias: np.ndarray

    def probabilities(self, rows: Any) -> np.ndarray:
        """Return one distribution over `labels` a row (dense or sparse)."""
        if issparse(rows) and rows.shape[0] <= FEW:
            scores = np.stack([row.data @ self.weights[row.indices] for row in rows])
        else:
            scores = np.asarray(rows @ self.weights)
        return softmax(scores + self.bias)

    def save(self, path: Path) -> None:
        np.savez(path, labels=np.array(self.labels), weights=self.weights, bias=self.bias)

    @classmethod
    def load(cls, path: Path) -> Linear:
        # Without pickles an array file runs no code when it is read.
        with np.load(path, allow_pickle=False) as stored:
            return cls(stored["labels"].tolist(), stored["weights"], stored["bias"])


def fit_likelihood(rows: Any, labels: Sequence[str], strength: float) -> Linear:
    """Fit by maximum likelihood; `strength` is the inverse of the penalty."""
    two = len(set(labels)) == 2
    model = LogisticRegression(
        C=strength,
        max_iter=300,
        tol=1e-3,
        solver="liblinear" if two else "lbfgs",
        class_weight=None if two else "balanced",
        random_state=SEED,
    )
    model.fit(rows, list(labels))
    weights, bias = model.coef_.T, model.intercept_
    if two:
        weights, bias = np.hstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    return kept(model.classes_, weights, bias)


def fit_margins(rows: Any, labels: Sequence[str], strength: float, sharpness: float) -> Linear:
    """Fit by the widest margin, label against all others: the better and quicker of the two for
    n-grams. `sharpness` turns margins into the scores of a softmax.
    """
    model = LinearSVC(C=strength, class_weight="balanced", random_state=SEED)
    model.fit(rows, list(labels))
    return kept(model.classes_, model.coef_.T * sharpness, model.intercept_ * sharpness)


def kept(labels: Sequence[Any], weights: np.ndarray, bias: np.ndarray) -> Linear:
    return Linear(
        [str(label) for label in labels],
        np.ascontiguousarray(weights, np.float32),
        np.asarray(bias, np.float32),
    )


def softmax(scores: np.ndarray) -> np.ndarray:
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    return scores / scores.sum(axis=1, keepdims=True)
