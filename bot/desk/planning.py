"""Planning notices: one pending threshold per (ticket, clock), and the opening at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.clocks import Clock, local_date
from bot.domain.thresholds import planned_for, thresholds
from bot.domain.tickets import Kind
from bot.notices import Ladder
from bot.store import notices
from bot.store.db import Connection
from bot.store.library import Library


def plan_opening(
    connection: Connection,
    ticket_id: int,
    kind: Kind,
    running: Sequence[Clock],
    library: Library,
    ladder: Ladder,
    now: datetime,
) -> None:
    """Plan the notice of the new ticket and the first threshold of each clock."""
    rules = library.kinds[str(kind)]
    at_once = bool(rules.page_at_once)
    when = now if at_once else next_office_moment(library, now)
    for recipient in ladder.reach(rules.page_at_once or ("officer",)):
        notices.plan(
            connection,
            ticket_id,
            clock=running[0].name,
            threshold="opened",
            version=1,
            to=recipient.to,
            by=recipient.by,
            planned_for=when,
        )
    for clock in running:
        plan_next(connection, ticket_id, clock, 1, None, library, ladder, now)


def plan_next(
    connection: Connection,
    ticket_id: int,
    clock: Clock,
    version: int,
    after: str | None,
    library: Library,
    ladder: Ladder,
    now: datetime,
) -> None:
    """Plan the clock's next threshold: the first still ahead, later than the one just `after`.

    Thresholds whose day has passed are not made up for; of those due by today the latest counts.
    """
    if clock.met_at is not None or clock.ended_at is not None:
        return
    points = [p for p in thresholds(clock, library.calendar()) if p.name != "opened"]
    names = [p.name for p in points]
    if after in names:
        points = points[names.index(after) + 1 :]
    today = local_date(now, clock.zone)
    due_by_now = [p for p in points if p.date <= today and p.date != clock.day_zero]
    ahead = due_by_now[-1:] or [p for p in points if p.date > today][:1]
    for point in ahead:
        for recipient in ladder.reach(("officer",)):
            notices.plan(
                connection,
                ticket_id,
                clock=clock.name,
                threshold=point.name,
                version=version,
                to=recipient.to,
                by=recipient.by,
                planned_for=planned_for(point.date, clock.zone),
            )


def overtaken(clock: Clock, threshold: str, library: Library, now: datetime) -> bool:
    """Tell whether a later threshold is due by now, so that this one would say what is past.

    A deemed refusal is a fact of its own and is always told.
    """
    points = {p.name: p.date for p in thresholds(clock, library.calendar())}
    own, today = points.get(threshold), local_date(now, clock.zone)
    if own is None or threshold in {"opened", "deemed_refusal"}:
        return False
    return any(own < day <= today for day in points.values())


def next_office_moment(library: Library, now: datetime) -> datetime:
    """Now when the office is open, else its next opening."""
    hours, zone = library.company.office_hours, library.zone
    local, calendar = now.astimezone(zone), library.calendar()
    day = local.date() if local.time() < hours.closes else local.date() + timedelta(days=1)
    while day.weekday() not in hours.weekdays or not calendar.is_open(day):
        day += timedelta(days=1)
    return max(now, datetime.combine(day, hours.opens, tzinfo=zone))
