"""The figures: cases counted by hand, and the scorer of labelled questions as a second opinion."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import ROOT
from bot.domain.errors import InvalidInput
from bot.domain.people import Role
from bot.evaluation.figures import (
    auroc,
    confusion,
    figures,
    reliability,
    share,
    shares_by,
    text_alone,
    worst,
)
from bot.evaluation.questions import Judged, Labelled, RankedByText

SHARED = Path(os.environ.get("PRIVACYDESK_SHARED", ROOT.parent / "shared"))
SCORER = SHARED / "eval" / "score.py"
INTENTS = ["retention", "purposes", "out_of_scope", "greet", "breach_report", "ticket_status"]


def labelled(
    intent: str,
    clauses: tuple[str, ...] = (),
    answerable: bool = False,
    also_ok: frozenset[str] = frozenset(),
) -> Labelled:
    return Labelled("A message.", Role.CUSTOMER, intent, clauses, answerable, "plain", also_ok)


def judged(
    gold: Labelled,
    intent: str | None = None,
    confidence: float = 0.9,
    clauses: tuple[str, ...] = (),
    answerable: float = 0.9,
) -> Judged:
    return Judged(gold, intent or gold.intent, confidence, clauses, answerable)


def test_a_small_set_counted_by_hand() -> None:
    kept = labelled("retention", ("5.3",), answerable=True)
    months = labelled("retention", ("5.3",))
    bill = labelled("out_of_scope")
    found = figures(
        [
            judged(kept, clauses=("5.3", "3.6")),
            judged(kept, clauses=("5", "5.3"), answerable=0.4),
            judged(kept, "out_of_scope"),
            judged(months, clauses=("5.3",), answerable=0.1),
            judged(months, clauses=("5.3",), answerable=0.5),
            judged(bill),
            judged(bill, "retention", clauses=("5.3",)),
        ]
    )
    assert found["intent_accuracy"] == round(5 / 7, 4)
    assert found["out_of_scope_recall"] == 0.5
    assert found["in_scope_refused"] == 0.2
    assert found["clause_quoted_when_out_of_scope"] == 0.5
    assert (found["clause_n"], found["clause_recall_at_1"]) == (3, 0.3333)
    assert found["clause_recall_at_3"] == 0.6667
    assert (found["unspecified_n"], found["unspecified_noticed"]) == (2, 0.5)
    assert found["answerable_doubted"] == 0.3333
    # Of six pairs, 0.4 against 0.5 alone is the wrong way round.
    assert found["answerable_auroc"] == round(5 / 6, 4)


def test_another_intent_that_is_right_as_well_counts() -> None:
    gold = labelled("retention", ("5.3",), also_ok=frozenset({"out_of_scope"}))
    found = figures([judged(gold, "out_of_scope")])
    assert (found["intent_accuracy"], found["intent_accuracy_strict"]) == (1.0, 0.0)
    assert found["in_scope_refused"] is None


def predictions() -> st.SearchStrategy[list[tuple[dict[str, Any], dict[str, Any]]]]:
    clauses = st.lists(st.sampled_from(["1", "5.3", "3.6", "10.5"]), max_size=4, unique=True)
    scores = st.sampled_from([0.0, 0.2, 0.49, 0.5, 0.7, 1.0])
    gold = st.fixed_dictionaries(
        {
            "text": st.just("A message."),
            "intent": st.sampled_from(INTENTS),
            "clauses": clauses,
            "answerable": st.booleans(),
            "also_ok": st.lists(st.sampled_from(INTENTS), max_size=1),
        }
    )
    guess = st.fixed_dictionaries(
        {
            "text": st.just("A message."),
            "intent": st.sampled_from(INTENTS),
            "confidence": scores,
            "clauses": clauses,
            "answerable": scores,
        }
    )
    return st.lists(st.tuples(gold, guess), min_size=1, max_size=12)


def scorer() -> Mapping[str, Any]:
    if not SCORER.is_file():
        pytest.skip("the scorer is not beside this repository")
    found: dict[str, Any] = {"__name__": "scorer"}
    exec(compile(SCORER.read_text(encoding="utf-8"), str(SCORER), "exec"), found)
    return found


@given(predictions())
def test_the_scorer_finds_the_same(pairs: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    ours = figures([Judged.of(Labelled.read(1, g), p) for g, p in pairs])
    assert ours == scorer()["questions"](pairs)


@given(st.lists(st.floats(0, 1), max_size=9), st.lists(st.floats(0, 1), max_size=9))
def test_auroc_is_the_share_of_pairs(yes: list[float], no: list[float]) -> None:
    pairs = [(a > b) + 0.5 * (a == b) for a in yes for b in no]
    expected = round(sum(pairs) / len(pairs), 4) if pairs else None
    assert auroc(yes, no) == expected


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=40))
def test_the_bins_hold_every_message_once(read: list[tuple[float, bool]]) -> None:
    gold = labelled("retention")
    bins = reliability(
        [judged(gold, "retention" if right else "purposes", sure) for sure, right in read]
    )
    assert sum(one.count for one in bins) == len(read)
    for one in bins:
        assert one.low - 1e-9 <= one.confidence <= one.high + 1e-9
    assert round(sum(one.accuracy * one.count for one in bins)) == sum(ok for _, ok in read)


def test_by_text_alone() -> None:
    kept, bill = labelled("retention", ("5.3",), answerable=True), labelled("out_of_scope")
    ranked = [
        RankedByText(kept, 0, 0.8),
        RankedByText(kept, 2, 0.6),
        RankedByText(labelled("retention", ("5.3",)), 0, 0.7),
        RankedByText(bill, 55, 0.2),
    ]
    assert text_alone(ranked) == {
        "n": 2,
        "recall_at_1": 0.5,
        "recall_at_3": 1.0,
        "answerable_auroc_out_of_scope": 1.0,
        "answerable_auroc_unspecified": 0.5,
    }


def test_groups_matrix_and_mistakes() -> None:
    one, other = labelled("retention"), labelled("greet")
    read = [judged(one), judged(one, "greet", 0.6), judged(other, "retention", 0.8), judged(other)]
    assert confusion(read) == (["greet", "retention"], [[1, 1], [1, 1]])
    [group] = shares_by(read, lambda found: found.gold.style)
    assert (group.name, group.right, group.count) == ("plain", 2, 4)
    assert [found.confidence for found in worst(read, 5)] == [0.8, 0.6]
    assert len(worst(read, 1)) == 1


def test_nothing_has_no_share() -> None:
    assert share([]) is None
    assert figures([])["intent_accuracy"] is None


@pytest.mark.parametrize(
    "line",
    [
        [],
        {"text": "x", "intent": "greet", "clauses": []},
        {"text": "x", "intent": "greet", "clauses": None, "answerable": True},
        {"text": "x", "intent": "greet", "clauses": [], "answerable": True, "role": "boss"},
    ],
)
def test_a_line_that_is_not_labelled_is_named(line: Any) -> None:
    with pytest.raises(InvalidInput, match="line 7"):
        Labelled.read(7, line)
