"""Days: what is there is repeated back, what cannot be says why, what is none is not taken."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.forms import FieldValue
from bot.fields.days import read_when
from bot.fields.words import ReadValue

# A Tuesday.
TODAY = date(2026, 11, 24)


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
