"""When the desk speaks: digests on the mornings of business days, the rest in office hours."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.clocks import local_date
from bot.domain.thresholds import planned_for
from bot.domain.workdays import next_open_day
from bot.store.library import Library


def next_digest(library: Library, moment: datetime) -> datetime:
    """The first digest at or after this moment: mornings of business days."""
    zone, at, calendar = library.zone, library.reminders.at, library.calendar()
    day = local_date(moment, zone)
    if planned_for(day, zone, at) < moment:
        day += timedelta(days=1)
    return planned_for(next_open_day(day, calendar), zone, at)


def next_office_moment(library: Library, now: datetime) -> datetime:
    """Now when the office is open, else its next opening."""
    hours, zone = library.company.office_hours, library.zone
    local, calendar = now.astimezone(zone), library.calendar()
    day = local.date() if local.time() < hours.closes else local.date() + timedelta(days=1)
    while day.weekday() not in hours.weekdays or not calendar.is_open(day):
        day += timedelta(days=1)
    return max(now, datetime.combine(day, hours.opens, tzinfo=zone))
