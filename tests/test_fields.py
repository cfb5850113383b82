"""Reading answers: what is there is repeated back, what does not fit is not taken."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.forms import Field, FieldType, FieldValue
from bot.fields import FieldReader, ReadValue, read_contact, read_when, read_words
from tests.fakes.threads import forms

# A Tuesday.
TODAY = date(2026, 11, 24)


def entry(kind: str, name: str) -> Field:
    return forms()[kind].field(name)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("3 November", "2026-11-03"),
        ("on November 3rd, at the counter", "2026-11-03"),
        ("Nov. 3", "2026-11-03"),
        ("2026-11-03", "2026-11-03"),
        ("3.11.2026", "2026-11-03"),
        ("last Tuesday", "2026-11-17"),
        ("actually it was friday", "2026-11-20"),
        ("no, Monday I think", "2026-11-23"),
        ("today", "2026-11-24"),
        ("yesterday", "2026-11-23"),
        ("the day before yesterday", "2026-11-22"),
        ("three days ago", "2026-11-21"),
        ("last night", "2026-11-23"),
        ("29 Feb 2024", "2024-02-29"),
        ("hier", "2026-11-23"),
        ("le 3 novembre", "2026-11-03"),
        ("I waited at the counter for a long time. " * 300 + "That was on 3 November.",
         "2026-11-03"),
    ],
)  # fmt: skip
def test_a_day_is_read(text: str, day: str) -> None:
    read = read_when(text, TODAY)
    assert read.value is not None
    assert (read.value.value, read.problem) == (day, None)
    assert read.value.words == text
    assert str(date.fromisoformat(day).year) in read.value.said


def test_of_two_ways_to_read_digits_the_past_one_counts() -> None:
    for text in ("12/11/2026", "11/12/2026"):
        read = read_when(text, TODAY)
        assert read.value is not None
        assert read.value.value == "2026-11-12"


def test_a_day_without_a_year_is_a_past_one() -> None:
    read = read_when("3 December", TODAY)
    assert read.value is not None
    assert read.value.value == "2025-12-03"


@pytest.mark.parametrize("text", ["about two weeks ago", "around 10 November", "maybe Nov 10"])
def test_what_is_rough_is_repeated_as_rough(text: str) -> None:
    read = read_when(text, TODAY)
    assert read.value is not None
    assert (read.value.value, read.value.said[:6]) == ("2026-11-10", "about ")


@pytest.mark.parametrize(
    "text",
    ["since the summer", "in November", "several times", "2025", "every friday", "it was a friday"],
)
def test_a_rough_time_is_kept_in_the_persons_words(text: str) -> None:
    assert read_when(text, TODAY) == ReadValue(FieldValue(text, "about", f"“{text}”"))


@pytest.mark.parametrize(
    "text", ["I don't know", "no idea, sorry", "hard to say", "je ne sais pas", "I can’t remember"]
)
def test_not_knowing_is_an_answer(text: str) -> None:
    read = read_when(text, TODAY)
    assert read.value is not None
    assert read.value.value == "unknown"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("31 November", "calendar"),
        ("29 Feb 2026", "calendar"),
        ("25 November 2026", "future"),
        ("3 May 1975", "too long ago"),
    ],
)
def test_a_day_that_cannot_be_says_why(text: str, problem: str) -> None:
    read = read_when(text, TODAY)
    assert read.value is None
    assert problem in str(read.problem)


@pytest.mark.parametrize("text", ["blue", "5", "yes", "they shouted at me", "🎉"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert read_when(text, TODAY) == ReadValue()


@settings(deadline=None, max_examples=40)
@given(days=st.integers(min_value=0, max_value=3000))
def test_every_past_day_in_iso_or_in_words_is_read_as_itself(days: int) -> None:
    day = TODAY - timedelta(days=days)
    for text in (day.isoformat(), f"{day:%B} {day.day}, {day.year}"):
        read = read_when(text, TODAY)
        assert read.value is not None
        assert read.value.value == day.isoformat()


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


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("it was on a tuesday, i think 3 weeks ago", 21),
        ("about two days back", 2),
        ("a couple of weeks ago", 14),
        ("a year ago", 365),
    ],
)
def test_so_long_ago_is_counted_whatever_stands_beside_it(text: str, days: int) -> None:
    value = read_when(text, TODAY).value
    assert value is not None
    assert value.value == (TODAY - timedelta(days=days)).isoformat()


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
