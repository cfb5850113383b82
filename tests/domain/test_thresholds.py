"""When a clock asks for attention."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.clocks import Clock, start_clocks
from bot.domain.thresholds import planned_for, route, thresholds, upcoming
from bot.domain.workdays import Calendar
from bot.store.library import load_library
from tests.domain.conftest import TORONTO

LIBRARY = load_library()
CALENDAR = LIBRARY.calendar()
RULES = LIBRARY.reminders


def clocks(kind: str, received: datetime) -> dict[str, Clock]:
    started = start_clocks(kind, received, TORONTO, CALENDAR, LIBRARY.kinds, uses=["everything"])
    return {clock.name: clock for clock in started}


def dates(clock: Clock, until: date | None = None) -> dict[str, str]:
    points = thresholds(clock, CALENDAR, RULES, until)
    return {point.name: point.date.isoformat() for point in points}


def test_they_are_counted_back_in_business_days() -> None:
    # checklist 21: due on a Tuesday after a long weekend (Thanksgiving, 12 October 2026)
    respond = clocks("inquiry", datetime(2026, 9, 22, 10, tzinfo=TORONTO))["respond"]
    assert respond.due == date(2026, 10, 13)
    assert dates(respond, date(2026, 10, 15)) == {
        "opened": "2026-09-22",
        "5bd": "2026-10-05",
        "2bd": "2026-10-08",
        "1bd": "2026-10-09",
        "due": "2026-10-13",
        "overdue+1": "2026-10-14",
        "overdue+2": "2026-10-15",
        "overdue+3": "2026-10-16",
    }


def test_a_due_date_on_a_sunday_alerts_on_the_last_business_day_before() -> None:
    resolve = clocks("complaint", datetime(2026, 9, 18, 10, tzinfo=TORONTO))["resolve"]
    assert resolve.due.isoformat() == "2026-10-18"
    assert dates(resolve)["1bd"] == dates(resolve)["due"] == "2026-10-16"
    assert dates(resolve)["overdue+1"] == "2026-10-19"


def test_a_deemed_refusal_is_the_day_after_whatever_day_that_is() -> None:
    statute = clocks("access", datetime(2026, 10, 9, 10, tzinfo=TORONTO))["statute"]
    assert statute.due.isoformat() == "2026-11-08"
    assert dates(statute)["deemed_refusal"] == "2026-11-09"
    friday = clocks("access", datetime(2026, 10, 7, 10, tzinfo=TORONTO))["statute"]
    assert dates(friday)["deemed_refusal"] == "2026-11-07"
    assert "deemed_refusal" not in dates(clocks("access", friday.due_at)["respond"])


def test_planning_stops_where_the_calendar_ends() -> None:
    respond = clocks("inquiry", datetime(2035, 12, 5, 10, tzinfo=TORONTO))["respond"]
    names = [point.name for point in thresholds(respond, CALENDAR, RULES, date(2036, 1, 31))]
    assert names[-1] == "overdue+2"


def test_a_notice_goes_out_at_nine_on_the_wall_clock_on_both_change_days() -> None:
    # checklist 10: 8 March and 1 November 2026
    assert (
        planned_for(date(2026, 3, 8), TORONTO, RULES.at).isoformat() == "2026-03-08T09:00:00-04:00"
    )
    assert (
        planned_for(date(2026, 11, 1), TORONTO, RULES.at).isoformat() == "2026-11-01T09:00:00-05:00"
    )


@given(
    st.dates(date(2025, 1, 1), date(2034, 12, 31)),
    st.sampled_from(["inquiry", "complaint", "access", "correction", "withdrawal"]),
)
def test_they_come_in_order_and_on_business_days(received: date, kind: str) -> None:
    moment = datetime(received.year, received.month, received.day, 12, tzinfo=TORONTO)
    for clock in clocks(kind, moment).values():
        points = thresholds(clock, CALENDAR, RULES)
        assert [p.date for p in points] == sorted(p.date for p in points)
        named = {point.name: point.date for point in points}
        assert named["opened"] == clock.day_zero <= named["5bd"] < named["2bd"] < named["1bd"]
        assert named["1bd"] <= named["due"] <= clock.due < named["overdue+1"]
        assert (named["due"] == clock.due) == CALENDAR.is_open(clock.due)
        moving = [name for name in named if name.endswith("bd") or name.startswith("overdue")]
        assert all(CALENDAR.is_open(named[name]) for name in moving)


def test_a_clock_shorter_than_its_warnings_never_warns_before_its_day_zero() -> None:
    respond = clocks("inquiry", datetime(2026, 9, 22, 10, tzinfo=TORONTO))["respond"]
    open_all_week = Calendar("all", {}, CALENDAR.first, CALENDAR.last, "test")
    tight = thresholds(
        Clock(
            rule=respond.rule,
            zone=TORONTO,
            calendar="all",
            calendar_version="test",
            day_zero=respond.due - timedelta(days=1),
            promised=respond.due,
            explain=respond.explain,
        ),
        open_all_week,
        RULES,
    )
    assert min(point.date for point in tight) == respond.due - timedelta(days=1)


def test_of_two_on_one_day_the_later_holds_and_overtakes_the_other() -> None:
    resolve = clocks("complaint", datetime(2026, 9, 18, 10, tzinfo=TORONTO))["resolve"]
    points = thresholds(resolve, CALENDAR, RULES)
    chosen, overtaken = upcoming(points, "2bd", date(2026, 10, 15))
    assert chosen is not None
    assert (chosen.name, [point.name for point in overtaken]) == ("due", ["1bd"])


def test_after_an_outage_the_latest_holds_and_overtakes_all_since_the_last_told() -> None:
    respond = clocks("inquiry", datetime(2026, 9, 22, 10, tzinfo=TORONTO))["respond"]
    today = date(2026, 10, 15)
    chosen, overtaken = upcoming(thresholds(respond, CALENDAR, RULES, today), "2bd", today)
    assert chosen is not None
    assert chosen.name == "overdue+2"
    assert [point.name for point in overtaken] == ["1bd", "due", "overdue+1"]


def test_a_deemed_refusal_outweighs_being_overdue_on_the_same_day() -> None:
    statute = clocks("access", datetime(2026, 10, 9, 10, tzinfo=TORONTO))["statute"]
    points = thresholds(statute, CALENDAR, RULES, date(2026, 11, 9))
    chosen, overtaken = upcoming(points, "due", date(2026, 11, 9))
    assert chosen is not None
    assert (chosen.name, [point.name for point in overtaken]) == ("deemed_refusal", ["overdue+1"])


@pytest.mark.parametrize(
    ("threshold", "duties", "card", "every_way"),
    [
        ("opened", ("officer",), True, False),
        ("5bd", ("owner",), False, False),
        ("2bd", ("owner",), False, False),
        ("1bd", ("owner",), True, False),
        ("due", ("owner",), True, False),
        ("overdue+1", ("owner", "deputy"), True, False),
        ("overdue+2", ("owner", "deputy"), False, False),
        ("overdue+5", ("owner", "deputy"), True, False),
        ("overdue+10", ("owner", "deputy"), True, False),
        ("deemed_refusal", ("officer", "deputy", "fallback", "owner"), True, True),
        ("paused+14", ("owner",), False, False),
        ("waiting+14", ("owner",), False, False),
        ("information", ("owner",), True, False),
        ("withdrawn", ("owner",), True, False),
    ],
)
def test_who_is_told_and_how(
    threshold: str, duties: tuple[str, ...], card: bool, every_way: bool
) -> None:
    found = route(threshold, RULES)
    assert (found.duties, found.card, found.every_way) == (duties, card, every_way)
    paged = route("opened", RULES, ("officer", "deputy"))
    assert (paged.duties, paged.every_way) == (("officer", "deputy"), True)
