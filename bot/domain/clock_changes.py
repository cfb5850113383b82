"""What may change a running clock: pause, resume, extend, meet, end, reopen, recount.

What lives here: those changes, as functions from one clock to another. What does not: who may
make them, and writing them down.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.clocks import (
    Clock,
    Extension,
    Pause,
    at,
    count,
    local_date,
    require_aware,
)
from bot.domain.errors import InvalidInput
from bot.domain.translation import mark
from bot.domain.workdays import Calendar

PAUSE_REASONS: Mapping[str, str] = {
    "waiting_for_requester": "we wait for the person's answer",
    "waiting_for_third_party": "we wait for someone outside the company",
    "proceedings": "other proceedings on the same matter come first",
}

EXTENSION_REASONS: Mapping[str, str] = {
    "interference": mark(
        "meeting the limit would unreasonably interfere with our activities (PIPEDA s.8(4)(a)(i))"
    ),
    "consultations": mark(
        "the time needed for consultations makes the limit impracticable (PIPEDA s.8(4)(a)(ii))"
    ),
    "alternative_format": mark(
        "the information has to be converted to an alternative format (PIPEDA s.8(4)(b))"
    ),
}
UNCAPPED = "alternative_format"


def paused_dates(pauses: Iterable[Pause], day_zero: date, zone: ZoneInfo) -> frozenset[date]:
    """Give the dates that closed pauses take out of the count, as many as each lasted.

    A pause takes its first date and gives back its last: from the 5th to the 8th it takes three.
    One that begins on day 0, which never counts, takes the last date instead. Pauses that touch
    are one. An open pause takes nothing until it ends.
    """
    spans: list[tuple[date, date]] = []
    for pause in sorted(pauses, key=lambda pause: pause.start):
        if pause.end is None:
            continue
        start, end = local_date(pause.start, zone), local_date(pause.end, zone)
        if spans and start <= spans[-1][1]:
            start, end = spans[-1][0], max(end, spans.pop()[1])
        spans.append((start, end))
    taken: set[date] = set()
    for start, end in spans:
        first = start + timedelta(days=1) if start <= day_zero else start
        taken.update(first + timedelta(days=n) for n in range((end - start).days))
    return frozenset(taken)


def recount(clock: Clock, calendar: Calendar) -> Clock:
    """Work a clock out again from its facts, on this calendar; `promised` stays as it was."""
    paused = paused_dates(clock.pauses, clock.day_zero, clock.zone)
    extra = (clock.extension.until - clock.promised).days if clock.extension else 0
    explain = count(clock.rule, clock.day_zero, calendar, paused, extra)
    return replace(
        clock, explain=explain, calendar=calendar.name, calendar_version=calendar.version
    )


def pause(clock: Clock, start: datetime, reason: str, now: datetime) -> Clock:
    """Let the clock stand still from `start`.

    Our own target moves by as many days as the pause lasts; the promised date stays. Raises
    InvalidInput when the rule allows no pause, the reason is not in PAUSE_REASONS, the clock is
    not running, or `start` lies in the future, before the receipt or before the last resumption.
    """
    if not clock.rule.pausable:
        raise InvalidInput("This clock cannot be paused: the law or the policy lets it run on.")
    if reason not in PAUSE_REASONS:
        raise InvalidInput("A pause needs one of these reasons: " + ", ".join(PAUSE_REASONS) + ".")
    if at(clock, now).state != "running" or local_date(start, clock.zone) > clock.due:
        raise InvalidInput("Only a clock that is running and not overdue can be paused.")
    if require_aware(start) > require_aware(now):
        raise InvalidInput("A pause cannot begin in the future.")
    if local_date(start, clock.zone) < clock.day_zero:
        raise InvalidInput("A pause cannot begin before the receipt.")
    last = clock.pauses[-1].end if clock.pauses else None
    if last is not None and start < last:
        raise InvalidInput("A pause cannot begin before the last one ended.")
    return at(replace(clock, pauses=(*clock.pauses, Pause(start, reason))), now)


def resume(clock: Clock, end: datetime, calendar: Calendar, now: datetime) -> Clock:
    """Let a paused clock run on from `end`; a clock that is not paused comes back as it is.

    Raises InvalidInput when `end` lies in the future or before the pause began, HorizonError when
    the calendar does not reach the new target.
    """
    if not clock.paused:
        return at(clock, now)
    if require_aware(end) > require_aware(now):
        raise InvalidInput("A pause cannot end in the future.")
    if end < clock.pauses[-1].start:
        raise InvalidInput("A pause cannot end before it began.")
    closed = replace(clock.pauses[-1], end=end)
    return at(recount(replace(clock, pauses=(*clock.pauses[:-1], closed)), calendar), now)


def extend(
    clock: Clock,
    until: date,
    reason: str,
    noticed_at: datetime,
    calendar: Calendar,
    now: datetime,
) -> Clock:
    """Extend the statutory limit of an access request, once, with notice (PIPEDA s.8(4)).

    By at most the rule's days, or to the date that converting to an alternative format needs.
    The notice must go out no later than `notice_by`. Raises InvalidInput otherwise, and
    HorizonError when the calendar does not reach the new limit.
    """
    if not clock.rule.extendable:
        raise InvalidInput("Only the statutory limit of an access request can be extended.")
    if reason not in EXTENSION_REASONS:
        raise InvalidInput(
            "An extension needs one of the law's reasons: " + ", ".join(EXTENSION_REASONS) + "."
        )
    if clock.extension is not None:
        raise InvalidInput("This limit has been extended already; the law allows it once.")
    if clock.met_at is not None or clock.ended_at is not None:
        raise InvalidInput("This clock has stopped; there is nothing to extend.")
    if require_aware(noticed_at) > require_aware(now):
        raise InvalidInput("The notice of an extension cannot be sent in the future.")
    _require_in_time(clock, noticed_at, now)
    extra = (until - clock.promised).days
    if extra < 1:
        raise InvalidInput("An extension must end after the limit that it extends.")
    if reason != UNCAPPED and extra > clock.rule.extendable:
        raise InvalidInput(f"An extension is at most {clock.rule.extendable} days.")
    extended = replace(clock, extension=Extension(until, reason, noticed_at))
    return at(recount(extended, calendar), now)


def _require_in_time(clock: Clock, noticed_at: datetime, now: datetime) -> None:
    notice_by = clock.notice_by or clock.promised
    if local_date(noticed_at, clock.zone) < clock.day_zero:
        raise InvalidInput("The notice of an extension cannot be older than the request.")
    # A notice said to have been sent in time is not enough: recorded late, it cannot be shown.
    if max(local_date(noticed_at, clock.zone), local_date(now, clock.zone)) > notice_by:
        raise InvalidInput(
            f"The notice of an extension was due by {notice_by}; it is too late to extend."
        )


def meet(clock: Clock, moment: datetime) -> Clock:
    """Record that what the clock waits for was done; a second time changes nothing."""
    if clock.met_at is not None or clock.ended_at is not None:
        return clock
    return at(replace(clock, met_at=require_aware(moment)), moment)


def end(clock: Clock, moment: datetime) -> Clock:
    """Stop a clock that no longer matters (withdrawn, duplicate); a met one stays met."""
    if clock.met_at is not None or clock.ended_at is not None:
        return clock
    return at(replace(clock, ended_at=require_aware(moment)), moment)


def reopen(clock: Clock, now: datetime) -> Clock:
    """Read a clock after its ticket was reopened: no clock restarts.

    Rules that say "counts" go on from the first receipt as if never met (a repeated complaint
    keeps the 30 days of the initial one, policy 10.5); the others stay met. An ended clock runs
    on. The caller warns when that leaves it overdue.
    """
    if clock.rule.on_reopen == "stays" and clock.met_at is not None:
        return at(clock, now)
    return at(replace(clock, met_at=None, ended_at=None), now)
