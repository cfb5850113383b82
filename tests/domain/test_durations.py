"""Durations of ISO 8601, added to a moment."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.durations import add_duration
from bot.domain.errors import InvalidInput

START = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        ("P3D", "2026-02-03T12:00:00+00:00"),
        ("PT36H", "2026-02-02T00:00:00+00:00"),
        ("P1DT12H", "2026-02-02T00:00:00+00:00"),
        ("P2W", "2026-02-14T12:00:00+00:00"),
        ("P1M", "2026-02-28T12:00:00+00:00"),
        ("P1Y1M", "2027-02-28T12:00:00+00:00"),
        ("P2Y1M", "2028-02-29T12:00:00+00:00"),
        ("PT1.5S", "2026-01-31T12:00:01.500000+00:00"),
        ("-P1D", "2026-01-30T12:00:00+00:00"),
        ("-P2M", "2025-11-30T12:00:00+00:00"),
        ("pt5m", "2026-01-31T12:05:00+00:00"),
    ],
)
def test_a_duration_is_added(duration: str, expected: str) -> None:
    assert add_duration(START, duration) == datetime.fromisoformat(expected)


@pytest.mark.parametrize("text", ["", "P", "PT", "3D", "P3", "P1DT", "PD", "P1H", "three days"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="P3D"):
        add_duration(START, text)


@pytest.mark.parametrize("text", ["P9999Y", "-P3000Y", "P99999999999D"])
def test_what_leaves_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="calendar"):
        add_duration(START, text)


@given(st.integers(0, 5000), st.integers(0, 23), st.integers(0, 59))
def test_days_and_hours_are_plain_time(days: int, hours: int, minutes: int) -> None:
    moved = add_duration(START, f"P{days}DT{hours}H{minutes}M")
    assert moved - START == timedelta(days=days, hours=hours, minutes=minutes)
