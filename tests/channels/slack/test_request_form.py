"""What the forms hold, read as the guided conversation reads it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.channels.slack.request_form import Read, read_request, request_modal
from bot.domain.forms import Choice, Field, Form
from bot.fields import FieldReader
from tests.channels.slack.office import shipped_forms

TODAY = date(2026, 11, 24)
FORMS = shipped_forms("forms")
GIVEN = {
    "what": "A clerk read my bill out loud",
    "wrong": "My name is misspelt",
    "right": "It is Okafor",
    "when": "last Tuesday",
    "find": "416 555 0134",
    "contained": "recalled",
    "reach": "pat@example.ca",
    "uses": ["sales_calls"],
}
CHOICES = [
    pytest.param(form, entry, choice, id=f"{kind}-{entry.name}-{choice.value}")
    for kind, form in FORMS.items()
    for entry in form.fields
    for choice in entry.choices
]


def read(form: Form, **given: Any) -> Read:
    return read_request(form, {**GIVEN, **given}, FieldReader(), TODAY)


@pytest.mark.parametrize("kind", list(FORMS))
def test_what_a_form_marks_optional_may_stay_empty(kind: str) -> None:
    form = FORMS[kind]
    inputs = [b for b in request_modal(form, source="k")["blocks"] if b["type"] == "input"]
    left = {block["block_id"]: None for block in inputs if block["optional"]}
    found = read(form, **left)
    assert found.problems == {}
    needed = {block["block_id"] for block in inputs} - set(left)
    assert needed <= set(found.values)


@pytest.mark.parametrize("kind", list(FORMS))
def test_what_a_form_does_not_mark_optional_is_asked_for(kind: str) -> None:
    form = FORMS[kind]
    inputs = [b for b in request_modal(form, source="k")["blocks"] if b["type"] == "input"]
    needed = {block["block_id"] for block in inputs if not block["optional"]}
    assert set(read_request(form, {}, FieldReader(), TODAY).problems) == needed


@pytest.mark.parametrize(("form", "entry", "choice"), CHOICES)
def test_each_choice_is_read_as_itself(form: Form, entry: Field, choice: Choice) -> None:
    chosen = [choice.value] if entry.several else choice.value
    found = read(form, **{"uses": ["everything"], "service": "keep", entry.name: chosen})
    assert found.problems == {}
    assert found.values[entry.name].value == choice.value


def test_an_offered_answer_left_blank_is_not_filed() -> None:
    assert {"principle", "outcome"}.isdisjoint(read(FORMS["complaint"]).values)
    assert {"name", "period", "format", "delivery"}.isdisjoint(read(FORMS["access"]).values)


def test_a_question_for_some_answers_alone_is_asked_for_with_them() -> None:
    form = FORMS["withdrawal"]
    assert set(read(form, uses=["everything"]).problems) == {"service"}
    ended = read(form, uses=["sales_calls", "everything"], service="end")
    assert ended.values["service"].value == "end"
    # Chosen, and then another use ticked: it belongs to nothing any more.
    assert "service" not in read(form, uses=["sales_calls"], service="end").values


def test_words_of_a_conversation_are_not_said_on_a_form() -> None:
    for form in FORMS.values():
        shown = str(request_modal(form, source="k"))
        refused = " ".join(read(form, reach="call me").problems.values())
        assert "complete e-mail address" in refused
        assert "this conversation" not in shown + refused
        assert "short question" not in shown
