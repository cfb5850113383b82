"""When a clock asks for attention."""

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.clocks import Clock, start_clocks
from bot.domain.thresholds import planned_for, thresholds
from bot.domain.workdays import Calendar
from bot.store.library import load_library
from tests.domain.conftest import TORONTO

LIBRARY = load_library()
CALENDAR = LIBRARY.calendar()


def clocks(kind: str, received: datetime) -> dict[str, Clock]:
    started = start_clocks(kind, received, TORONTO, CALENDAR, LIBRARY.kinds, uses=["everything"])
    return {clock.name: clock for clock in started}


def dates(clock: Clock, overdue: int = 3) -> dict[str, str]:
    return {point.name: point.date.isoformat() for point in thresholds(clock, CALENDAR, overdue)}


def test_they_are_counted_back_in_business_days() -> None:
    # checklist 21: due on a Tuesday after a long weekend (Thanksgiving, 12 October 2026)
    respond = clocks("inquiry", datetime(2026, 9, 22, 10, tzinfo=TORONTO))["respond"]
    assert respond.due == date(2026, 10, 13)
    assert dates(respond) == {
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
    assert dates(resolve)["1bd"] == "2026-10-16"
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
    names = [point.name for point in thresholds(respond, CALENDAR)]
    assert names[-1] == "overdue+2"


def test_a_notice_goes_out_at_nine_on_the_wall_clock_on_both_change_days() -> None:
    # checklist 10: 8 March and 1 November 2026
    assert planned_for(date(2026, 3, 8), TORONTO).isoformat() == "2026-03-08T09:00:00-04:00"
    assert planned_for(date(2026, 11, 1), TORONTO).isoformat() == "2026-11-01T09:00:00-05:00"


@given(
    st.dates(date(2025, 1, 1), date(2034, 12, 31)),
    st.sampled_from(["inquiry", "complaint", "access", "correction", "withdrawal"]),
)
def test_they_come_in_order_and_on_business_days(received: date, kind: str) -> None:
    moment = datetime(received.year, received.month, received.day, 12, tzinfo=TORONTO)
    for clock in clocks(kind, moment).values():
        points = thresholds(clock, CALENDAR)
        assert [p.date for p in points] == sorted(p.date for p in points)
        named = {point.name: point.date for point in points}
        assert named["opened"] == clock.day_zero <= named["5bd"] < named["2bd"] < named["1bd"]
        assert named["1bd"] < named["due"] == clock.due < named["overdue+1"]
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
    )
    assert min(point.date for point in tight) == respond.due - timedelta(days=1)
