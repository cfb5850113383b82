"""Answers by the type of their field, and corrections of them."""

from __future__ import annotations

from datetime import date

import pytest

from bot.domain.forms import Field, FieldType, FieldValue
from bot.fields import FieldReader
from bot.fields.contacts import read_contact
from bot.fields.days import read_when
from bot.fields.words import ReadValue, read_words
from tests.fakes.threads import forms

# A Tuesday.
TODAY = date(2026, 11, 24)


def entry(kind: str, name: str) -> Field:
    return forms()[kind].field(name)


def test_words_are_an_answer_when_there_are_enough() -> None:
    assert read_words("no", at_least=2).value is None
    assert read_words("two words", at_least=2).value is not None
    assert read_words("?!", at_least=1).value is None


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("no more sales calls", "sales_calls"),
        ("the newsletter, and no calls", "marketing_messages,sales_calls"),
        ("Marketing e-mails and texts", "marketing_messages"),
        ("everything", "everything"),
    ],
)
def test_choices_are_found_by_their_words(text: str, chosen: str) -> None:
    read = FieldReader().read(entry("withdrawal", "uses"), text, TODAY)
    assert read.value is not None
    assert read.value.value == chosen


def test_no_choice_or_too_many_is_none() -> None:
    uses = entry("withdrawal", "uses")
    assert FieldReader().read(uses, "the weather", TODAY) == ReadValue()
    one_only = Field(uses.name, uses.label, uses.type, "", "", choices=uses.choices)
    assert FieldReader().read(one_only, "calls and newsletters", TODAY) == ReadValue()


@pytest.mark.parametrize(
    ("kind", "name", "text", "taken"),
    [
        ("complaint", "what", "no", False),
        ("complaint", "what", "they shouted", True),
        ("access", "find", "12345678", True),
        ("access", "what", "everything", True),
        ("complaint", "when", "yesterday", True),
        ("complaint", "reach", "alice@example.ca", True),
    ],
)
def test_a_field_reads_by_its_type(kind: str, name: str, text: str, taken: bool) -> None:
    read = FieldReader().read(entry(kind, name), f"  {text}  ", TODAY)
    assert (read.value is not None) is taken


REACH = FieldValue("call me", "+14165550134", "by telephone at (416) 555-0134")
WHEN = FieldValue("yesterday", "2026-11-23", "Monday 23 November 2026")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("sorry, the number ends in 41", "+14165550141"),
        ("the last two digits are 99", "+14165550199"),
        ("it should be 416 555 0199", "+14165550199"),
        ("write to alice@example.ca instead", "alice@example.ca"),
        ("that is wrong", None),
        ("it ends in 416555013", "+1416555013"),
    ],
)
def test_a_way_to_reach_someone_is_corrected(text: str, value: str | None) -> None:
    corrected = FieldReader().correct(entry("complaint", "reach"), REACH, text, TODAY)
    if value in {None, "+1416555013"}:
        assert corrected is None or corrected.value != REACH.value
    else:
        assert corrected is not None
        assert corrected.value == value


def test_an_address_has_no_last_digits() -> None:
    address = FieldValue("x", "alice@example.ca", "by e-mail to alice@example.ca")
    reader, reach = FieldReader(), entry("complaint", "reach")
    assert reader.correct(reach, address, "it ends in 41", TODAY) is None


def test_a_day_is_corrected_by_a_day_alone() -> None:
    reader, when = FieldReader(), entry("complaint", "when")
    corrected = reader.correct(when, WHEN, "no, on 4 November", TODAY)
    assert corrected is not None
    assert corrected.value == "2026-11-04"
    assert reader.correct(when, WHEN, "31 November", TODAY) is None
    assert reader.correct(when, WHEN, "not that", TODAY) is None


@pytest.mark.parametrize("kind_and_name", [("complaint", "what"), ("correction", "right")])
def test_a_story_keeps_what_was_said_before(kind_and_name: tuple[str, str]) -> None:
    field = entry(*kind_and_name)
    assert field.type in {FieldType.STORY, FieldType.SHORT}
    earlier = FieldValue("first", "first", "“first”")
    corrected = FieldReader().correct(field, earlier, "rather second", TODAY)
    assert corrected is not None
    assert corrected.words == "first\nrather second"
    assert corrected.value == "first\nCorrected: rather second"
    assert corrected.said == "“first”\nCorrected: rather second"


WITHDRAWAL = forms()["withdrawal"].field("uses")
FIND = forms()["access"].field("find")


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        ("please stop all these sales calls to my house", "sales_calls"),
        ("all of it", "everything"),
        ("all", "everything"),
        ("stop everything, the calls too", "sales_calls,everything"),
        ("no more offers by mail", "marketing_messages"),
    ],
)
def test_all_the_calls_are_calls(text: str, uses: str) -> None:
    value = FieldReader().read(WITHDRAWAL, text, TODAY).value
    assert value is not None and value.value == uses


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        ("add the e-mails too", "marketing_messages,sales_calls,directory"),
        ("leave the directory out", "sales_calls"),
        ("keep the directory listing", "sales_calls"),
        ("just analytics", "analytics"),
    ],
)
def test_a_correction_adds_takes_away_or_replaces(text: str, uses: str) -> None:
    earlier = FieldValue("calls and directory", "sales_calls,directory", "")
    value = FieldReader().correct(WITHDRAWAL, earlier, text, TODAY)
    assert value is not None and value.value == uses


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("account 90871", "account 90871"),
        ("me@example.ca is my login", "me@example.ca is my login"),
        ("I don't have any of these with me", "unknown"),
        ("everything", None),
        ("my wife", None),
    ],
)
def test_what_a_record_is_found_by(text: str, value: str | None) -> None:
    found = FieldReader().read(FIND, text, TODAY).value
    assert (found.value if found else None) == value


def test_a_wish_is_kept_without_the_word_that_adds_it() -> None:
    name = forms()["access"].field("name")
    blank = FieldValue("", "", "not said")
    value = FieldReader().correct(name, blank, "add my name, Dana Whitecloud", TODAY)
    assert value is not None and value.value == "Dana Whitecloud"


def test_values_are_said_back_in_the_language_of_the_conversation() -> None:
    assert read_contact("j@example.ca", "fr").value == FieldValue(
        "j@example.ca", "j@example.ca", "par courriel à j@example.ca"
    )
    future = read_when("on 3 December 2027", TODAY, "fr").problem
    assert future == "Le vendredi 3 décembre 2027 est dans le futur."
