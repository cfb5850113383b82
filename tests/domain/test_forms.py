"""Forms and half-filled ones: what is asked next, summed up, and referred back to."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.forms import CONFIRM, Draft, FieldValue, next_field, referred_field, summary
from tests.fakes.desks import NOON
from tests.fakes.threads import forms

COMPLAINT = forms()["complaint"]
EMPTY = Draft("d", "c", "complaint", NOON)
NAMES = [entry.name for entry in COMPLAINT.fields]


def value(words: str) -> FieldValue:
    return FieldValue(words, words, f"“{words}”")


@given(st.sets(st.sampled_from(NAMES)))
def test_the_first_open_question_comes_next_and_the_summary_last(given_names: set[str]) -> None:
    draft = EMPTY
    for name in given_names:
        draft = draft.with_value(name, value(name))
    expected = next((name for name in NAMES if name not in given_names), CONFIRM)
    assert next_field(COMPLAINT, draft) == expected
    assert len(summary(COMPLAINT, draft).splitlines()) == len(given_names)


def test_a_draft_is_never_changed_only_replaced() -> None:
    told = EMPTY.with_value("what", value("a")).with_value("what", value("b"))
    assert EMPTY.fields == {}
    assert told.fields["what"].value == "b"
    assert told.without("what").fields == told.without("when").without("what").fields == {}
    assert told.to_json() == {"what": {"words": "b", "value": "b", "said": "“b”"}}


def test_words_refer_back_to_answered_questions_alone() -> None:
    told = EMPTY.with_value("reach", value("416 555 0134"))
    assert referred_field(COMPLAINT, told, "Sorry, the NUMBER is wrong") == "reach"
    assert referred_field(COMPLAINT, EMPTY, "Sorry, the number is wrong") is None
    assert referred_field(COMPLAINT, told, "that is wrong") is None


def test_of_several_the_one_named_first_is_meant() -> None:
    told = EMPTY.with_value("reach", value("x")).with_value("when", value("y"))
    assert referred_field(COMPLAINT, told, "the date, not the number") == "when"
    assert referred_field(COMPLAINT, told, "the number, not the date") == "reach"
