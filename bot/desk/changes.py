"""A change of one ticket under way: read, decided, saved once, with its event and its notices."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.desk.intake import Intake
from bot.desk.planning import WAITS, Plans
from bot.desk.points import ACKNOWLEDGING
from bot.domain.clocks import Clock
from bot.domain.errors import Conflict, NotFound
from bot.domain.letters import CLOSING, REQUESTER
from bot.domain.thresholds import DEEDS, DEEMED_REFUSAL, OPENED
from bot.domain.tickets import Event, Status, Step, Ticket, is_open, next_status, parse_reference
from bot.locale import Translator
from bot.store import digests, notices, tickets
from bot.store.db import Connection

TAKEN = "Someone else changed this ticket in the meantime. Look at it again."


def known_reference(text: str) -> str:
    """The reference as we write it. Raises NotFound for what cannot be one of ours."""
    reference = parse_reference(text)
    if reference is None:
        raise NotFound("There is no ticket with that reference.")
    return reference


@contextmanager
def changing(
    intake: Intake, reference: str, *, who: str, seen: int | None = None
) -> Iterator[Change]:
    """Open a transaction on one ticket.

    `seen` is the version that the officer looked at: when the ticket has moved on since, Conflict
    is raised, so that of two officers at once one wins and the other is told. Raises NotFound.
    """
    known = known_reference(reference)
    with intake.store.transaction() as connection:
        now = intake.store.now(connection)
        ticket = intake.load(connection, known, now)
        if seen is not None and seen != ticket.version:
            raise Conflict(TAKEN)
        yield Change(intake, connection, ticket, now, who)


@dataclass(slots=True)
class Change:
    """One change: `ticket` as it was read, `now` the moment of all that it writes.

    `save` writes it all, once; facts and letters are added before.
    """

    intake: Intake
    connection: Connection
    ticket: Ticket
    now: datetime
    who: str
    told: dict[str, Any] = field(default_factory=dict)

    def stepped(self, step: Step) -> Status:
        """The status after this step. Raises Conflict when the life cycle has no such step."""
        return next_status(self.ticket.status, step)

    def add_fact(self, name: str, content: Mapping[str, Any]) -> int:
        """Add a fact, which the change's event names. Returns its number."""
        number = tickets.add_fact(
            self.connection, self.ticket.id, name, content, who=self.who, now=self.now
        )
        self.told[name] = dict(content)
        return number

    def write_letter(self, name: str, text: str) -> int:
        """Add a letter to the requester, and plan its sending where a way is known.

        Returns its number.
        """
        number = self.add_fact(name, {"text": text})
        plans = self.plans()
        plans.letter(self.ticket, name, number)
        plans.write()
        return number

    def translator(self) -> Translator:
        """The sentences for the requester, in their language."""
        return self.intake.translator(self.connection, self.ticket)

    def plans(self) -> Plans:
        return self.intake.plans(self.connection, self.now)

    def tell_of(self, what: str) -> None:
        """Plan the word that the requester did this: one of DEEDS."""
        plans = self.plans()
        plans.requester_did(self.ticket, what)
        plans.write()

    def tell_when_unanswered(self, question: int) -> None:
        """Plan the word that the requester does not answer; what was planned of an earlier
        question is off."""
        notices.close_unsent(self.connection, self.ticket.id, "cancelled", clock=WAITS)
        plans = self.plans()
        plans.waiting(self.ticket, question, self.now)
        plans.write()

    def move_to(self, owner: str) -> None:
        """Move the pending reminders to a new owner."""
        plans = self.plans()
        plans.reassigned(self.ticket, owner)
        plans.write()

    def postpone(self, until: datetime) -> int:
        """Let reminders wait; letters, a deemed refusal and word from the requester do not.

        Returns how many wait.
        """
        letters = {str(n["threshold"]) for n in self.ticket.notices if n["clock"] == REQUESTER}
        waiting = notices.postpone(
            self.connection,
            self.ticket.id,
            until,
            but={DEEMED_REFUSAL, *DEEDS, *letters},
        )
        plans = self.plans()
        for row in waiting:
            digests.plan(self.connection, plans.digest_keys(row.to, row.by, until))
        return len(waiting)

    def each_clock(self, changed: Callable[[Clock], Clock]) -> tuple[Clock, ...]:
        return tuple(changed(clock) for clock in self.ticket.clocks)

    def save(
        self,
        what: str,
        *,
        why: str = "",
        status: Status | None = None,
        clocks: Sequence[Clock] | None = None,
        renewed: Collection[str] = (),
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        **columns: Any,
    ) -> Ticket:
        """Write the change with its event, and return the ticket as it is now.

        The event holds old and new status, and the old and new date of each clock that moved.
        Notices of a clock that stopped, moved or is `renewed` are cancelled, and the next is
        planned. Raises Conflict when someone else was quicker.
        """
        ticket = self.ticket
        status = status or ticket.status
        running = tuple(clocks) if clocks is not None else ticket.clocks
        if not is_open(status):
            columns.setdefault("closed_at", ticket.closed_at or self.now)
        elif ticket.closed_at is not None:
            columns.setdefault("closed_at", None)
        if not tickets.save_status(self.connection, ticket, status, running, **columns):
            raise Conflict(TAKEN)
        self._plan(what, status, running, renewed)
        old, new = _moved(ticket, status, running)
        old, new = {**old, **(before or {})}, {**new, **self.told, **(after or {})}
        event = Event(self.now, self.who, what, why, old or None, new or None)
        tickets.add_event(self.connection, ticket.id, event)
        return self.intake.load(self.connection, ticket.reference, self.now)

    def _plan(
        self, what: str, status: Status, running: Sequence[Clock], renewed: Collection[str]
    ) -> None:
        """Keep the notices in step with the change."""
        plans = self.plans()
        self._save_clocks(plans, running, renewed)
        if self.ticket.status is Status.WAITING and status is not Status.WAITING:
            notices.close_unsent(self.connection, self.ticket.id, "cancelled", clock=WAITS)
        if what in ACKNOWLEDGING:
            self._end_escalation(plans, running)
        if status is Status.RESOLVED and self.ticket.status is not Status.RESOLVED:
            plans.letter(self.ticket, CLOSING, self.ticket.version + 1)
        plans.write()

    def _save_clocks(
        self, plans: Plans, running: Sequence[Clock], renewed: Collection[str]
    ) -> None:
        known = {clock.name: clock for clock in self.ticket.clocks}
        started = [clock for clock in running if clock.name not in known]
        tickets.add_clocks(self.connection, self.ticket.id, started)
        for clock in started:
            plans.next(self.ticket.id, self.ticket.owner, clock, 1, None)
        for clock in running:
            before = known.get(clock.name)
            fresh = clock.name in renewed
            if before is None or (not fresh and before == replace(clock, state=before.state)):
                continue
            version = tickets.save_clock(self.connection, self.ticket.id, clock, renewed=fresh)
            self._plan_moved(plans, clock, version)

    def _plan_moved(self, plans: Plans, clock: Clock, version: int) -> None:
        """Cancel what the clock as it was would have told, and plan what it will.

        A new ticket that nobody was told of yet is told of all the same, and the clock goes on
        from there.
        """
        runs = clock.met_at is None and clock.ended_at is None and not clock.paused
        notices.close_unsent(
            self.connection,
            self.ticket.id,
            "cancelled",
            clock=clock.name,
            before_version=version if runs else None,
            but=(OPENED,) if runs else (),
        )
        waiting = notices.pending(self.connection, self.ticket.id) if runs else ()
        if not any((row.clock, row.threshold) == (clock.name, OPENED) for row in waiting):
            plans.next(self.ticket.id, self.ticket.owner, clock, version, None)

    def _end_escalation(self, plans: Plans, running: Sequence[Clock]) -> None:
        """Someone has seen it: nobody else is told of what was told, the clock goes on."""
        ended = notices.close_unsent(self.connection, self.ticket.id, "cancelled", rungs=True)
        versions = tickets.clock_versions(self.connection, self.ticket.id)
        clocks = {clock.name: clock for clock in running}
        for name, threshold, version in {(r.clock, r.threshold, r.version) for r in ended}:
            current = versions.get(name)
            if name in clocks and (version == current or threshold == OPENED):
                plans.next(self.ticket.id, self.ticket.owner, clocks[name], current or 1, threshold)


def _moved(
    ticket: Ticket, status: Status, running: Sequence[Clock]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What of status, due dates and states is not as it was: before and after."""
    old: dict[str, Any] = {}
    new: dict[str, Any] = {}
    if status != ticket.status:
        old["status"], new["status"] = str(ticket.status), str(status)
    known = {clock.name: clock for clock in ticket.clocks}
    for clock in running:
        before = known.get(clock.name)
        if before is None or before.due != clock.due:
            old.setdefault("due", {})[clock.name] = before and before.due.isoformat()
            new.setdefault("due", {})[clock.name] = clock.due.isoformat()
        if before is not None and before.state != clock.state:
            old.setdefault("state", {})[clock.name] = before.state
            new.setdefault("state", {})[clock.name] = clock.state
    return old, new
