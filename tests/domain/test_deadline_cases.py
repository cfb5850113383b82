"""Where each of the 34 cases of the deadline checklist is tested.

| # | case | # | case |
|---|---|---|---|
| 1 | day count | 18 | reply met, resolution open |
| 2 | weekend receipt | 19 | reclassified |
| 3 | holiday inside, on due, on receipt | 20 | duplicate intake |
| 4 | observed substitute | 21 | thresholds counted backwards |
| 5 | province differences | 22 | missed run |
| 6 | list does not cover the horizon | 23 | restart in the middle of sending |
| 7 | holiday added later | 24 | two schedulers |
| 8 | receipt after hours | 25 | due date changed after a ping |
| 9 | customer's zone and company's zone | 26 | channel down |
| 10 | change of clocks | 27 | officer absent |
| 11 | leap day, month end, year end | 28 | the clock is a parameter |
| 12 | thirty days end on a closed day | 29 | due today |
| 13 | pause: what is refused | 30 | overdue, reason at close |
| 14 | pause: arithmetic | 31 | closed: no more pings |
| 15 | resume, forgotten pause | 32 | back-dated receipt |
| 16 | extension | 33 | far due date |
| 17 | reopen | 34 | monotonic properties |
"""

from __future__ import annotations

import ast
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from bot.config import ROOT
from bot.domain.workdays import business_days_from, calendar_days_from
from tests.fakes.desks import shipped_library

FEDERAL = shipped_library().calendar("federal")

WORKDAYS, CLOCKS = "domain/test_workdays.py", "domain/test_clocks.py"
CHANGES, THRESHOLDS = "domain/test_clock_changes.py", "domain/test_thresholds.py"
OFFICER, INTAKE = "desk/test_officer.py", "desk/test_intake.py"
HERE = "domain/test_deadline_cases.py"
REMINDERS, NOTICES = "test_reminders.py", "store/test_notices.py"

