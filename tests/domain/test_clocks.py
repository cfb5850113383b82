"""Clocks: which start for which kind, when they are due, and their state at a moment."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.clock_changes import end, meet
from bot.domain.clocks import (
    Clock,
    KindRules,
    at,
    days_left,
    parse_receipt,
    received_local_date,
    require_past,
    rolled,
    start_clocks,
    state_at,
    utc,
)
from bot.domain.errors import HorizonError, InvalidInput
from bot.domain.workdays import Calendar
from bot.store.library import Library, load_library
from tests.domain.conftest import TORONTO

VANCOUVER = ZoneInfo("America/Vancouver")
LIBRARY = load_library()
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=TORONTO)


def start(kind: str, received: datetime = MONDAY, **options: object) -> dict[str, Clock]:
    clocks = start_clocks(
        kind,
        received,
        TORONTO,
        LIBRARY.calendar(),
        LIBRARY.kinds,
        **options,  # type: ignore[arg-type]
    )
    return {clock.name: clock for clock in clocks}


# design section 6, "Kinds of ticket and their clocks"
@pytest.mark.parametrize(
    ("kind", "uses", "expected"),
    [
        ("inquiry", (), {"respond": "2026-12-11"}),
        ("complaint", (), {"respond": "2026-12-11", "resolve": "2026-12-23"}),
        ("access", (), {"respond": "2026-12-11", "statute": "2026-12-23"}),
        ("correction", (), {"respond": "2026-12-11", "resolve": "2026-12-23"}),
        ("withdrawal", (), {"respond": "2026-12-11"}),
        ("withdrawal", ("analytics", "directory"), {"respond": "2026-12-11"}),
        (
            "withdrawal",
            ("marketing_messages",),
            {"respond": "2026-12-11", "marketing_messages": "2026-12-07"},
        ),
        (
            "withdrawal",
            ("sales_calls", "analytics"),
            {"respond": "2026-12-11", "sales_calls": "2026-12-07"},
        ),
        (
            "withdrawal",
            ("everything",),
            {
                "respond": "2026-12-11",
                "marketing_messages": "2026-12-07",
                "sales_calls": "2026-12-07",
            },
        ),
        ("incident", (), {"respond": "2026-12-11"}),
    ],
)
def test_each_kind_has_its_clocks(
    kind: str, uses: tuple[str, ...], expected: dict[str, str]
) -> None:
    clocks = start(kind, uses=uses)
    assert {name: clock.due.isoformat() for name, clock in clocks.items()} == expected


def test_where_the_numbers_come_from(kinds: Mapping[str, KindRules]) -> None:
    rows = {
        (kind, rule.name): (rule.days, rule.unit, rule.source, rule.promise)
        for kind, rules in kinds.items()
        for rule in rules.clocks
    }
    assert rows[("complaint", "respond")] == (14, "business", "policy 10.5", True)
    assert rows[("complaint", "resolve")] == (30, "calendar", "policy 10.5", False)
    assert rows[("access", "statute")] == (30, "calendar", "PIPEDA s.8(3)", True)
    assert rows[("withdrawal", "marketing_messages")] == (10, "business", "CASL s.11(3)", True)
    assert rows[("withdrawal", "sales_calls")] == (14, "calendar", "CRTC 2014-155", True)
    assert all(rows[(kind, "respond")] == rows[("inquiry", "respond")] for kind in kinds)
    assert [kind for kind, rules in kinds.items() if rules.page_at_once] == ["incident"]
    pausable = [(k, r.name) for k, rules in kinds.items() for r in rules.clocks if r.pausable]
    extendable = [(k, r.name) for k, rules in kinds.items() for r in rules.clocks if r.extendable]
    assert pausable == [("complaint", "resolve")]
    assert extendable == [("access", "statute")]


def test_receipts_promise_and_aim(kinds: Mapping[str, KindRules]) -> None:
    wording = {rule.name: rule.wording for rule in kinds["complaint"].clocks}
    assert wording == {"respond": "will respond by", "resolve": "aims to resolve by"}


def test_a_clock_in_json_is_the_contract() -> None:
    shown = start("complaint")["respond"].to_json()
    assert list(shown) == ["name", "source", "promise", "due", "due_at", "state", "explain"]
    assert shown["due"] == "2026-12-11"
    assert shown["due_at"] == "2026-12-11T23:59:59-05:00"
    assert shown["state"] == "running"
    assert start("complaint")["respond"].to_json(MONDAY + timedelta(days=60))["state"] == "overdue"


def test_due_at_is_the_local_end_of_day_on_either_side_of_the_clock_change() -> None:
    # checklist 10: whole-day arithmetic on dates, never N times 24 hours
    received = datetime(2026, 10, 16, 15, 0, tzinfo=TORONTO)
    resolve = start("complaint", received)["resolve"]
    assert received.utcoffset() == timedelta(hours=-4)
    assert resolve.due_at.isoformat() == "2026-11-15T23:59:59-05:00"


# checklist 1 and 29: due by the end of day N, overdue from the next local day
@pytest.mark.parametrize(
    ("now", "state", "left"),
    [
        ("2026-12-11T00:00:00-05:00", "running", 0),
        ("2026-12-11T23:59:59-05:00", "running", 0),
        ("2026-12-12T04:59:59+00:00", "running", 0),
        ("2026-12-12T00:00:00-05:00", "overdue", -1),
        ("2026-12-12T05:00:00+00:00", "overdue", -1),
        ("2026-12-09T12:00:00-05:00", "running", 2),
    ],
)
def test_overdue_begins_with_the_next_local_day(now: str, state: str, left: int) -> None:
    respond = start("inquiry")["respond"]
    moment = datetime.fromisoformat(now)
    assert state_at(respond, moment) == state
    assert days_left(respond, moment) == left


def test_an_unanswered_access_request_is_refused_by_law_the_day_after() -> None:
    clocks = start("access", now=datetime(2026, 12, 24, 0, 0, tzinfo=TORONTO))
    assert clocks["statute"].state == "deemed_refusal"
    assert clocks["respond"].state == "overdue"
    on_the_day = datetime(2026, 12, 23, 23, 59, 59, tzinfo=TORONTO)
    assert state_at(clocks["statute"], on_the_day) == "running"


def test_an_answered_clock_stays_met_while_the_other_goes_on() -> None:
    # checklist 18 and 31
    clocks = start("complaint")
    answered = datetime(2026, 12, 1, 9, 0, tzinfo=TORONTO)
    much_later = datetime(2027, 3, 1, 9, 0, tzinfo=TORONTO)
    assert at(meet(clocks["respond"], answered), much_later).state == "met"
    assert at(clocks["resolve"], much_later).state == "overdue"
    assert at(end(clocks["resolve"], answered), much_later).state == "ended"
    assert not meet(clocks["respond"], answered).met_late
    assert meet(clocks["respond"], much_later).met_late


def test_weekend_receipt_is_due_as_the_friday_before_but_thirty_days_are_not() -> None:
    # checklist 2
    friday, saturday = (start("complaint", MONDAY - timedelta(days=n)) for n in (3, 2))
    assert friday["respond"].due == saturday["respond"].due == date(2026, 12, 10)
    assert saturday["resolve"].due - friday["resolve"].due == timedelta(days=1)


def test_the_same_moment_is_another_day_elsewhere() -> None:
    # checklist 9: the company's zone decides
    moment = datetime(2026, 12, 2, 4, 30, tzinfo=UTC)
    assert received_local_date(moment, TORONTO) == date(2026, 12, 1)
    assert received_local_date(moment, VANCOUVER) == date(2026, 12, 1)
    assert received_local_date(moment + timedelta(hours=1), TORONTO) == date(2026, 12, 2)
    assert received_local_date(moment + timedelta(hours=1), VANCOUVER) == date(2026, 12, 1)


def test_a_letter_counts_from_its_date_only_where_the_law_says_so() -> None:
    # law-and-calendar.md 2.1, s.8(4): dated 1 March, received 8 March, notice by 31 March
    dated = datetime(2027, 3, 1, 12, 0, tzinfo=TORONTO)
    received = datetime(2027, 3, 8, 12, 0, tzinfo=TORONTO)
    access = start("access", received, sent_at=dated)
    assert access["statute"].due == date(2027, 4, 7)
    assert access["statute"].notice_by == date(2027, 3, 31)
    assert access["respond"].notice_by is None
    withdrawal = start("withdrawal", received, sent_at=dated, uses=["everything"])
    assert withdrawal["marketing_messages"].day_zero == date(2027, 3, 1)
    assert withdrawal["marketing_messages"].due == date(2027, 3, 15)
    assert withdrawal["sales_calls"].day_zero == date(2027, 3, 8)


def test_a_sending_after_the_receipt_changes_nothing() -> None:
    later = start("withdrawal", sent_at=MONDAY + timedelta(days=3), uses=["marketing_messages"])
    assert later["marketing_messages"].day_zero == date(2026, 11, 23)


def test_worked_example_of_the_access_limit() -> None:
    # law-and-calendar.md 2.1: received Mon 4 January 2027: answer or notice by 3 February
    statute = start("access", datetime(2027, 1, 4, 9, 0, tzinfo=TORONTO))["statute"]
    assert statute.due == statute.notice_by == date(2027, 2, 3)


def test_a_back_dated_receipt_may_be_overdue_at_once() -> None:
    # checklist 32
    now = datetime(2026, 12, 30, 9, 0, tzinfo=TORONTO)
    assert start("complaint", MONDAY, now=now)["respond"].state == "overdue"


def test_another_kind_keeps_the_receipt() -> None:
    # checklist 19: re-classified, the new clock runs from the original receipt
    assert start("inquiry")["respond"].day_zero == start("access")["statute"].day_zero


def test_the_promised_date_is_never_rolled(library: Library, ontario: Calendar) -> None:
    # checklist 12: day 30 on a Sunday stays; staff see where two readings would move it
    resolve = start("complaint", datetime(2026, 9, 18, 9, 0, tzinfo=TORONTO))["resolve"]
    assert resolve.due == date(2026, 10, 18)
    moved = rolled(resolve.due, ontario, library.interpretation_act("ON"))
    assert (moved.next_work_day, moved.interpretation_act) == (date(2026, 10, 19),) * 2
    saturday = rolled(date(2026, 10, 17), ontario, library.interpretation_act("ON"))
    assert saturday.interpretation_act == date(2026, 10, 17)
    easter_monday = rolled(date(2027, 3, 29), ontario, library.interpretation_act("ON"))
    assert easter_monday.next_work_day == date(2027, 3, 30)


def test_what_a_receipt_must_be() -> None:
    with pytest.raises(InvalidInput, match="offset"):
        received_local_date(datetime(2026, 11, 23, 10, 0), TORONTO)  # noqa: DTZ001
    with pytest.raises(InvalidInput, match="2000"):
        received_local_date(datetime(1999, 12, 31, 12, tzinfo=UTC), TORONTO)
    with pytest.raises(InvalidInput):
        received_local_date(datetime(1, 1, 1, tzinfo=UTC), TORONTO)
    with pytest.raises(InvalidInput, match="future"):
        require_past(MONDAY + timedelta(seconds=1), MONDAY)
    assert require_past(MONDAY, MONDAY) == MONDAY


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-02-30T10:00:00-05:00", "2026-11-23T25:00:00-05:00", "2026-11-23",
     "2026-11-23T10:00:00", "١٢"],
)  # fmt: skip
def test_an_unreadable_receipt_is_one_clear_sentence(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_receipt(text)
    assert "2026-12-04T09:00:00-05:00" in refused.value.sentence


def test_a_readable_receipt() -> None:
    assert parse_receipt(" 2026-11-23T15:00:00Z ") == MONDAY
    assert utc(MONDAY).isoformat() == "2026-11-23T15:00:00+00:00"


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(InvalidInput, match="kind"):
        start("grievance")


@pytest.mark.parametrize("year", [2024, 2036])
def test_beyond_the_calendar_nothing_is_promised(year: int) -> None:
    with pytest.raises(HorizonError):
        start("inquiry", datetime(year, 6, 1, 12, tzinfo=TORONTO))


def test_an_access_request_needs_room_for_its_extension() -> None:
    # features.md 4.5: no promise if the list does not cover due date and extension
    late = datetime(2035, 11, 15, 12, tzinfo=TORONTO)
    assert start("complaint", late)["resolve"].due == date(2035, 12, 15)
    with pytest.raises(HorizonError):
        start("access", late)


@given(
    st.datetimes(datetime(2025, 1, 2), datetime(2035, 9, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.timedeltas(timedelta(), timedelta(days=30)),
    st.sampled_from(["inquiry", "complaint", "access", "correction", "withdrawal", "incident"]),
)
def test_a_later_receipt_is_never_due_earlier(
    received: datetime, later: timedelta, kind: str
) -> None:
    first = start(kind, received, uses=["everything"])
    second = start(kind, received + later, uses=["everything"])
    assert all(first[name].due <= second[name].due for name in first)
    assert all(clock.due_at.astimezone(UTC) > received for clock in first.values())


@given(st.integers(0, 2 * 365 * 24))
def test_every_hour_of_two_years_has_the_wall_clocks_date(hour: int) -> None:
    # checklist 10: property test, two years hourly
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
    assert (
        received_local_date(moment, TORONTO).isoformat() == f"{moment.astimezone(TORONTO):%Y-%m-%d}"
    )
    clocks = start("complaint", moment)
    wall = clocks["resolve"].due_at
    assert (wall.hour, wall.minute, wall.second) == (23, 59, 59)
    assert (wall.date() - clocks["resolve"].day_zero).days == 30
