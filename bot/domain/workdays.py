"""Which days are business days, and counting in them: pure, over a calendar that is handed in.

What lives here: calendars and day counting. What does not: clocks, and where holidays come from.

A business day is Monday to Friday and not closed in the calendar. Neither the policy, PIPEDA nor
CASL defines the term, so the calendar is a choice: `strictest` closes only on days that are
holidays in both given calendars on their own date, which is never later than either of them.
The day of receipt is day 0 (Interpretation Act s.27).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import MappingProxyType

from bot.domain.errors import HorizonError, InvalidInput

ONE_DAY = timedelta(days=1)
WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def spoken(day: date) -> str:
    """Say a date in words, as in "Friday 11 December 2026", whatever the process's locale."""
    return f"{WEEKDAY_NAMES[day.weekday()]} {day.day} {MONTH_NAMES[day.month - 1]} {day.year}"


@dataclass(frozen=True, slots=True)
class Step:
    """One date of a count: its number when it counts, and why it does not when it does not.

    The day of receipt is a step of its own, without a number. A date that counts carries a `why`
    only where a reader could wonder, as on a holiday that just one of two calendars knows.
    """

    date: date
    day: int | None
    counts: bool
    why: str = ""

    def to_json(self) -> dict[str, object]:
        """Give the step as design section 6 shows it."""
        return {
            "date": self.date.isoformat(),
            "day": self.day,
            "counts": self.counts,
            "why": self.why,
        }


@dataclass(frozen=True)
class Calendar:
    """The closed days of one jurisdiction, or of a combination, from `first` to `last`.

    `closed` maps each date to the holiday's name; `substitutes` are those of them that stand in
    for a holiday on a weekend. `remarks` holds what to tell of dates that count although someone
    may think them closed. `version` names the source that the dates were taken from.
    """

    name: str
    closed: Mapping[date, str]
    first: date
    last: date
    version: str
    substitutes: frozenset[date] = frozenset()
    remarks: Mapping[date, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "closed", MappingProxyType(dict(self.closed)))
        object.__setattr__(self, "remarks", MappingProxyType(dict(self.remarks)))

    def __hash__(self) -> int:
        """By its name, version and span: what is worked out over it can be kept."""
        return hash((self.name, self.version, self.first, self.last))

    def require(self, day: date) -> None:
        """Raise HorizonError unless the calendar covers this date."""
        if not self.first <= day <= self.last:
            raise HorizonError(
                f"The holiday calendar ({self.name}) covers {self.first} to {self.last}; "
                f"{day} is outside, so no date can be promised."
            )

    def why_closed(self, day: date) -> str:
        """Say why this date is not a business day; "" when it is one. HorizonError outside."""
        self.require(day)
        weekday = day.weekday()
        if weekday >= 5:
            return WEEKDAY_NAMES[weekday]
        return self.closed.get(day, "")

    def is_open(self, day: date) -> bool:
        """Tell whether this date is a business day. HorizonError outside the calendar."""
        return not self.why_closed(day)

    def on_own_date(self) -> dict[date, str]:
        """Give the closed days without those that stand in for another."""
        return {day: name for day, name in self.closed.items() if day not in self.substitutes}

    def with_closed(self, added: Mapping[date, str], version: str) -> Calendar:
        """Give this calendar with further closed days, under a version of its own."""
        closed = {**self.closed, **added}
        remarks = {day: why for day, why in self.remarks.items() if day not in added}
        return replace(
            self,
            closed=closed,
            remarks=remarks,
            substitutes=self.substitutes - added.keys(),
            version=version,
        )


def strictest(province: Calendar, federal: Calendar) -> Calendar:
    """Close only on days that both calendars close on their own date, not on substitute days.

    No reading of "business day" gives an earlier due date, so a promise on this calendar is kept
    under every one of them. It covers the dates that both cover.
    """
    here, there = province.on_own_date(), federal.on_own_date()
    closed = {day: name for day, name in here.items() if day in there}
    remarks: dict[date, str] = {}
    for calendar in (federal, province):
        for day, name in calendar.closed.items():
            if day not in closed and day.weekday() < 5:
                remarks[day] = f"counts although {name} in the {calendar.name} calendar"
    both = (day for day in province.closed if day in federal.closed and day in remarks)
    remarks.update({day: f"counts although {province.closed[day]}" for day in both})
    versions = dict.fromkeys((province.version, federal.version))
    return Calendar(
        name=f"strictest of {province.name} and {federal.name}",
        closed=closed,
        first=max(province.first, federal.first),
        last=min(province.last, federal.last),
        version=", ".join(versions),
        remarks=remarks,
    )


def _dates_after(day: date) -> Iterator[date]:
    while True:
        if day == date.max:
            raise HorizonError
        day += ONE_DAY
        yield day


def business_days_from(
    received: date,
    days: int,
    calendar: Calendar,
    paused: frozenset[date] = frozenset(),
) -> tuple[Step, ...]:
    """Count business days from the day of receipt (day 0); the last step is the due date.

    Dates in `paused` do not count. Raises HorizonError when the calendar does not reach that far.
    """
    return _count(received, days, calendar, paused, weekends_and_holidays=False)


def calendar_days_from(
    received: date,
    days: int,
    calendar: Calendar,
    paused: frozenset[date] = frozenset(),
) -> tuple[Step, ...]:
    """Count calendar days from the day of receipt (day 0): weekends and holidays count.

    Nothing is rolled forward. Dates in `paused` do not count. Raises HorizonError outside the
    calendar too: the reminders and the rolled dates of the same clock need its holidays.
    """
    return _count(received, days, calendar, paused, weekends_and_holidays=True)


def _count(
    received: date,
    days: int,
    calendar: Calendar,
    paused: frozenset[date],
    *,
    weekends_and_holidays: bool,
) -> tuple[Step, ...]:
    if days < 1:
        raise InvalidInput("A clock needs at least one day.")
    calendar.require(received)
    steps = [Step(received, None, False, "received: day 0")]
    count = 0
    for day in _dates_after(received):
        why = calendar.why_closed(day)
        if day in paused:
            steps.append(Step(day, None, False, "paused"))
        elif why and not weekends_and_holidays:
            steps.append(Step(day, None, False, why))
        else:
            count += 1
            remark = "" if weekends_and_holidays else calendar.remarks.get(day, "")
            steps.append(Step(day, count, True, remark))
            if count == days:
                break
    return tuple(steps)


def business_day_before(day: date, days: int, calendar: Calendar) -> date:
    """Give the date that many business days before this one, which need not be one itself."""
    return _shift(day, days, calendar, -ONE_DAY)


def business_day_after(day: date, days: int, calendar: Calendar) -> date:
    """Give the date that many business days after this one, which need not be one itself."""
    return _shift(day, days, calendar, ONE_DAY)


def _shift(day: date, days: int, calendar: Calendar, direction: timedelta) -> date:
    while days:
        day += direction
        if calendar.is_open(day):
            days -= 1
    return day


def next_open_day(day: date, calendar: Calendar) -> date:
    """Give this date when it is a business day, else the next that is one."""
    while not calendar.is_open(day):
        day += ONE_DAY
    return day


def next_juridical_day(day: date, calendar: Calendar) -> date:
    """Give this date, or the next that is neither a Sunday nor closed in the given calendar.

    The literal Interpretation Act s.26 over the holidays of its s.35, which names Sunday but
    neither Saturday, Boxing Day nor substitute days; hand in a calendar of exactly those days.
    """
    calendar.require(day)
    while day.weekday() == 6 or day in calendar.closed:
        day += ONE_DAY
        calendar.require(day)
    return day
