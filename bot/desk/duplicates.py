"""Requests that came twice: linked when they are filed, the earliest receipt wins.

The later of two becomes the duplicate of the earlier one, whose dates hold; both keep their words.
"""

from __future__ import annotations

from datetime import datetime

from bot.desk.changes import Change
from bot.desk.intake import Filing, Intake
from bot.domain import clock_changes
from bot.domain.duplicates import contact_of, same_matter
from bot.domain.tickets import Event, Kind, Step, Ticket
from bot.store import tickets
from bot.store.db import Connection

DESK = "desk"
SAME = "the same person wrote of the same matter"
TWINS_LOOKED_AT = 20


def join_twin(
    intake: Intake, connection: Connection, reference: str, filing: Filing, now: datetime
) -> Ticket | None:
    """Link a request, just filed, to an open one of the same person on the same matter.

    The same person is the same account, or the same address or number given for the answer.
    Returns the request that stays of the two, or None when there is no twin. Incidents are never
    joined by themselves: each is paged and assessed on its own.
    """
    if filing.kind is Kind.INCIDENT:
        return None
    near = tickets.open_of_person(
        connection,
        filing.person,
        contact_of(filing.fields),
        filing.kind,
        intake.rebuilder(now),
        but=reference,
        limit=TWINS_LOOKED_AT,
    )
    twins = [one for one in near if same_matter(filing.fields, one.fields)]
    if not twins:
        return None
    filed = intake.load(connection, reference, now)
    twin = min(twins, key=lambda one: (one.received_at, one.id))
    return join(intake, connection, (filed, twin), who=DESK, why=SAME, now=now)


def join(
    intake: Intake,
    connection: Connection,
    pair: tuple[Ticket, Ticket],
    *,
    who: str,
    why: str,
    now: datetime,
) -> Ticket:
    """Make the later receipt of two the duplicate of the earlier one, and return that one.

    Raises Conflict when the life cycle has no such step, or someone else was quicker.
    """
    first, second = sorted(pair, key=lambda ticket: (ticket.received_at, ticket.id))
    told = Event(now, who, "linked", why, None, {"duplicate": second.reference})
    tickets.add_event(connection, first.id, told)
    change = Change(intake, connection, second, now, who)
    change.save(
        str(Step.LINK),
        why=why,
        status=change.stepped(Step.LINK),
        clocks=change.each_clock(lambda clock: clock_changes.end(clock, now)),
        duplicate_of=first.reference,
    )
    return intake.load(connection, first.reference, now)
