"""A ticket of another kind: which of its clocks go on, which end, which are new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.desk.changes import Change
from bot.domain import clock_changes
from bot.domain.clocks import Clock, at, start_clocks
from bot.domain.errors import InvalidInput
from bot.domain.tickets import Kind, Ticket, is_open


def reclassified(change: Change, kind: Kind, uses: Sequence[str], why: str) -> Ticket:
    """Save the ticket as one of this kind. InvalidInput when it is one, and for a closed one."""
    ticket, library = change.ticket, change.intake.library
    if ticket.kind is kind:
        raise InvalidInput(f"This is {_a(kind)} already.")
    if not is_open(ticket.status):
        raise InvalidInput("A closed ticket is reopened before it is reclassified.")
    started = start_clocks(
        str(kind), ticket.received_at, library.zone, library.calendar(), library.kinds,
        sent_at=ticket.sent_at, uses=uses, now=change.now,
    )  # fmt: skip
    running = _carried_on(ticket.clocks, started, change.now)
    saved = change.save(
        "reclassify",
        why=why,
        clocks=running,
        renewed={c.name for c in running if c not in ticket.clocks},
        before={"kind": str(ticket.kind)},
        after={"kind": str(kind)},
        kind=str(kind),
    )
    if library.kinds[str(kind)].page_at_once:
        plans = change.plans()
        plans.opened(ticket.id, kind, running[0].name, version=saved.version)
        plans.write()
    return change.intake.load(change.connection, ticket.reference, change.now)


def _carried_on(
    known: Sequence[Clock], started: Sequence[Clock], now: datetime
) -> tuple[Clock, ...]:
    """The clocks of the new kind, met where they were met; those it does not have end."""
    wanted = {clock.name: clock for clock in started}
    kept = []
    for clock in known:
        new = wanted.pop(clock.name, None)
        if new is None:
            kept.append(clock_changes.end(clock, now))
        elif _same_promise(new, clock):
            kept.append(at(replace(clock, ended_at=None), now))
        else:
            kept.append(clock_changes.meet(new, clock.met_at) if clock.met_at else new)
    return (*kept, *wanted.values())


def _same_promise(new: Clock, old: Clock) -> bool:
    """Tell whether the old clock is the new one under way, so that it goes on as it is."""
    mine, theirs = ((r.unit, r.days, r.source) for r in (new.rule, old.rule))
    return mine == theirs


def _a(kind: Kind) -> str:
    return f"{'an' if str(kind)[0] in 'aeiou' else 'a'} {kind}"
