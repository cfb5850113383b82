"""The clocks of a ticket: due dates, how each was worked out, and the state at a given moment.

What lives here: rules, clocks, starting and reading them. What does not: changing a running clock
(clock_changes), planning its reminders (thresholds), the numbers (data/clocks.yml).

Day 0 is the date of receipt in the company's zone; a clock is due at the end of the local day and
overdue from the next (Interpretation Act s.27, by analogy for the policy's own clocks). The date
that is promised is the plain one, never rolled past a weekend or holiday.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bot.domain.errors import InvalidInput
from bot.domain.workdays import (
    Calendar,
    Step,
    business_days_from,
    calendar_days_from,
    next_juridical_day,
    next_open_day,
)

Unit = Literal["business", "calendar"]
Start = Literal["received", "sent"]
State = Literal["running", "paused", "met", "overdue", "deemed_refusal", "ended"]

END_OF_DAY = time(23, 59, 59)
EARLIEST = date(2000, 1, 1)
NOTICE_DAYS = 30
"""PIPEDA s.8(4): notice of an extension no later than 30 days after the date of the request."""


@dataclass(frozen=True, slots=True)
class ClockRule:
    """One row of data/clocks.yml: how long, from when, by what source, and what may change it.

    `uses` limits the clock to tickets that withdraw one of these uses; empty means always.
    `extendable` is the most days that one extension may add; 0 means never.
    """

    kind: str
    name: str
    unit: Unit
    days: int
    source: str
    promise: bool
    wording: str
    starts: Start = "received"
    pausable: bool = False
    extendable: int = 0
    deemed_refusal: bool = False
    on_reopen: Literal["stays", "counts"] = "stays"
    uses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class KindRules:
    """The clocks of one kind of ticket, and who is paged the moment it opens."""

    kind: str
    title: str
    clocks: tuple[ClockRule, ...]
    page_at_once: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch in which a clock stood still; `end` is None while it lasts."""

    start: datetime
    reason: str
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """A new limit of an access request, with the law's reason and when the notice was sent."""

    until: date
    reason: str
    noticed_at: datetime


@dataclass(frozen=True)
class Clock:
    """One clock of one ticket. `state` holds at the moment it was last read for (see `at`).

    `promised` is the date of the receipt and never moves with a pause or an extension; `due` is
    the target that counts now. `notice_by` is the last day for the notice of an extension, on
    clocks that allow one.
    """

    rule: ClockRule
    zone: ZoneInfo
    calendar: str
    calendar_version: str
    day_zero: date
    promised: date
    explain: tuple[Step, ...]
    state: State = "running"
    notice_by: date | None = None
    pauses: tuple[Pause, ...] = ()
    extension: Extension | None = None
    met_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def name(self) -> str:
        return self.rule.name

    @property
    def source(self) -> str:
        return self.rule.source

    @property
    def promise(self) -> bool:
        return self.rule.promise

    @property
    def due(self) -> date:
        return self.explain[-1].date

    @property
    def due_at(self) -> datetime:
        """The last second of the due date, on the local wall clock."""
        return end_of_day(self.due, self.zone)

    @property
    def paused(self) -> bool:
        """Tell whether a pause is open, whatever else has happened since."""
        return bool(self.pauses) and self.pauses[-1].end is None

    @property
    def met_late(self) -> bool:
        """Tell whether the clock was met after its due date."""
        return self.met_at is not None and local_date(self.met_at, self.zone) > self.due

    def to_json(self, now: datetime | None = None) -> dict[str, object]:
        """Give the clock as design section 6 shows it; `promised` only once it differs.

        With `now` the state is that of that moment, without it the one last read.
        """
        shown: dict[str, object] = {
            "name": self.name,
            "source": self.source,
            "promise": self.promise,
            "due": self.due.isoformat(),
            "due_at": self.due_at.isoformat(),
            "state": self.state if now is None else state_at(self, now),
            "explain": [step.to_json() for step in self.explain],
        }
        if self.promised != self.due:
            shown["promised"] = self.promised.isoformat()
        return shown


@dataclass(frozen=True, slots=True)
class Rolled:
    """Where a due date would move by two readings; for staff, never promised.

    `next_work_day` moves past weekends and holidays (Treasury Board, Access to Information
    Manual 7.1.1); `interpretation_act` past Sundays and the holidays of s.35 alone.
    """

    next_work_day: date
    interpretation_act: date


def require_aware(moment: datetime) -> datetime:
    """Give the moment back; InvalidInput when it carries no offset."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise InvalidInput("A time needs its offset from UTC, as in 2026-12-04T09:00:00-05:00.")
    return moment


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    """Give the date of this moment on the wall clock of the zone."""
    return require_aware(moment).astimezone(zone).date()


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Give the last second of this local day."""
    return datetime.combine(day, END_OF_DAY, tzinfo=zone)