COVERED: dict[int, tuple[tuple[str, str], ...]] = {
    1: (
        (WORKDAYS, "test_each_dated_case_has_its_four_dates"),
        (WORKDAYS, "test_counting_the_receipt_as_day_one_would_be_wrong_on_251_dates"),
        (CLOCKS, "test_overdue_begins_with_the_next_local_day"),
    ),
    2: ((CLOCKS, "test_weekend_receipt_is_due_as_the_friday_before_but_thirty_days_are_not"),),
    3: (
        (WORKDAYS, "test_each_dated_case_has_its_four_dates"),
        (WORKDAYS, "test_ignoring_holidays_would_be_wrong_on_143_dates_of_2026"),
        (HERE, "test_a_holiday_is_never_the_due_day_and_may_be_day_zero"),
    ),
    4: (
        (WORKDAYS, "test_a_substitute_day_counts_only_in_the_strictest"),
        ("store/test_holidays_freeze.py", "test_substitute_days_are_marked"),
    ),
    5: (
        (WORKDAYS, "test_ontario_differs_as_published"),
        (WORKDAYS, "test_a_day_closed_in_one_calendar_only_counts_and_says_so"),
    ),
    6: (
        (WORKDAYS, "test_a_list_without_the_next_year_promises_nothing"),
        (INTAKE, "test_without_a_calendar_nothing_is_promised_and_nothing_filed"),
    ),
    7: (
        ("desk/test_calendar.py", "test_the_diff_shows_and_changes_nothing"),
        ("desk/test_calendar.py", "test_applying_it_moves_dates_and_reminders"),
        (CHANGES, "test_a_holiday_added_later_moves_the_target_and_keeps_the_promise"),
    ),
    8: ((CLOCKS, "test_every_hour_of_two_years_has_the_wall_clocks_date"),),
    9: ((CLOCKS, "test_the_same_moment_is_another_day_elsewhere"),),
    10: (
        (CLOCKS, "test_due_at_is_the_local_end_of_day_on_either_side_of_the_clock_change"),
        (CLOCKS, "test_every_hour_of_two_years_has_the_wall_clocks_date"),
        (THRESHOLDS, "test_a_notice_goes_out_at_nine_on_the_wall_clock_on_both_change_days"),
    ),
    11: (
        (WORKDAYS, "test_each_dated_case_has_its_four_dates"),
        (HERE, "test_leap_day_month_end_and_year_end"),
    ),
    12: (
        (WORKDAYS, "test_thirty_days_land_on_closed_days_as_published"),
        (WORKDAYS, "test_rolling_by_the_two_readings"),
        (CLOCKS, "test_the_promised_date_is_never_rolled"),
    ),
    13: (
        (CHANGES, "test_a_pause_is_refused"),
        (CHANGES, "test_a_pause_cannot_reach_back_before_the_last_resumption"),
        (CHANGES, "test_only_the_complaints_resolution_may_pause"),
    ),
    14: (
        (CHANGES, "test_a_pause_moves_our_target_by_its_days"),
        (CHANGES, "test_a_business_clock_would_add_business_days"),
        (CHANGES, "test_an_open_pause_shows_as_paused_whatever_the_date"),
    ),
    15: (
        (CHANGES, "test_resuming_twice_is_resuming_once"),
        (OFFICER, "test_hearing_from_the_requester_ends_the_pause"),
        (OFFICER, "test_a_pause_silences_and_a_resumption_moves_our_target_alone"),
    ),
    16: (
        (CHANGES, "test_an_extension_is_refused"),
        (CHANGES, "test_an_extension_to_the_furthest_limit_on_the_last_day"),
        (CHANGES, "test_a_notice_recorded_after_its_day_is_refused_too"),
        (OFFICER, "test_an_access_request_is_extended_once_with_its_notice"),
    ),
    17: (
        (CHANGES, "test_reopening_restarts_no_clock"),
        (OFFICER, "test_reopening_restarts_no_clock_and_says_what_is_overdue"),
    ),
    18: (
        (CLOCKS, "test_an_answered_clock_stays_met_while_the_other_goes_on"),
        (REMINDERS, "test_a_reply_silences_the_response_and_leaves_the_resolution"),
    ),
    19: (
        (CLOCKS, "test_another_kind_keeps_the_receipt"),
        (OFFICER, "test_reclassifying_counts_from_the_original_receipt"),
    ),
    20: (
        (INTAKE, "test_one_key_filed_at_once_by_many_is_one_ticket"),
        (OFFICER, "test_of_two_receipts_the_earlier_wins"),
        ("desk/test_duplicates.py", "test_a_letter_that_came_before_the_chat_wins"),
    ),
    21: (
        (THRESHOLDS, "test_they_are_counted_back_in_business_days"),
        (THRESHOLDS, "test_a_due_date_on_a_sunday_alerts_on_the_last_business_day_before"),
    ),
    22: ((REMINDERS, "test_after_an_outage_the_latest_threshold_alone_is_said"),),
    23: (
        (REMINDERS, "test_a_dead_sweepers_notice_is_sent_again_and_marked_where_it_may_be_there"),
        (NOTICES, "test_a_dead_sweepers_claim_is_taken_over_and_marked"),
        (NOTICES, "test_planning_again_changes_nothing"),
    ),
    24: (
        (REMINDERS, "test_two_sweepers_at_once_send_each_notice_once"),
        (NOTICES, "test_of_sweepers_at_once_each_notice_goes_to_one"),
    ),
    25: ((OFFICER, "test_an_extension_moves_the_reminders_to_its_new_version"),),
    26: (
        (REMINDERS, "test_a_passing_failure_is_tried_again_with_growing_pauses"),
        (REMINDERS, "test_a_way_that_was_switched_off_is_replaced"),
    ),
    27: (
        (REMINDERS, "test_who_cannot_be_reached_after_many_tries_is_passed_over"),
        (REMINDERS, "test_a_refused_address_hands_the_notice_down_the_ladder_at_once"),
    ),
    28: ((HERE, "test_the_rules_read_no_clock"),),
    29: ((CLOCKS, "test_overdue_begins_with_the_next_local_day"),),
    30: (
        (CLOCKS, "test_an_unanswered_access_request_is_refused_by_law_the_day_after"),
        (REMINDERS, "test_a_deemed_refusal_takes_the_place_of_being_overdue_that_day"),
        (OFFICER, "test_what_is_overdue_is_closed_with_a_reason"),
    ),
    31: (
        (REMINDERS, "test_a_resolved_ticket_is_silent"),
        (OFFICER, "test_resolving_keeps_the_finding_and_stops_everything"),
    ),
    32: (
        (CLOCKS, "test_a_back_dated_receipt_may_be_overdue_at_once"),
        ("desk/test_bad_receipts.py", "test_a_letter_found_late_counts_from_its_receipt"),
    ),
    33: (
        (CHANGES, "test_a_pause_beyond_the_calendar_is_an_error_not_a_wrong_date"),
        (CLOCKS, "test_beyond_the_calendar_nothing_is_promised"),
    ),
    34: (
        (WORKDAYS, "test_a_later_receipt_is_never_due_earlier"),
        (WORKDAYS, "test_an_added_holiday_never_makes_it_earlier"),
        (WORKDAYS, "test_the_steps_of_a_count_add_up"),
        (CHANGES, "test_a_pause_never_makes_a_business_clock_due_earlier"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", range(1, 35))
def test_every_case_of_the_checklist_has_its_tests(case: int) -> None:
    for file, name in COVERED[case]:
        assert name in named_in(file), f"case {case}: {file}::{name}"


@cache
def named_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


DOMAIN = sorted((ROOT / "bot" / "domain").rglob("*.py"))
CLOCK_READERS = {"now", "today", "utcnow", "time_ns", "monotonic", "perf_counter"}


@pytest.mark.parametrize("path", DOMAIN, ids=lambda path: path.stem)
def test_the_rules_read_no_clock(path: Path) -> None:
    """Case 28: every rule is handed the time; none asks for it."""
    calls = [
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    assert not CLOCK_READERS & set(calls)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        # Christmas Eve, Christmas and Boxing Day 2026 (a Saturday, observed on the Monday).
        ("2026-12-24", "2027-01-18"),
        ("2026-12-25", "2027-01-18"),
        ("2026-12-26", "2027-01-18"),
        # Labour Day would be the fourteenth day.
        ("2026-08-18", "2026-09-08"),
    ],
)
def test_a_holiday_is_never_the_due_day_and_may_be_day_zero(received: str, due: str) -> None:
    """Case 3, on the federal calendar."""
    assert respond(received) == due


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ("2028-01-30", 30, "2028-02-29"),
        ("2028-02-29", 30, "2028-03-30"),
        ("2027-01-30", 30, "2027-03-01"),
        ("2027-01-31", 30, "2027-03-02"),
        ("2026-12-31", 30, "2027-01-30"),
    ],
)
def test_leap_day_month_end_and_year_end(received: str, days: int, due: str) -> None:
    """Case 11: thirty days are thirty dates, whatever months and years they cross."""
    steps = calendar_days_from(date.fromisoformat(received), days, FEDERAL)
    assert steps[-1].date.isoformat() == due


def respond(received: str) -> str:
    return business_days_from(date.fromisoformat(received), 14, FEDERAL)[-1].date.isoformat()
