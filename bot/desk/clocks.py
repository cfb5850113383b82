"""Moving clocks: extension, pause, and holidays that became known after a promise was made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.desk.changes import Change, changing
from bot.desk.intake import Intake
from bot.domain import clock_changes
from bot.domain.clocks import Clock
from bot.domain.errors import InvalidInput
from bot.domain.letters import EXTENSION, extension_notice
from bot.domain.tickets import Ticket
from bot.store import tickets

PAGE = 200


@dataclass(frozen=True, slots=True)
class Moved:
    """A due date that today's calendar would move."""

    reference: str
    clock: str
    before: date
    after: date
    calendar_before: str
    calendar_after: str

    def to_json(self) -> dict[str, str]:
        return {
            "reference": self.reference,
            "clock": self.clock,
            "before": self.before.isoformat(),
            "after": self.after.isoformat(),
            "calendar_before": self.calendar_before,
            "calendar_after": self.calendar_after,
        }


@dataclass(frozen=True, slots=True)
class ClockDesk:
    """What moves a due date. Raises NotFound and Conflict as every change of a ticket does."""

    intake: Intake

    def extend(
        self,
        reference: str,
        reason: str,
        *,
        who: str,
        until: date | None = None,
        days: int | None = None,
        why: str = "",
        seen: int | None = None,
    ) -> Ticket:
        """Extend the statutory limit of an access request, and notify the requester now.

        By `days`, or to the date `until`; without either by as many days as the law allows. The
        notice is made here with what PIPEDA s.8(4) wants in it and planned in the same
        transaction. The promise of 14 business days is never touched. InvalidInput as
        `clock_changes.extend` says.
        """
        with changing(self.intake, reference, who=who, seen=seen) as change:
            clock = _the(change, lambda c: bool(c.rule.extendable), EXTENDABLE)
            if until is None:
                until = clock.promised + timedelta(days=days or clock.rule.extendable)
            now, library = change.now, self.intake.library
            extended = clock_changes.extend(clock, until, reason, now, library.calendar(), now)
            text = extension_notice(change.ticket, extended, library.company, change.translator())
            change.write_letter(EXTENSION, text)
            return _saved(change, "extend", extended, why or reason)

    def pause(
        self, reference: str, reason: str, *, who: str, why: str = "", seen: int | None = None
    ) -> Ticket:
        """Let our own target stand still: no reminders of it until it is resumed.

        The promised date stays. InvalidInput as `clock_changes.pause` says.
        """
        with changing(self.intake, reference, who=who, seen=seen) as change:
            clock = _the(change, lambda c: c.rule.pausable, PAUSABLE)
            paused = clock_changes.pause(clock, change.now, reason, change.now)
            return _saved(change, "pause", paused, why or reason)

    def resume(self, reference: str, *, who: str, why: str = "", seen: int | None = None) -> Ticket:
        """Let a paused target run on. InvalidInput when nothing is paused."""
        with changing(self.intake, reference, who=who, seen=seen) as change:
            clock = _the(change, lambda c: c.paused, "Nothing is paused on this ticket.")
            calendar = self.intake.library.calendar()
            resumed = clock_changes.resume(clock, change.now, calendar, change.now)
            return _saved(change, "resume", resumed, why, renewed=True)

    def calendar_diff(self) -> list[Moved]:
        """Which due dates of open tickets today's calendar would move. HorizonError as ever."""
        return [
            moved
            for ticket in self._open_tickets()
            for clock in ticket.clocks
            if (moved := self._moved(ticket, clock)) is not None
        ]

    def apply_calendar(self, *, who: str, why: str = "") -> list[Moved]:
        """Move them: an event and new reminders for each ticket, a transaction each."""
        done: list[Moved] = []
        for reference in dict.fromkeys(moved.reference for moved in self.calendar_diff()):
            with changing(self.intake, reference, who=who) as change:
                found = {c.name: self._moved(change.ticket, c) for c in change.ticket.clocks}
                moves = {name: moved for name, moved in found.items() if moved is not None}
                if not moves:
                    continue
                calendar = self.intake.library.calendar()
                running = [
                    clock_changes.recount(c, calendar) if c.name in moves else c
                    for c in change.ticket.clocks
                ]
                one = next(iter(moves.values()))
                change.save(
                    "calendar",
                    why=why or "the holiday calendar has changed",
                    clocks=running,
                    before={"calendar": one.calendar_before},
                    after={"calendar": one.calendar_after},
                    calendar=one.calendar_after,
                )
                done.extend(moves.values())
        return done

    def _moved(self, ticket: Ticket, clock: Clock) -> Moved | None:
        if clock.met_at is not None or clock.ended_at is not None:
            return None
        calendar = self.intake.library.calendar()
        recounted = clock_changes.recount(clock, calendar)
        if recounted.due == clock.due:
            return None
        return Moved(
            ticket.reference,
            clock.name,
            clock.due,
            recounted.due,
            f"{clock.calendar} {clock.calendar_version}",
            f"{calendar.name} {calendar.version}",
        )

    def _open_tickets(self) -> Iterator[Ticket]:
        """Every open ticket, a page at a time."""
        store, last = self.intake.store, None
        while True:
            with store.reading() as connection:
                rebuild = self.intake.rebuilder(store.now(connection))
                page = tickets.open_tickets(connection, rebuild, limit=PAGE, beyond=last)
            yield from page
            if len(page) < PAGE:
                return
            last = page[-1]


EXTENDABLE = "Only the statutory limit of an access request can be extended."
PAUSABLE = "Nothing on this ticket can be paused: only our aim to resolve a complaint can wait."


def _the(change: Change, wanted: Callable[[Clock], bool], otherwise: str) -> Clock:
    found = next((clock for clock in change.ticket.clocks if wanted(clock)), None)
    if found is None:
        raise InvalidInput(otherwise)
    return found


def _saved(change: Change, what: str, moved: Clock, why: str, *, renewed: bool = False) -> Ticket:
    running = change.each_clock(lambda clock: moved if clock.name == moved.name else clock)
    return change.save(what, why=why, clocks=running, renewed={moved.name} if renewed else ())
