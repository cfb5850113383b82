"""How long what is kept."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import InvalidInput
from bot.domain.retention import Period, parse_period
from bot.store.library import Library

PERIODS = st.builds(Period, st.integers(0, 60), st.integers(0, 400))
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("text", "period", "words"),
    [
        ("P30D", Period(0, 30), "30 days"),
        ("P3Y", Period(36, 0), "3 years"),
        ("P24M", Period(24, 0), "2 years"),
        ("P1Y6M1D", Period(18, 1), "1 year and 6 months and 1 day"),
        ("P0D", Period(0, 0), "no time"),
    ],
)
def test_a_period_is_read_and_said(text: str, period: Period, words: str) -> None:
    assert parse_period(text) == period
    assert str(period) == words


@pytest.mark.parametrize("text", ["", "P", "30", "P30", "PT30H", "P-1D", "P1D ", "P١D", "P1D1Y"])
def test_anything_else_is_no_period(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_period(text)


@pytest.mark.parametrize(
    ("period", "start", "over"),
    [
        ("P1M", date(2027, 1, 31), date(2027, 2, 28)),
        ("P1M", date(2028, 1, 31), date(2028, 2, 29)),
        ("P1Y", date(2028, 2, 29), date(2029, 2, 28)),
        ("P3Y", date(2026, 11, 23), date(2029, 11, 23)),
        ("P30D", date(2026, 12, 15), date(2027, 1, 14)),
        ("P6M", date(2026, 8, 31), date(2027, 2, 28)),
    ],
)
def test_months_end_as_the_interpretation_act_says(period: str, start: date, over: date) -> None:
    assert parse_period(period).after(start) == over


@given(PERIODS, DAYS)
def test_before_is_the_latest_day_whose_period_is_over(period: Period, today: date) -> None:
    latest = period.before(today)
    assert period.after(latest) <= today < period.after(latest + timedelta(days=1))


@pytest.mark.parametrize(
    ("longer", "shorter", "covers"),
    [
        ("P24M", "P2Y", True),
        ("P2Y", "P24M", True),
        ("P731D", "P24M", True),
        ("P730D", "P24M", False),
        ("P1M", "P30D", False),
        ("P31D", "P1M", True),
        ("P5Y", "P24M", True),
    ],
)
def test_a_period_covers_another_when_it_never_ends_before_it(
    longer: str, shorter: str, covers: bool
) -> None:
    assert parse_period(longer).covers(parse_period(shorter)) is covers


def test_the_schedule_is_that_of_the_design(library: Library) -> None:
    # design rule 9; law-and-calendar.md section 9
    keep = {name: str(rule.keep) for name, rule in library.retention.items()}
    assert keep["conversations"] == "30 days"
    assert keep["trackers"] == "7 days"
    assert keep["tickets"] == "3 years"
    assert keep["incidents"] == "5 years"
    assert str(library.retention["incidents"].least) == "2 years"
    assert all(rule.source and rule.counted_from for rule in library.retention.values())
