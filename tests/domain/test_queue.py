"""The words of the queue, and which tickets a filter asks for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.queue import QueueFilter, read_place, summary, urgency
from bot.store.library import load_library

CALENDAR = load_library().calendar()
TUESDAY = date(2026, 11, 24)

WORDS = [
    (date(2026, 11, 23), "overdue since 24 November 2026", "overdue"),
    (TUESDAY, "due today", "today"),
    (date(2026, 11, 25), "1 business day", "soon"),
    (date(2026, 11, 26), "2 business days", "soon"),
    (date(2026, 11, 28), "3 business days", "near"),
    (date(2026, 12, 1), "5 business days", "near"),
    (date(2026, 12, 2), "6 business days", "later"),
    (date.max, "no date left to keep", "none"),
    (None, "no date left to keep", "none"),
]


@pytest.mark.parametrize(("due", "words", "tone"), WORDS)
def test_a_deadline_in_words(due: date | None, words: str, tone: str) -> None:
    said = urgency(due, TUESDAY, CALENDAR)
    assert (said.words, said.tone) == (words, tone)


def test_a_date_on_the_weekend_is_said_to_be_before_the_next_business_day() -> None:
    said = urgency(date(2026, 11, 29), date(2026, 11, 27), CALENDAR)
    assert said.words == "due on Sunday 29 November 2026, before the next business day"


@given(st.dates(min_value=date(2026, 1, 5), max_value=date(2026, 12, 1)), st.integers(1, 400))
def test_time_passing_never_makes_a_deadline_less_urgent(due: date, days: int) -> None:
    tones = ["later", "near", "soon", "today", "overdue"]
    earlier, today = due - timedelta(days=days), due - timedelta(days=days - 1)
    before, after = (tones.index(urgency(due, day, CALENDAR).tone) for day in (earlier, today))
    assert before <= after


def test_a_filter_keeps_its_choices_and_leaves_words_out_of_addresses() -> None:
    asked = QueueFilter.read({"kind": "access", "due": "overdue", "owner": "eve"}, " a name ")
    assert asked == QueueFilter(kind="access", due="overdue", words="a name")
    assert asked.query() == "kind=access&due=overdue"


@given(st.text(max_size=30))
def test_any_text_is_read_as_a_place_or_none(text: str) -> None:
    found = read_place(text)
    assert found is None or isinstance(found[0], date)


def test_a_summary_is_about_the_matter() -> None:
    fields = {"name": {"words": "Pat"}, "reach": {"words": "a@b.ca"}, "what": {"words": "My  bill"}}
    assert summary(fields) == "My bill"
    assert len(summary({"what": {"words": "x" * 500}})) == 180