def received_local_date(received_at: datetime, zone: ZoneInfo) -> date:
    """Give day 0: the local date of receipt. InvalidInput without an offset or before 2000."""
    try:
        day = local_date(received_at, zone)
    except OverflowError:
        raise InvalidInput("That date of receipt cannot be.") from None
    if day < EARLIEST:
        raise InvalidInput("A receipt before the year 2000 cannot be right.")
    return day


def parse_receipt(text: str) -> datetime:
    """Read a time of receipt in ISO 8601 with an offset; InvalidInput says what is wrong."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput(
            "That is no date and time; write it as 2026-12-04T09:00:00-05:00."
        ) from None
    return require_aware(moment)


def require_past(received_at: datetime, now: datetime) -> datetime:
    """Give the receipt back; InvalidInput when it lies in the future. For opening tickets only."""
    if require_aware(received_at) > require_aware(now):
        raise InvalidInput("A request cannot have been received in the future.")
    return received_at


def start_clocks(
    kind: str,
    received_at: datetime,
    zone: ZoneInfo,
    calendar: Calendar,
    rules: Mapping[str, KindRules],
    *,
    sent_at: datetime | None = None,
    uses: Iterable[str] = (),
    now: datetime | None = None,
) -> tuple[Clock, ...]:
    """Start the clocks of a ticket of this kind, in the order of the rules.

    `sent_at` is when the person sent it, or the date of a letter, where that is known to be
    earlier than the receipt: clocks that run from sending, and the last day for the notice of an
    extension, count from it. `uses` are the uses withdrawn. With `now` the states are those of
    that moment, without it "running". Raises InvalidInput for an unknown kind or an impossible
    receipt, HorizonError when the calendar does not cover every date that is needed.
    """
    if kind not in rules:
        raise InvalidInput("There is no such kind of ticket.")
    received = received_local_date(received_at, zone)
    sent = received if sent_at is None else min(received, received_local_date(sent_at, zone))
    withdrawn = frozenset(uses)
    clocks = (
        start_clock(rule, sent if rule.starts == "sent" else received, zone, calendar, sent=sent)
        for rule in rules[kind].clocks
        if not rule.uses or rule.uses & withdrawn
    )
    return tuple(clocks if now is None else (at(clock, now) for clock in clocks))


def start_clock(
    rule: ClockRule, day_zero: date, zone: ZoneInfo, calendar: Calendar, *, sent: date | None = None
) -> Clock:
    """Start one clock on its day 0. HorizonError when the calendar does not reach its due date."""
    explain = count(rule, day_zero, calendar)
    notice_by = None
    if rule.extendable:
        notice_by = min(day_zero, sent or day_zero) + timedelta(days=NOTICE_DAYS)
        calendar.require(explain[-1].date + timedelta(days=rule.extendable))
    return Clock(
        rule=rule,
        zone=zone,
        calendar=calendar.name,
        calendar_version=calendar.version,
        day_zero=day_zero,
        promised=explain[-1].date,
        explain=explain,
        notice_by=notice_by,
    )


def count(
    rule: ClockRule,
    day_zero: date,
    calendar: Calendar,
    paused: frozenset[date] = frozenset(),
    extra_days: int = 0,
) -> tuple[Step, ...]:
    """Work out the due date of a rule step by step; the last step is the due date."""
    days = rule.days + extra_days
    if rule.unit == "business":
        return business_days_from(day_zero, days, calendar, paused)
    return calendar_days_from(day_zero, days, calendar, paused)


def state_at(clock: Clock, now: datetime) -> State:
    """Give the state of a clock at this moment.

    An answered clock is met, early or late (`met_late` tells). A clock is overdue from the local
    day after its due date, not before; where the law takes silence for a refusal (PIPEDA s.8(5))
    that day is a deemed refusal instead.
    """
    if clock.met_at is not None:
        return "met"
    if clock.ended_at is not None:
        return "ended"
    if clock.paused:
        return "paused"
    if local_date(now, clock.zone) > clock.due:
        return "deemed_refusal" if clock.rule.deemed_refusal else "overdue"
    return "running"


def at(clock: Clock, now: datetime) -> Clock:
    """Give the clock with the state of this moment."""
    return replace(clock, state=state_at(clock, now))


def rolled(due: date, calendar: Calendar, interpretation_act: Calendar) -> Rolled:
    """Work out, for staff, where a due date on a closed day would move.

    `calendar` is the province's with its substitute days; `interpretation_act` holds the holidays
    of Interpretation Act s.35 for that province, on their own dates.
    """
    both = calendar.with_closed(interpretation_act.closed, calendar.version)
    return Rolled(next_open_day(due, both), next_juridical_day(due, interpretation_act))


def days_left(clock: Clock, now: datetime) -> int:
    """Give the days until the due date: 0 on the day itself, negative when overdue."""
    return (clock.due - local_date(now, clock.zone)).days


def utc(moment: datetime) -> datetime:
    """Give the moment in UTC, as the database keeps it."""
    return require_aware(moment).astimezone(UTC)
