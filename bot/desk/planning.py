"""Planning notices: one pending threshold per (ticket, clock), and the opening at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.clocks import Clock, local_date
from bot.domain.letters import REQUESTER
from bot.domain.thresholds import planned_for, thresholds
from bot.domain.tickets import Kind, Ticket
from bot.notices import Ladder
from bot.store import notices
from bot.store.db import Connection
from bot.store.library import Library

# A pause that nobody ends is told of after so many days, under `paused+` and the number.
FORGOTTEN = "paused+"
FORGOTTEN_AFTER = (14, 30)


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
    plan_opened(connection, ticket_id, kind, running[0].name, library, ladder, now)
    for clock in running:
        plan_next(connection, ticket_id, clock, 1, None, library, ladder, now)


def plan_opened(
    connection: Connection,
    ticket_id: int,
    kind: Kind,
    clock: str,
    library: Library,
    ladder: Ladder,
    now: datetime,
    *,
    version: int = 1,
) -> None:
    """Plan the word that there is a ticket of this kind: at once where its kind pages people."""
    rules = library.kinds[str(kind)]
    when = now if rules.page_at_once else next_office_moment(library, now)
    for recipient in ladder.reach(rules.page_at_once or ("officer",)):
        notices.plan(
            connection,
            ticket_id,
            clock=clock,
            threshold="opened",
            version=version,
            to=recipient.to,
            by=recipient.by,
            planned_for=when,
        )


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
    A paused clock keeps silent.
    """
    if clock.met_at is not None or clock.ended_at is not None or clock.paused:
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


def plan_pause(
    connection: Connection,
    ticket_id: int,
    clock: Clock,
    version: int,
    ladder: Ladder,
    now: datetime,
) -> None:
    """Plan the notices of a pause that nobody ends."""
    for days in FORGOTTEN_AFTER:
        day = local_date(now, clock.zone) + timedelta(days=days)
        for recipient in ladder.reach(("officer",)):
            notices.plan(
                connection,
                ticket_id,
                clock=clock.name,
                threshold=f"{FORGOTTEN}{days}",
                version=version,
                to=recipient.to,
                by=recipient.by,
                planned_for=planned_for(day, clock.zone),
            )


def plan_letter(
    connection: Connection, ticket: Ticket, name: str, number: int, ladder: Ladder, now: datetime
) -> bool:
    """Plan the sending of a letter at once. False where the requester cannot be written to:
    they read it with the status of their request."""
    if ticket.email is None or "e-mail" not in ladder.letters_by:
        return False
    notices.plan(
        connection,
        ticket.id,
        clock=REQUESTER,
        threshold=name,
        version=number,
        to=ticket.email,
        by="e-mail",
        planned_for=now,
    )
    return True


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
