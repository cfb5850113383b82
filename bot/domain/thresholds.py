"""On which dates a clock asks for attention, and who is told how: planned back from its due date.

What lives here: the dates and the routes, over rules that are handed in. What does not: the
numbers (data/clocks.yml), addresses, and whether something was sent.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.domain.clocks import Clock
from bot.domain.errors import HorizonError
from bot.domain.workdays import Calendar, business_day_after, business_day_before

OPENED, DUE, DEEMED_REFUSAL = "opened", "due", "deemed_refusal"
OVERDUE = "overdue+"
# A pause that nobody ends, and a requester who does not answer, are told of after so many days.
PAUSED, WAITING = "paused+", "waiting+"
# What a requester does with their own request: add words or a file to it, take it up again by
# them, take it back.
ADDED, REOPENED, TAKEN_BACK = "information", "reopened", "withdrawn"
DEEDS = frozenset({ADDED, REOPENED, TAKEN_BACK})
OWNER = "owner"


@dataclass(frozen=True, slots=True)
class ReminderRules:
    """The numbers of data/clocks.yml's `reminders`.

    `before_due` are business days, the largest first; from `card_from` of them on a threshold is a
    card of its own. `escalation` names, in order, who is told at which hour of a card's day when
    nobody has acknowledged it, `page_again` who after how long when an incident is not.
    """

    at: time
    before_due: tuple[int, ...]
    card_from: int
    escalation: tuple[tuple[str, time], ...]
    page_again: tuple[tuple[str, timedelta], ...]
    overdue_card_every: int
    paused_days: tuple[int, ...]
    waiting_days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """Who is told of a threshold and how.

    `duties` are those of the ladder, and `owner`. A route without a `card` is a line of the
    morning's digest; `in_digest` repeats a card there. `every_way`: by Slack and by e-mail.
    """

    duties: tuple[str, ...]
    card: bool
    in_digest: bool = True
    every_way: bool = False


@dataclass(frozen=True, slots=True)
class Threshold:
    """A named point on a clock (opened, 5bd ... due, overdue+1 ..., deemed_refusal), by date."""

    clock: str
    name: str
    date: date


def thresholds(
    clock: Clock, calendar: Calendar, rules: ReminderRules, until: date | None = None
) -> tuple[Threshold, ...]:
    """Plan every threshold of a clock, in the order in which they hold, counting business days.

    Those up to the due date are counted back from it and never fall before day 0; a due date on a
    closed day is announced on the last business day before it. `opened` is day 0 itself. A deemed
    refusal is the day after the due date, whatever day that is (PIPEDA s.8(5)). Every business day
    after the due date is one of being overdue, up to the first after `until`. Planning stops where
    the calendar ends. Of several on one date the last one holds.
    """
    deemed = clock.rule.deemed_refusal
    return _dated(
        clock.name, clock.day_zero, clock.due, deemed, calendar, rules, until or clock.due
    )


@lru_cache(maxsize=4_096)
def _dated(
    name: str,
    day_zero: date,
    due: date,
    deemed_refusal: bool,
    calendar: Calendar,
    rules: ReminderRules,
    until: date,
) -> tuple[Threshold, ...]:
    """The same for every ticket of one day; kept, because a pass looks at each several times."""
    points = [(day_zero, OPENED)]
    for days in rules.before_due:
        day = business_day_before(due, days, calendar)
        points.append((max(day, day_zero), f"{days}bd"))
    announced = due
    if not calendar.is_open(announced):
        announced = business_day_before(announced, 1, calendar)
    points.append((max(announced, day_zero), DUE))
    points.extend(_after_due(due, calendar, until))
    if deemed_refusal:
        points.append((due + timedelta(days=1), DEEMED_REFUSAL))
    # The sort keeps the order of what falls on one day: there a deemed refusal outweighs overdue.
    points.sort(key=lambda point: point[0])
    return tuple(Threshold(name, point, day) for day, point in points)


def _after_due(due: date, calendar: Calendar, until: date) -> list[tuple[date, str]]:
    points: list[tuple[date, str]] = []
    day = due
    while day <= until:
        try:
            day = business_day_after(day, 1, calendar)
        except HorizonError:
            break
        points.append((day, f"{OVERDUE}{len(points) + 1}"))
    return points


def upcoming(
    points: tuple[Threshold, ...], after: str | None, today: date
) -> tuple[Threshold | None, tuple[Threshold, ...]]:
    """Which threshold comes next, and those that it overtakes.

    Of those due by today, and of those on one day, the last one holds: what came before it since
    `after` was told is overtaken. On day 0 itself nothing but the opening is told.
    """
    names = [point.name for point in points]
    ahead = list(points[names.index(after) + 1 :] if after in names else points)
    ahead = [point for point in ahead if point.name != OPENED]
    if not ahead:
        return None, ()
    opened = points[names.index(OPENED)].date
    due = [point for point in ahead if point.date <= today and point.date != opened]
    day = due[-1].date if due else next((p.date for p in ahead if p.date > today), None)
    chosen = [place for place, point in enumerate(ahead) if point.date == day]
    if not chosen:
        return None, ()
    return ahead[chosen[-1]], tuple(ahead[: chosen[-1]]) if after else tuple(
        ahead[place] for place in chosen[:-1]
    )


def route(threshold: str, rules: ReminderRules, page: Collection[str] = ()) -> Route:
    """Who is told of this threshold; `page` are those whom its kind of ticket pages at once."""
    if threshold == OPENED:
        return Route(tuple(page) or ("officer",), card=True, in_digest=False, every_way=bool(page))
    if threshold in DEEDS:
        return Route((OWNER,), card=True, in_digest=False)
    if threshold == DEEMED_REFUSAL:
        duties = ("officer", "deputy", "fallback", OWNER)
        return Route(duties, card=True, in_digest=False, every_way=True)
    if threshold.startswith(OVERDUE):
        number = int(threshold.removeprefix(OVERDUE))
        own = number == 1 or number % rules.overdue_card_every == 0
        return Route((OWNER, "deputy"), card=own)
    if threshold == DUE:
        return Route((OWNER,), card=True)
    if threshold.endswith("bd"):
        return Route((OWNER,), card=int(threshold.removesuffix("bd")) <= rules.card_from)
    return Route((OWNER,), card=False)


def escalates(threshold: str, rules: ReminderRules) -> bool:
    """Tell whether a card of this threshold goes on to others when nobody acknowledges it."""
    return threshold == DUE or (
        threshold.endswith("bd") and int(threshold.removesuffix("bd")) <= rules.card_from
    )


def planned_for(day: date, zone: ZoneInfo, hour: time) -> datetime:
    """Give when a notice of this date goes out, on the local wall clock."""
    return datetime.combine(day, hour, tzinfo=zone)
