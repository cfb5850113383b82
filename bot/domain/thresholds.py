"""On which dates a clock asks for attention: planned backwards from its due date.

What lives here: the dates. What does not: who is told, how, and whether it was sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.clocks import Clock
from bot.domain.errors import HorizonError
from bot.domain.workdays import Calendar, business_day_after, business_day_before

BEFORE_DUE = (5, 2, 1)
OVERDUE_NOTICES = 10
OPENING_HOUR = time(9, 0)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A named point on a clock (opened, 5bd ... due, overdue+1 ..., deemed_refusal), by date."""

    clock: str
    name: str
    date: date


def thresholds(
    clock: Clock, calendar: Calendar, overdue: int = OVERDUE_NOTICES
) -> tuple[Threshold, ...]:
    """Plan every threshold of a clock, ordered by date, counting in business days.

    Those before the due date are counted back from it and never fall before day 0. `opened` is
    day 0 itself: a ticket with several clocks announces it once. A deemed refusal is the day
    after the due date (PIPEDA s.8(5)). Planning stops where the calendar ends.
    """
    planned = [(clock.day_zero, "opened")]
    for days in BEFORE_DUE:
        day = business_day_before(clock.due, days, calendar)
        planned.append((max(day, clock.day_zero), f"{days}bd"))
    planned.append((clock.due, "due"))
    if clock.rule.deemed_refusal:
        planned.append((clock.due + timedelta(days=1), "deemed_refusal"))
    planned.extend(_after_due(clock.due, calendar, overdue))
    planned.sort(key=lambda point: point[0])
    return tuple(Threshold(clock.name, name, day) for day, name in planned)


def _after_due(due: date, calendar: Calendar, overdue: int) -> list[tuple[date, str]]:
    points: list[tuple[date, str]] = []
    day = due
    for number in range(1, overdue + 1):
        try:
            day = business_day_after(day, 1, calendar)
        except HorizonError:
            break
        points.append((day, f"overdue+{number}"))
    return points


def planned_for(day: date, zone: ZoneInfo, hour: time = OPENING_HOUR) -> datetime:
    """Give when a notice of this date goes out: opening hour on the local wall clock."""
    return datetime.combine(day, hour, tzinfo=zone)
