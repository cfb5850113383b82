"""Figures of the desk out of plain rows: ages, answers in time, weeks ahead, weeks behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from bot.domain.errors import HorizonError
from bot.domain.workdays import Calendar

# Ages in days, each up to and with: a week, the 14 business days, the 30 days, and older.
AGES = ((7, "up to 7 days"), (20, "8 to 20 days"), (30, "21 to 30 days"))
OLDER = "more than 30 days"
WEEKS_AHEAD = 8


@dataclass(frozen=True, slots=True)
class Answered:
    """When a request was received, when it was answered, and by when it should have been."""

    received: date
    answered: date
    due: date


@dataclass(frozen=True, slots=True)
class InTime:
    """How many were answered, the share in time (0 to 1), and business days taken."""

    count: int
    share: float | None
    median: float | None
    ninetieth: float | None


def age_words(received: date, today: date) -> str:
    days = (today - received).days
    return next((words for most, words in AGES if days <= most), OLDER)


def ages(rows: Iterable[tuple[str, date, int]], today: date) -> dict[str, Counter[str]]:
    """Open tickets by kind and age, out of (kind, received, how many)."""
    found: dict[str, Counter[str]] = {}
    for kind, received, number in rows:
        found.setdefault(kind, Counter())[age_words(received, today)] += number
    return found


def in_time(rows: Sequence[Answered], calendar: Calendar) -> InTime:
    """How answers kept their dates. Business days count from the day after the receipt."""
    if not rows:
        return InTime(0, None, None, None)
    kept = sum(row.answered <= row.due for row in rows)
    until = max(row.answered for row in rows)
    passed = business_days_passed(min(row.received for row in rows), until, calendar)
    taken = sorted(passed[row.answered] - passed[row.received] for row in rows)
    return InTime(len(rows), kept / len(rows), percentile(taken, 0.5), percentile(taken, 0.9))


def business_days_passed(first: date, last: date, calendar: Calendar) -> Mapping[date, int]:
    """For each date of a span the business days after its first, up to and with the date.

    Dates that the calendar does not cover count as business days unless they are weekends.
    """
    passed, total = {first: 0}, 0
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    for _, day in pairwise(days):
        total += _is_open(day, calendar)
        passed[day] = total
    return passed


def _is_open(day: date, calendar: Calendar) -> bool:
    try:
        return calendar.is_open(day)
    except HorizonError:
        return day.weekday() < 5


def percentile(ordered: Sequence[int], share: float) -> float:
    """The value below or at which this share of ordered values lies, between neighbours."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def week_of(day: date) -> date:
    """The Monday of a date's week."""
    return day - timedelta(days=day.weekday())


def weeks_ahead(due: Mapping[date, int], today: date) -> list[tuple[date, int]]:
    """How many deadlines lie in this week, from today on, and in each of those that follow."""
    first = week_of(today)
    weeks = [first + timedelta(weeks=n) for n in range(WEEKS_AHEAD)]
    found: Counter[date] = Counter()
    for day, number in due.items():
        if day >= today:
            found[week_of(day)] += number
    return [(week, found[week]) for week in weeks]


def by_week(rows: Iterable[tuple[date, str]], most: int) -> tuple[list[date], dict[str, list[int]]]:
    """What happened in which week: the weeks, and for the `most` frequent names their numbers.

    Names beyond them are together under "others".
    """
    counted: Counter[tuple[date, str]] = Counter((week_of(day), name) for day, name in rows)
    if not counted:
        return [], {}
    totals: Counter[str] = Counter()
    for (_, name), number in counted.items():
        totals[name] += number
    first, last = min(week for week, _ in counted), max(week for week, _ in counted)
    weeks = [first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]
    frequent = [name for name, _ in totals.most_common(most)]
    found = {name: [counted[(week, name)] for week in weeks] for name in frequent}
    rest = [
        sum(n for (w, name), n in counted.items() if w == week and name not in found)
        for week in weeks
    ]
    return weeks, {**found, "others": rest} if any(rest) else found
