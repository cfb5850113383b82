"""Ways to reach a person, in English and French."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.forms import Field, FieldType
from bot.fields import FieldReader
from bot.fields.contacts import read_contact
from bot.fields.words import ReadValue

# A Tuesday.
TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("alice@example.ca", "alice@example.ca", "by e-mail to alice@example.ca"),
        ("write to <alice@example.ca>, please", "alice@example.ca", "by e-mail"),
        ("It is alice@example.ca.", "alice@example.ca", "by e-mail"),
        ("416 555 0134 or alice@example.ca", "alice@example.ca", "by e-mail"),
        ("(416) 555-0134", "+14165550134", "by telephone at (416) 555-0134"),
        ("call +1 416-555-0134 after five", "+14165550134", "by telephone"),
        ("+44 20 7946 0958", "+442079460958", "by telephone at +44 20 7946 0958"),
        (
            "12 King Street West,\n Toronto ON M5H 1A1",
            "12 King Street West, Toronto ON M5H 1A1",
            "by post to 12 King Street West",
        ),
        ("here is fine", "thread", "here, in this conversation"),
    ],
)
def test_ways_to_reach_a_person(text: str, value: str, said: str) -> None:
    read = read_contact(text)
    assert read.value is not None
    assert (read.value.value, read.problem) == (value, None)
    assert read.value.said.startswith(said)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("alice@", "e-mail"),
        ("alice@@example.ca", "e-mail"),
        ("alice@example", "e-mail"),
        ("416 555", "telephone"),
    ],
)
def test_a_broken_address_says_what_is_missing(text: str, problem: str) -> None:
    read = read_contact(text)
    assert read.value is None
    assert problem in str(read.problem)


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "@alice",
        "M5H 1A1",
        "what has happened here is that everybody in the shop heard all of it",
    ],
)
def test_what_reaches_nobody_is_none(text: str) -> None:
    assert read_contact(text) == ReadValue()


@settings(deadline=None, max_examples=40)
@given(local=st.from_regex(r"[a-z][a-z0-9]{0,10}(\.[a-z0-9]{1,8})?", fullmatch=True))
def test_every_plain_address_is_read_out_of_a_sentence(local: str) -> None:
    read = read_contact(f"Please write to {local}@example.ca, thank you.")
    assert read.value is not None
    assert read.value.value == f"{local}@example.ca"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("mon courriel est marie@exemple.ca", "marie@exemple.ca"),
        ("Écrivez-moi à marie@exemple.ca, s’il vous plaît.", "marie@exemple.ca"),
        ("appelez-moi au 514 555-0134", "+15145550134"),
        ("au (418) 555-0134 après 17 h", "+14185550134"),
        (
            "12, rue Principale, Québec (Québec) G1R 4S9",
            "12, rue Principale, Québec (Québec) G1R 4S9",
        ),
        ("1010, rue Sherbrooke, Montréal H3A 2R7", "1010, rue Sherbrooke, Montréal H3A 2R7"),
        ("ici", "thread"),
        ("Ici même, s’il vous plaît", "thread"),
        ("répondez-moi dans cette conversation", "thread"),
        ("par ce clavardage", "thread"),
    ],
)
def test_a_way_to_be_reached_is_read(text: str, value: str) -> None:
    read = read_contact(text).value
    assert read is not None and read.value == value


@pytest.mark.parametrize("text", ["d’ici demain", "jusqu’ici, rien", "voici", "par la poste"])
def test_ici_in_a_turn_of_phrase_is_no_way_to_be_reached(text: str) -> None:
    assert read_contact(text).value is None


@pytest.mark.parametrize(
    "text", ["non, il se termine par 99", "ça finit par 99", "les deux derniers chiffres sont 99"]
)
def test_the_end_of_a_number_is_corrected(text: str) -> None:
    entry = Field("reach", "Comment vous joindre", FieldType.CONTACT, "?", "?")
    earlier = read_contact("514 555-0134").value
    assert earlier is not None
    corrected = FieldReader().correct(entry, earlier, text, TODAY)
    assert corrected is not None and corrected.value == "+15145550199"
