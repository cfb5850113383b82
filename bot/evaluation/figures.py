"""The figures: how often intents, clauses and the gate are right, and how sure they were."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.topics import OUT_OF_SCOPE, SMALL_TALK
from bot.evaluation.questions import Judged, Labelled, RankedByText

BINS = 10
EVEN_ODDS = 0.5


@dataclass(frozen=True, slots=True)
class Share:
    """How many of a group were right."""

    name: str
    right: int
    count: int


@dataclass(frozen=True, slots=True)
class Bin:
    """The messages whose confidence lies between `low` and `high`, and how many were right."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def figures(judged: Sequence[Judged]) -> dict[str, Any]:
    """Give all figures by the names that the scorer of labelled questions uses."""
    return {"n": len(judged), **intents(judged), **_clauses(judged), **_gate(judged)} | {
        "recall_by_intent": _recall(judged)
    }


def intents(judged: Sequence[Judged]) -> dict[str, float | None]:
    """The figures of the intents alone."""
    outside = [one for one in judged if one.gold.intent == OUT_OF_SCOPE]
    inside = [one for one in judged if OUT_OF_SCOPE not in {one.gold.intent, *one.gold.also_ok}]
    return {
        "intent_accuracy": share(one.right for one in judged),
        "intent_accuracy_strict": share(one.intent == one.gold.intent for one in judged),
        "intent_macro_f1": _macro_f1(judged),
        "out_of_scope_recall": share(one.intent == OUT_OF_SCOPE for one in outside),
        "in_scope_refused": share(one.intent == OUT_OF_SCOPE for one in inside),
        "clause_quoted_when_out_of_scope": share(bool(one.clauses) for one in outside),
    }


def _macro_f1(judged: Sequence[Judged]) -> float | None:
    """The mean over the labelled intents of the harmonic mean of recall and precision."""
    labelled = Counter(one.gold.intent for one in judged)
    guessed = Counter(one.intent for one in judged)
    hit = Counter(one.intent for one in judged if one.intent == one.gold.intent)
    scores = [2 * hit[name] / (count + guessed[name]) for name, count in labelled.items()]
    return round(sum(scores) / len(scores), 4) if scores else None


def _clauses(judged: Sequence[Judged]) -> dict[str, float | int | None]:
    asked = [one for one in judged if one.gold.answerable and is_quoted(one.gold)]
    places = [_place(one) for one in asked]
    mean = sum(1 / (place + 1) for place in places if place is not None)
    return {
        "clause_n": len(asked),
        "clause_recall_at_1": share(place == 0 for place in places),
        "clause_recall_at_3": share(place is not None and place < 3 for place in places),
        "clause_mrr": round(mean / len(asked), 4) if asked else None,
    }


def is_quoted(gold: Labelled) -> bool:
    """Tell whether a clause is to be quoted for it."""
    return bool(gold.clauses) and gold.intent not in SMALL_TALK


def _place(one: Judged) -> int | None:
    """Where the first right clause stands among those that were ranked."""
    right = set(one.gold.clauses)
    return next((place for place, id in enumerate(one.clauses) if id in right), None)


def _gate(judged: Sequence[Judged]) -> dict[str, float | int | None]:
    asked = [one for one in judged if is_quoted(one.gold) and one.gold.intent != "breach_report"]
    yes = [one.answerable for one in asked if one.gold.answerable]
    no = [one.answerable for one in asked if not one.gold.answerable]
    return {
        "unspecified_n": len(no),
        "answerable_auroc": auroc(yes, no),
        "unspecified_noticed": share(value < EVEN_ODDS for value in no),
        "answerable_doubted": share(value < EVEN_ODDS for value in yes),
    }


def _recall(judged: Sequence[Judged]) -> dict[str, float | None]:
    names = sorted({one.gold.intent for one in judged})
    return {
        name: share(one.intent == name for one in judged if one.gold.intent == name)
        for name in names
    }


def text_alone(ranked: Sequence[RankedByText]) -> dict[str, Any]:
    """The figures of ranking by a policy's text alone."""
    asked = [one for one in ranked if one.gold.answerable and is_quoted(one.gold)]
    yes = [one.answerable for one in asked]
    unspecified = [
        one.answerable for one in ranked if is_quoted(one.gold) and not one.gold.answerable
    ]
    outside = [one.answerable for one in ranked if one.gold.intent == OUT_OF_SCOPE]
    return {
        "n": len(asked),
        "recall_at_1": share(one.place == 0 for one in asked),
        "recall_at_3": share(one.place < 3 for one in asked),
        "answerable_auroc_out_of_scope": auroc(yes, outside),
        "answerable_auroc_unspecified": auroc(yes, unspecified),
    }


def share(found: Iterable[bool]) -> float | None:
    """The share that is true, to four places; None of nothing."""
    listed = list(found)
    return round(sum(listed) / len(listed), 4) if listed else None


def auroc(yes: Sequence[float], no: Sequence[float]) -> float | None:
    """How often one of `yes` scores above one of `no`; a tie is half."""
    if not yes or not no:
        return None
    ordered = sorted(no)
    wins = sum((bisect_left(ordered, v) + bisect_right(ordered, v)) / 2 for v in yes)
    return round(wins / (len(yes) * len(no)), 4)


def shares_by(judged: Sequence[Judged], of: Callable[[Judged], str]) -> list[Share]:
    """How many intents were right in each group, the largest group first."""
    counts = Counter(of(one) for one in judged)
    right = Counter(of(one) for one in judged if one.right)
    return [Share(name, right[name], count) for name, count in counts.most_common()]


def reliability(judged: Sequence[Judged]) -> list[Bin]:
    """Confidence against accuracy, in ten bins; empty ones are left out."""
    bins: list[list[Judged]] = [[] for _ in range(BINS)]
    for one in judged:
        bins[min(BINS - 1, int(one.confidence * BINS))].append(one)
    return [
        Bin(
            place / BINS,
            (place + 1) / BINS,
            len(held),
            sum(one.confidence for one in held) / len(held),
            sum(one.right for one in held) / len(held),
        )
        for place, held in enumerate(bins)
        if held
    ]


def confusion(judged: Sequence[Judged]) -> tuple[list[str], list[list[int]]]:
    """The labels, and how often a row's label was read as a column's."""
    labels = sorted({name for one in judged for name in (one.gold.intent, one.intent)})
    counts = Counter((one.gold.intent, one.intent) for one in judged)
    return labels, [[counts[row, column] for column in labels] for row in labels]


def worst(judged: Sequence[Judged], most: int) -> list[Judged]:
    """The wrong readings, the surest first."""
    wrong = [one for one in judged if not one.right]
    return sorted(wrong, key=lambda one: -one.confidence)[:most]
