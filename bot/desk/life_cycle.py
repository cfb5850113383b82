"""Steps of the life cycle, each in a change under way, with the clocks it meets or ends."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.desk.changes import Change
from bot.domain import clock_changes
from bot.domain.clocks import Clock
from bot.domain.tickets import Status, Step, Ticket

# Which clocks a step answers; None is all of them.
MEETS: dict[Step, tuple[str, ...] | None] = {Step.REPLY: ("respond",), Step.RESOLVE: None}
ENDS = {Step.WITHDRAW, Step.LINK}
OVERDUE = {"overdue", "deemed_refusal"}
WROTE_AGAIN = "the requester wrote again after it was resolved"
LATE = "This is overdue ({clocks}): say why it is closed late."


def closed_late(ticket: Ticket) -> str | None:
    """The sentence that asks why this ticket is closed late; None while no due date went by."""
    late = [clock.name for clock in ticket.clocks if clock.state in OVERDUE]
    return LATE.format(clocks=", ".join(late)) if late else None


def heard(change: Change, *, why: str) -> Ticket:
    """Save that the requester has answered; the clocks that waited for that run on."""
    calendar, now = change.intake.library.calendar(), change.now

    def resumed(clock: Clock) -> Clock:
        waits = clock.paused and clock.pauses[-1].reason == "waiting_for_requester"
        return clock_changes.resume(clock, now, calendar, now) if waits else clock

    running = change.each_clock(resumed)
    ran_on = {
        after.name
        for before, after in zip(change.ticket.clocks, running, strict=True)
        if before.paused and not after.paused
    }
    status = change.stepped(Step.HEAR)
    return change.save(str(Step.HEAR), why=why, status=status, clocks=running, renewed=ran_on)


def step_taken(change: Change, step: Step, *, why: str, **columns: Any) -> Ticket:
    """Save this step of the life cycle, with the clocks that it meets or ends. Raises Conflict."""
    status: Status = change.stepped(step)
    running = change.each_clock(lambda clock: _after(clock, step, change.now))
    return change.save(str(step), why=why, status=status, clocks=running, **columns)


def _after(clock: Clock, step: Step, now: datetime) -> Clock:
    if step in MEETS:
        names = MEETS[step]
        return clock_changes.meet(clock, now) if names is None or clock.name in names else clock
    return clock_changes.end(clock, now) if step in ENDS else clock


def reopened(change: Change, *, why: str) -> Ticket:
    """Save that a closed request is taken up again; a clock that went on may be overdue."""
    now = change.now
    running = change.each_clock(lambda clock: clock_changes.reopen(clock, now))
    runs_on = {
        after.name
        for before, after in zip(change.ticket.clocks, running, strict=True)
        if (before.met_at, before.ended_at) != (after.met_at, after.ended_at)
    }
    overdue = [c.name for c in running if c.state in OVERDUE]
    return change.save(
        str(Step.REOPEN),
        why=why,
        status=change.stepped(Step.REOPEN),
        clocks=running,
        renewed=runs_on,
        after={"overdue": overdue} if overdue else None,
        duplicate_of=None,
    )
