"""The page that shows an evaluation: drawn as SVG, complete in one file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.evaluation.figures import Bin, confusion, reliability, shares_by, worst
from bot.evaluation.questions import Judged

WORST = 40
PAGE = "page.html"
# One bound a figure: whether more or less is better, and the value to reach.
BOUNDS: Mapping[str, tuple[str, float]] = {
    "intent_accuracy": ("at least", 0.92),
    "out_of_scope_recall": ("at least", 0.92),
    "in_scope_refused": ("at most", 0.04),
    "clause_quoted_when_out_of_scope": ("at most", 0.05),
    "clause_recall_at_1": ("at least", 0.85),
    "clause_recall_at_3": ("at least", 0.96),
    "answerable_auroc": ("at least", 0.80),
    "unspecified_noticed": ("at least", 0.55),
    "answerable_doubted": ("at most", 0.10),
    "recall_at_1": ("at least", 0.50),
    "recall_at_3": ("at least", 0.80),
}
_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the matrix: `strength` is its share of the row, from 0 to 1."""

    row: int
    column: int
    count: int
    strength: float


@dataclass(frozen=True, slots=True)
class Line:
    """One figure as the page lists it."""

    name: str
    value: float | None
    bound: str
    met: bool | None


def page(judged: Sequence[Judged], found: Mapping[str, Any], source: str, made_at: datetime) -> str:
    """Write the page.

    `found` are the figures; those of the text alone stand under `policy_text_alone`, those of
    Rasa's stock pipeline under `stock_pipeline`.
    """
    labels, matrix = confusion(judged)
    return _templates.get_template(PAGE).render(
        source=source,
        made_at=made_at,
        count=len(judged),
        lines=lines_of(found),
        by_text=lines_of(found.get("policy_text_alone") or {}),
        stock=lines_of(found.get("stock_pipeline") or {}),
        labels=labels,
        cells=cells_of(matrix),
        groups={
            "style": shares_by(judged, lambda one: one.gold.style),
            "role": shares_by(judged, lambda one: str(one.gold.role)),
        },
        bins=reliability(judged),
        curve=curve_of(reliability(judged)),
        worst=worst(judged, WORST),
        wrong=sum(not one.right for one in judged),
    )


def lines_of(found: Mapping[str, Any]) -> list[Line]:
    """The figures that are numbers, beside their bounds."""
    return [
        Line(name, value, *_bound(name, value))
        for name, value in found.items()
        if value is None or isinstance(value, int | float)
    ]


def _bound(name: str, value: float | None) -> tuple[str, bool | None]:
    if name not in BOUNDS:
        return "", None
    kind, bound = BOUNDS[name]
    met = value is not None and (value >= bound if kind == "at least" else value <= bound)
    return f"{kind} {bound:g}", met


def cells_of(matrix: Sequence[Sequence[int]]) -> list[Cell]:
    """The cells that hold something."""
    return [
        Cell(row, column, count, count / sum(counts))
        for row, counts in enumerate(matrix)
        for column, count in enumerate(counts)
        if count
    ]


def curve_of(bins: Sequence[Bin]) -> str:
    """The points of the reliability curve in a square of 100, as SVG wants them."""
    return " ".join(f"{100 * b.confidence:.1f},{100 * (1 - b.accuracy):.1f}" for b in bins)
