"""Business days: tables with their sources, counts published in the fact files, and laws."""

import csv
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.clocks import received_local_date
from bot.domain.errors import HorizonError, InvalidInput
from bot.domain.workdays import (
    Calendar,
    Step,
    business_day_after,
    business_day_before,
    business_days_from,
    calendar_days_from,
    next_juridical_day,
    next_open_day,
    spoken,
    strictest,
)
from bot.store.holidays_freeze import PROVINCES
from bot.store.library import Library, load_library

LIBRARY = load_library()
with (Path(__file__).parent / "dated_cases.csv").open(encoding="utf-8") as file:
    CASES = list(csv.DictReader(file))
RECEIPTS = st.dates(date(2025, 1, 1), date(2034, 12, 31))
CALENDARS = st.sampled_from(
    [LIBRARY.calendar("federal")]
    + [LIBRARY.calendar(choice, code) for choice in ("province", "strictest") for code in PROVINCES]
)


def due(received: date, days: int, calendar: Calendar) -> date:
    return business_days_from(received, days, calendar)[-1].date


def days_of(year: int, until: int | None = None) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year <= (until or year):
        yield day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case['province']}-{case['received_at']}"
)
def test_each_dated_case_has_its_four_dates(case: dict[str, str]) -> None:
    day = received_local_date(datetime.fromisoformat(case["received_at"]), ZoneInfo(case["tz"]))
    assert day.isoformat() == case["received_local_date"]
    for choice, column in (
        ("province", "respond_due"),
        ("federal", "respond_due_federal"),
        ("strictest", "respond_due_strictest"),
    ):
        calendar = LIBRARY.calendar(choice, case["province"])
        assert due(day, 14, calendar).isoformat() == case[column], (choice, case["why"])
    resolve = calendar_days_from(day, 30, LIBRARY.calendar("province", case["province"]))
    assert resolve[-1].date.isoformat() == case["resolve_due"]


def test_there_are_enough_dated_cases_and_every_province_has_one() -> None:
    assert len(CASES) >= 40
    assert {case["province"] for case in CASES} == set(PROVINCES)


def test_a_friday_evening_shows_every_step(strictest: Calendar) -> None:
    steps = business_days_from(date(2026, 12, 18), 14, strictest)
    assert steps[0] == Step(date(2026, 12, 18), None, False, "received: day 0")
    assert [(step.date.day, step.why) for step in steps if not step.counts] == [
        (18, "received: day 0"),
        (19, "Saturday"),
        (20, "Sunday"),
        (25, "Christmas Day"),
        (26, "Saturday"),
        (27, "Sunday"),
        (1, "New Year's Day"),
        (2, "Saturday"),
        (3, "Sunday"),
        (9, "Saturday"),
        (10, "Sunday"),
    ]
    substitute = next(step for step in steps if step.date == date(2026, 12, 28))
    assert substitute.counts and "Boxing Day (observed)" in substitute.why
    assert steps[-1] == Step(date(2027, 1, 11), 14, True, "")


def test_a_day_closed_in_one_calendar_only_counts_and_says_so(strictest: Calendar) -> None:
    steps = business_days_from(date(2026, 11, 2), 14, strictest)
    remembrance = next(step for step in steps if step.date == date(2026, 11, 11))
    assert remembrance.counts
    assert remembrance.why == "counts although Remembrance Day in the federal calendar"


def test_a_step_in_json_is_the_contract(strictest: Calendar) -> None:
    steps = business_days_from(date(2026, 11, 23), 14, strictest)
    shown = [step.to_json() for step in steps]
    assert {"date": "2026-11-24", "day": 1, "counts": True, "why": ""} in shown
    assert {"date": "2026-11-28", "day": None, "counts": False, "why": "Saturday"} in shown
    assert shown[-1]["date"] == "2026-12-11"


# deadlines-checklist.md section 2: "calculated over all 365 receipt dates of 2026".
def test_ignoring_holidays_would_be_wrong_on_143_dates_of_2026(
    ontario: Calendar,
) -> None:
    bare = Calendar("none", {}, ontario.first, ontario.last, "test")
    assert sum(due(day, 14, ontario) != due(day, 14, bare) for day in days_of(2026)) == 143


@pytest.mark.parametrize(
    ("other", "differing"), [("BC", 81), ("QC", 61), ("AB", 41), ("federal", 60)]
)
def test_ontario_differs_as_published(
    other: str, differing: int, ontario: Calendar, federal: Calendar, library: Library
) -> None:
    calendar = federal if other == "federal" else library.calendar("province", other)
    assert sum(due(d, 14, ontario) != due(d, 14, calendar) for d in days_of(2026)) == differing


