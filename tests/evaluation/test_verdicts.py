"""The figures of verdicts: cases counted by hand, and the scorer as a second opinion."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import InvalidInput
from bot.domain.facts import Verdict
from bot.evaluation.verdicts import LabelledRequest, verdict_figures
from tests.evaluation.test_figures import scorer

VERDICTS = sorted(map(str, Verdict))


def gold(verdict: str, *also: str, clauses: tuple[str, ...] = ("5.1",)) -> LabelledRequest:
    return LabelledRequest.read(
        1, {"text": "A request.", "verdict": verdict, "also_ok": also, "clauses": clauses}
    )


def judged(verdict: str, *clauses: str) -> dict[str, Any]:
    return {"verdict": verdict, "clauses": list(clauses)}


def test_a_small_set_counted_by_hand() -> None:
    found = verdict_figures(
        [
            gold("allowed"),
            gold("emergency_allowed"),
            gold("consent_needed"),
            gold("not_allowed", "allowed"),
            gold("refer_privacy_officer", "consent_needed"),
        ],
        [
            judged("allowed", "5.1"),
            judged("consent_needed", "5", "5.1"),
            judged("allowed", "5.1"),
            judged("allowed", "5.1"),
            judged("consent_needed"),
        ],
    )
    assert found == {
        "n": 5,
        "verdict_accuracy": 0.6,
        "unsafe_permissions": 1,
        "permitted_n": 2,
        "overcautious": 0.5,
        "first_clause_right": 0.6,
    }


@pytest.mark.parametrize(
    "line",
    [
        "text",
        {"text": "A request.", "clauses": []},
        {"text": "A request.", "verdict": "perhaps", "clauses": []},
        {"text": "A request.", "verdict": "allowed", "also_ok": ["yes"], "clauses": []},
    ],
)
def test_a_line_that_is_none_is_named(line: object) -> None:
    with pytest.raises(InvalidInput, match="line 7"):
        LabelledRequest.read(7, line)


lines = st.fixed_dictionaries(
    {
        "text": st.just("A request."),
        "verdict": st.sampled_from(VERDICTS),
        "also_ok": st.lists(st.sampled_from(VERDICTS), max_size=1),
        "clauses": st.lists(st.sampled_from(["5.1", "5.3"]), min_size=1, max_size=2),
    }
)
answers = st.builds(
    judged, st.sampled_from(VERDICTS), st.sampled_from(["5.1", "5.2"]), st.just("5.3")
)


@given(st.lists(st.tuples(lines, answers), min_size=1, max_size=9))
def test_the_scorer_finds_the_same(pairs: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    ours = verdict_figures([LabelledRequest.read(1, g) for g, _ in pairs], [p for _, p in pairs])
    theirs = scorer()["disclosure"](pairs)
    assert {k: v or 0 for k, v in ours.items()} == {k: v or 0 for k, v in theirs.items()}
