"""Pauses, extensions and endings: the arithmetic of the checklist and every refusal."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.clock_changes import (
    EXTENSION_REASONS,
    PAUSE_REASONS,
    end,
    extend,
    meet,
    pause,
    paused_dates,
    recount,
    reopen,
    resume,
)
from bot.domain.clock_records import clock_facts, clock_from_facts
from bot.domain.clocks import Clock, Pause, at, start_clock, start_clocks
from bot.domain.errors import HorizonError, InvalidInput
from bot.domain.workdays import business_days_from
from bot.store.library import load_library
from tests.domain.conftest import TORONTO

LIBRARY = load_library()
CALENDAR = LIBRARY.calendar()
RECEIVED = datetime(2026, 11, 2, 10, 0, tzinfo=TORONTO)
WAITING = "waiting_for_requester"


def clock(kind: str, name: str, received: datetime = RECEIVED) -> Clock:
    clocks = start_clocks(kind, received, TORONTO, CALENDAR, LIBRARY.kinds, now=received)
    return next(clock for clock in clocks if clock.name == name)


def day(month: int, number: int, hour: int = 12) -> datetime:
    return datetime(2026, month, number, hour, 0, tzinfo=TORONTO)


def paused_for(start: datetime, stop: datetime, subject: Clock | None = None) -> Clock:
    subject = subject or clock("complaint", "resolve")
    return resume(pause(subject, start, WAITING, start), stop, CALENDAR, stop)


# checklist 14: a calendar clock adds calendar days; the same day is none
@pytest.mark.parametrize(
    ("start", "stop", "moved"),
    [
        (day(11, 10), day(11, 10, 18), 0),
        (day(11, 10, 23), day(11, 11, 1), 1),
        (day(11, 10), day(11, 13), 3),
        (day(11, 6), day(11, 9), 3),
        (day(11, 2), day(11, 5), 3),
        (day(12, 2), day(12, 5), 3),
        (day(11, 10), day(12, 10), 30),
    ],
    ids=["same-day", "over-midnight", "weekdays", "weekend", "on-day-0", "on-due", "month"],
)
def test_a_pause_moves_our_target_by_its_days(start: datetime, stop: datetime, moved: int) -> None:
    resumed = paused_for(start, stop)
    assert resumed.due == date(2026, 12, 2) + timedelta(days=moved)
    assert resumed.promised == date(2026, 12, 2)
    assert resumed.state == "running"
    skipped = [step for step in resumed.explain if step.why == "paused"]
    assert len(skipped) == moved
    assert [step.day for step in resumed.explain if step.counts] == list(range(1, 31))


def test_the_promised_date_stays_visible() -> None:
    assert "promised" not in clock("complaint", "resolve").to_json()
    assert paused_for(day(11, 10), day(11, 13)).to_json()["promised"] == "2026-12-02"


def test_pauses_add_up_even_where_they_touch() -> None:
    first = paused_for(day(11, 2), day(11, 5))
    second = paused_for(day(11, 5), day(11, 7), first)
    third = paused_for(day(11, 20), day(11, 24), second)
    assert third.due == date(2026, 12, 2) + timedelta(days=3 + 2 + 4)


def test_a_business_clock_would_add_business_days() -> None:
    # checklist 14, for a rule that allowed it: Friday to Tuesday is two business days
    rule = replace(LIBRARY.kinds["complaint"].clocks[0], pausable=True)
    respond = start_clock(rule, date(2026, 11, 2), TORONTO, CALENDAR)
    resumed = paused_for(day(11, 6), day(11, 10), respond)
    assert respond.due == date(2026, 11, 20)
    assert resumed.due == date(2026, 11, 24)


def test_an_open_pause_shows_as_paused_whatever_the_date() -> None:
    paused = pause(clock("complaint", "resolve"), day(11, 10), WAITING, day(11, 10))
    assert paused.state == "paused"
    assert at(paused, day(12, 30)).state == "paused"
    assert at(paused, day(12, 30)).due == date(2026, 12, 2)


def test_resuming_twice_is_resuming_once() -> None:
    resumed = paused_for(day(11, 10), day(11, 13))
    assert resume(resumed, day(11, 20), CALENDAR, day(11, 20)) == resumed


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("complaint", "respond"),
        ("access", "statute"),
        ("access", "respond"),
        ("correction", "resolve"),
    ],
)
def test_only_the_complaints_resolution_may_pause(kind: str, name: str) -> None:
    with pytest.raises(InvalidInput, match="cannot be paused"):
        pause(clock(kind, name), day(11, 10), WAITING, day(11, 10))


# checklist 13
@pytest.mark.parametrize(
    ("start", "reason", "now", "words"),
    [
        (day(11, 10), "holiday", day(11, 10), "one of these reasons"),
        (day(11, 11), WAITING, day(11, 10), "in the future"),
        (day(11, 1), WAITING, day(11, 10), "before the receipt"),
        (day(12, 3), WAITING, day(12, 3), "not overdue"),
    ],
)
def test_a_pause_is_refused(start: datetime, reason: str, now: datetime, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        pause(clock("complaint", "resolve"), start, reason, now)


def test_a_pause_cannot_reach_back_before_the_last_resumption() -> None:
    resumed = paused_for(day(11, 10), day(11, 13))
    with pytest.raises(InvalidInput, match="before the last one ended"):
        pause(resumed, day(11, 12), WAITING, day(11, 14))


def test_a_clock_that_does_not_run_cannot_be_paused() -> None:
    resolve = clock("complaint", "resolve")
    for stopped in (
        meet(resolve, day(11, 5)),
        end(resolve, day(11, 5)),
        pause(resolve, day(11, 5), WAITING, day(11, 5)),
    ):
        with pytest.raises(InvalidInput, match="running"):
            pause(stopped, day(11, 10), WAITING, day(11, 10))


@pytest.mark.parametrize(
    ("stop", "words"), [(day(11, 20), "future"), (day(11, 9), "before it began")]
)
def test_a_resumption_is_refused(stop: datetime, words: str) -> None:
    paused = pause(clock("complaint", "resolve"), day(11, 10), WAITING, day(11, 10))
    with pytest.raises(InvalidInput, match=words):
        resume(paused, stop, CALENDAR, day(11, 15))


def test_a_pause_beyond_the_calendar_is_an_error_not_a_wrong_date() -> None:
    # checklist 33
    received = datetime(2035, 11, 1, 10, 0, tzinfo=TORONTO)
    resolve = clock("complaint", "resolve", received)
    start, stop = received + timedelta(days=5), received + timedelta(days=205)
    with pytest.raises(HorizonError):
        resume(pause(resolve, start, WAITING, start), stop, CALENDAR, stop)


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=6))
def test_pauses_move_the_date_by_exactly_their_days_and_never_back(
    stretches: list[tuple[int, int]],
) -> None:
    subject = clock("complaint", "resolve")
    moment, total = RECEIVED, 0
    for gap, length in stretches:
        start = moment + timedelta(days=gap)
        if start.date() > subject.due:
            break
        before = subject.due
        moment = start + timedelta(days=length)
        subject = paused_for(start, moment, subject)
        total += length
        assert subject.due >= before
    assert subject.due == subject.promised + timedelta(days=total)
    assert [step.day for step in subject.explain if step.counts] == list(range(1, 31))


@given(
    st.integers(0, 40),
    st.integers(0, 20),
    st.dates(date(2025, 1, 1), date(2034, 1, 1)),
)
def test_a_pause_never_makes_a_business_clock_due_earlier(
    begins: int, length: int, received: date
) -> None:
    start = datetime(received.year, received.month, received.day, 12, tzinfo=TORONTO)
    begun = start + timedelta(days=begins)
    taken = paused_dates([Pause(begun, WAITING, begun + timedelta(days=length))], received, TORONTO)
    assert len(taken) == length
    plain = business_days_from(received, 14, CALENDAR)
    assert business_days_from(received, 14, CALENDAR, taken)[-1].date >= plain[-1].date


# law-and-calendar.md 2.1: received 4 January 2027; furthest extended limit 5 March
ASKED = datetime(2027, 1, 4, 9, 0, tzinfo=TORONTO)
IN_TIME = datetime(2027, 2, 3, 16, 0, tzinfo=TORONTO)
FURTHEST = date(2027, 3, 5)


def test_an_extension_to_the_furthest_limit_on_the_last_day() -> None:
    extended = extend(
        clock("access", "statute", ASKED), FURTHEST, "consultations", IN_TIME, CALENDAR, IN_TIME
    )
    assert extended.due == FURTHEST
    assert extended.promised == date(2027, 2, 3)
    assert [step.day for step in extended.explain if step.counts] == list(range(1, 61))
    assert at(extended, datetime(2027, 3, 5, 23, tzinfo=TORONTO)).state == "running"
    assert at(extended, datetime(2027, 3, 6, 0, tzinfo=TORONTO)).state == "deemed_refusal"


def test_a_conversion_to_another_format_takes_the_time_it_needs() -> None:
    until = date(2027, 5, 31)
    extended = extend(
        clock("access", "statute", ASKED), until, "alternative_format", IN_TIME, CALENDAR, IN_TIME
    )
    assert extended.due == until


@pytest.mark.parametrize(
    ("until", "reason", "noticed", "words"),
    [
        (FURTHEST + timedelta(days=1), "interference", IN_TIME, "at most 30 days"),
        (date(2027, 2, 3), "interference", IN_TIME, "after the limit"),
        (FURTHEST, "busy", IN_TIME, "law's reasons"),
        (FURTHEST, "interference", IN_TIME + timedelta(hours=8), "too late"),
        (FURTHEST, "alternative_format", IN_TIME + timedelta(days=1), "too late"),
        (FURTHEST, "interference", ASKED - timedelta(days=1), "older than the request"),
    ],
)
def test_an_extension_is_refused(until: date, reason: str, noticed: datetime, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        extend(clock("access", "statute", ASKED), until, reason, noticed, CALENDAR, noticed)


def test_a_notice_recorded_after_its_day_is_refused_too() -> None:
    with pytest.raises(InvalidInput, match="too late"):
        extend(
            clock("access", "statute", ASKED),
            FURTHEST,
            "interference",
            IN_TIME,
            CALENDAR,
            IN_TIME + timedelta(days=1),
        )
    with pytest.raises(InvalidInput, match="future"):
        extend(
            clock("access", "statute", ASKED),
            FURTHEST,
            "interference",
            IN_TIME,
            CALENDAR,
            IN_TIME - timedelta(days=1),
        )


def test_an_extension_is_given_once_and_only_to_a_running_clock() -> None:
    statute = clock("access", "statute", ASKED)
    until = date(2027, 2, 20)
    once = extend(statute, until, "interference", IN_TIME, CALENDAR, IN_TIME)
    with pytest.raises(InvalidInput, match="once"):
        extend(once, FURTHEST, "interference", IN_TIME, CALENDAR, IN_TIME)
    with pytest.raises(InvalidInput, match="stopped"):
        extend(meet(statute, IN_TIME), FURTHEST, "interference", IN_TIME, CALENDAR, IN_TIME)


@pytest.mark.parametrize(
    ("kind", "name"), [("access", "respond"), ("complaint", "resolve"), ("correction", "resolve")]
)
def test_nothing_else_can_be_extended(kind: str, name: str) -> None:
    with pytest.raises(InvalidInput, match="Only the statutory limit"):
        extend(clock(kind, name, ASKED), FURTHEST, "interference", IN_TIME, CALENDAR, IN_TIME)


def test_a_letter_brings_the_day_of_the_notice_forward() -> None:
    dated, received = (
        datetime(2027, 3, 1, 12, tzinfo=TORONTO),
        datetime(2027, 3, 8, 12, tzinfo=TORONTO),
    )
    clocks = start_clocks("access", received, TORONTO, CALENDAR, LIBRARY.kinds, sent_at=dated)
    statute = clocks[1]
    too_late = datetime(2027, 4, 1, 9, tzinfo=TORONTO)
    with pytest.raises(InvalidInput, match="2027-03-31"):
        extend(statute, date(2027, 5, 1), "interference", too_late, CALENDAR, too_late)


def test_reopening_restarts_no_clock() -> None:
    # checklist 17; a repeated complaint keeps the 30 days of the initial one (policy 10.5)
    now = day(12, 20)
    respond = meet(clock("complaint", "respond"), day(11, 10))
    resolve = meet(clock("complaint", "resolve"), day(11, 20))
    assert reopen(respond, now).state == "met"
    assert reopen(resolve, now).state == "overdue"
    assert reopen(resolve, now).due == date(2026, 12, 2)
    assert reopen(end(clock("complaint", "respond"), day(11, 10)), day(11, 12)).state == "running"


def test_what_is_done_stays_done() -> None:
    met = meet(clock("complaint", "respond"), day(11, 10))
    assert meet(met, day(11, 12)) == met
    assert end(met, day(11, 12)) == met
    ended = end(clock("complaint", "respond"), day(11, 10))
    assert meet(ended, day(11, 12)) == ended


def test_a_holiday_added_later_moves_the_target_and_keeps_the_promise() -> None:
    # checklist 7
    respond = clock("complaint", "respond")
    mourning = CALENDAR.with_closed({date(2026, 11, 12): "Day of mourning"}, "added")
    moved = recount(respond, mourning)
    assert (respond.due, moved.due) == (date(2026, 11, 20), date(2026, 11, 23))
    assert moved.promised == date(2026, 11, 20)
    assert moved.calendar_version == "added"


def test_every_reason_says_what_it_means() -> None:
    assert all("PIPEDA s.8(4)" in words for words in EXTENSION_REASONS.values())
    assert all(PAUSE_REASONS.values())


@pytest.mark.parametrize(
    "subject",
    [
        clock("complaint", "respond"),
        paused_for(day(11, 10), day(11, 13)),
        pause(clock("complaint", "resolve"), day(11, 10), WAITING, day(11, 10)),
        extend(
            clock("access", "statute", ASKED), FURTHEST, "consultations", IN_TIME, CALENDAR, IN_TIME
        ),
        meet(clock("inquiry", "respond"), day(11, 10)),
        end(clock("inquiry", "respond"), day(11, 10)),
    ],
    ids=["running", "was-paused", "paused", "extended", "met", "ended"],
)
def test_a_clock_comes_back_from_its_facts_as_it_was(subject: Clock) -> None:
    now = day(11, 10)
    assert clock_from_facts(clock_facts(subject), now) == at(subject, now)