def test_counting_the_receipt_as_day_one_would_be_wrong_on_251_dates(federal: Calendar) -> None:
    def inclusive(day: date) -> date:
        return due(day - timedelta(days=1), 14, federal)

    assert sum(due(d, 14, federal) != inclusive(d) for d in days_of(2026)) == 251


def test_fourteen_business_days_span_as_published(federal: Calendar, ontario: Calendar) -> None:
    # law-and-calendar.md 3.1: 18 to 25 calendar days, federal and ON, 2026 to 2028
    for calendar in (federal, ontario):
        spans = {(due(day, 14, calendar) - day).days for day in days_of(2026, 2028)}
        assert (min(spans), max(spans)) == (18, 25)
        assert 14 not in spans


def test_calendars_disagree_as_published(library: Library, federal: Calendar) -> None:
    # law-and-calendar.md 5.1: 363 of 1,096 receipt dates 2026 to 2028, by up to 4 days; ON 200
    every = [federal, *(library.calendar("province", code) for code in ("ON", "QC", "BC", "AB"))]
    dates = [[due(day, 14, calendar) for calendar in every] for day in days_of(2026, 2028)]
    spreads = [(max(row) - min(row)).days for row in dates]
    assert len(spreads) == 1096
    assert sum(spread > 0 for spread in spreads) == 363
    assert max(spreads) == 4
    assert sum(row[0] != row[1] for row in dates) == 200


def test_thirty_days_land_on_closed_days_as_published(ontario: Calendar) -> None:
    # deadlines-checklist.md section 2: 53 Saturdays, 52 Sundays, 9 weekday holidays of 2026
    last = [calendar_days_from(day, 30, ontario)[-1].date for day in days_of(2026)]
    assert sum(day.weekday() == 5 for day in last) == 53
    assert sum(day.weekday() == 6 for day in last) == 52
    assert sum(day.weekday() < 5 and not ontario.is_open(day) for day in last) == 9


@given(RECEIPTS, st.integers(1, 30), st.sampled_from((*PROVINCES, "federal")))
def test_the_count_agrees_with_the_library_that_made_the_lists(
    received: date, days: int, code: str
) -> None:
    if code == "federal":
        source = holidays.country_holidays("CA", categories=("government",))
        calendar = LIBRARY.calendar("federal")
    else:
        source = holidays.country_holidays("CA", subdiv=code)
        calendar = LIBRARY.calendar("province", code)
    assert due(received, days, calendar) == source.get_nth_working_day(received, days)


@given(RECEIPTS, st.integers(0, 40), st.integers(1, 40), CALENDARS)
def test_a_later_receipt_is_never_due_earlier(
    received: date, later: int, days: int, calendar: Calendar
) -> None:
    after = received + timedelta(days=later)
    assert due(received, days, calendar) <= due(after, days, calendar)


@given(RECEIPTS, st.integers(1, 40), st.integers(0, 60), CALENDARS)
def test_an_added_holiday_never_makes_it_earlier(
    received: date, days: int, ahead: int, calendar: Calendar
) -> None:
    mourning = received + timedelta(days=ahead)
    longer = calendar.with_closed({mourning: "Day of mourning"}, "test")
    assert due(received, days, longer) >= due(received, days, calendar)
    assert longer.why_closed(mourning) in {"Day of mourning", "Saturday", "Sunday"}


@given(RECEIPTS, st.integers(1, 40), CALENDARS, st.booleans())
def test_the_steps_of_a_count_add_up(
    received: date, days: int, calendar: Calendar, business: bool
) -> None:
    counting = business_days_from if business else calendar_days_from
    steps = counting(received, days, calendar)
    span = (steps[-1].date - received).days
    assert [step.date for step in steps] == [received + timedelta(days=n) for n in range(span + 1)]
    assert [step.day for step in steps if step.counts] == list(range(1, days + 1))
    assert steps[-1].counts
    assert all(step.why for step in steps if not step.counts)
    assert all(step.day is None for step in steps if not step.counts)


@given(RECEIPTS, st.integers(1, 40), st.sampled_from(PROVINCES))
def test_the_strictest_is_never_later_than_either(received: date, days: int, code: str) -> None:
    strict = due(received, days, LIBRARY.calendar("strictest", code))
    assert strict <= due(received, days, LIBRARY.calendar("province", code))
    assert strict <= due(received, days, LIBRARY.calendar("federal"))


@given(RECEIPTS, st.integers(0, 30), CALENDARS)
def test_shifting_lands_on_business_days_in_between(
    day: date, days: int, calendar: Calendar
) -> None:
    if day < date(2025, 3, 1):
        day += timedelta(days=90)
    after = business_day_after(day, days, calendar)
    before = business_day_before(day, days, calendar)
    assert before <= day <= after
    between = (day + timedelta(days=n) for n in range(1, (after - day).days + 1))
    assert sum(calendar.is_open(d) for d in between) == days
    if days:
        assert calendar.is_open(after) and calendar.is_open(before)


def test_what_the_strictest_calendar_closes(strictest: Calendar) -> None:
    closed = {day for day in strictest.closed if day.year == 2026 and day.weekday() < 5}
    assert closed == {
        date(2026, 1, 1),
        date(2026, 4, 3),
        date(2026, 5, 18),
        date(2026, 7, 1),
        date(2026, 9, 7),
        date(2026, 10, 12),
        date(2026, 12, 25),
    }


def test_a_substitute_day_counts_only_in_the_strictest(
    strictest: Calendar, ontario: Calendar, federal: Calendar
) -> None:
    substitute = date(2026, 12, 28)
    assert strictest.is_open(substitute)
    assert not ontario.is_open(substitute) and not federal.is_open(substitute)


def test_added_to_both_calendars_a_day_closes_the_strictest(
    ontario: Calendar, federal: Calendar
) -> None:
    mourning = {date(2026, 9, 21): "Day of mourning"}
    both = strictest(ontario.with_closed(mourning, "a"), federal.with_closed(mourning, "b"))
    assert both.why_closed(date(2026, 9, 21)) == "Day of mourning"
    assert both.version == "a, b"
    one = strictest(ontario.with_closed(mourning, "a"), federal)
    assert one.is_open(date(2026, 9, 21))


@pytest.mark.parametrize("day", [date(2024, 12, 31), date(2036, 1, 1)])
def test_outside_the_calendar_nothing_is_answered(day: date, strictest: Calendar) -> None:
    with pytest.raises(HorizonError, match="covers 2025-01-01 to 2035-12-31"):
        strictest.is_open(day)
    with pytest.raises(HorizonError):
        business_days_from(day, 14, strictest)


def test_a_list_without_the_next_year_promises_nothing(ontario: Calendar) -> None:
    # checklist 6 and 33
    short = Calendar(
        ontario.name,
        {day: name for day, name in ontario.closed.items() if day.year <= 2026},
        ontario.first,
        date(2026, 12, 31),
        ontario.version,
    )
    with pytest.raises(HorizonError):
        business_days_from(date(2026, 12, 18), 14, short)
    with pytest.raises(HorizonError):
        calendar_days_from(date(2026, 12, 18), 30, short)
    assert due(date(2026, 12, 1), 14, short) == date(2026, 12, 21)


def test_the_last_date_of_all_is_a_horizon_too() -> None:
    whole = Calendar("whole", {}, date.min, date.max, "test")
    with pytest.raises(HorizonError):
        business_days_from(date.max - timedelta(days=3), 14, whole)


def test_a_clock_without_days_is_refused(strictest: Calendar) -> None:
    with pytest.raises(InvalidInput):
        business_days_from(date(2026, 1, 5), 0, strictest)


def test_rolling_by_the_two_readings(ontario: Calendar, library: Library) -> None:
    juridical = library.interpretation_act("ON")
    saturday, boxing_day = date(2026, 8, 1), date(2028, 12, 26)
    assert next_open_day(saturday, ontario) == date(2026, 8, 3)
    assert next_juridical_day(saturday, juridical) == saturday
    assert next_open_day(boxing_day, ontario) == date(2028, 12, 27)
    assert next_juridical_day(boxing_day, juridical) == boxing_day
    assert next_juridical_day(date(2026, 8, 2), juridical) == date(2026, 8, 3)


def test_a_calendar_cannot_be_changed(ontario: Calendar) -> None:
    with pytest.raises(TypeError):
        ontario.closed[date(2026, 8, 3)] = "Civic Holiday"  # type: ignore[index]


def test_a_date_in_words_does_not_depend_on_the_locale() -> None:
    assert spoken(date(2026, 12, 11)) == "Friday 11 December 2026"
