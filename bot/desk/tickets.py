"""What the officer does with tickets: one transaction, one event, at most one winner."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.desk.intake import Intake
from bot.domain.clock_changes import end, meet
from bot.domain.clocks import Clock
from bot.domain.errors import Conflict, InvalidInput, NotFound
from bot.domain.tickets import Event, Step, Ticket, next_status, parse_reference
from bot.store import notices, tickets
from bot.store.db import Connection

# Which clocks a step answers; None is all of them.
MEETS: dict[Step, tuple[str, ...] | None] = {Step.REPLY: ("respond",), Step.RESOLVE: None}
ENDS = {Step.WITHDRAW, Step.LINK}


@dataclass(frozen=True, slots=True)
class TicketDesk:
    """Reads and moves tickets."""

    intake: Intake

    def show(self, reference: str) -> Ticket:
        """Return the whole ticket. Raises NotFound for a reference that is not one of ours."""
        known = parse_reference(reference)
        if known is None:
            raise NotFound("There is no ticket with that reference.")
        store = self.intake.store
        with store.reading() as connection:
            return self.intake.load(connection, known, store.now(connection))

    def open_by_deadline(self, *, limit: int = 100, after: int = 0) -> list[Ticket]:
        """Open tickets, the next deadline first."""
        store = self.intake.store
        with store.reading() as connection:
            rebuild = self.intake.rebuilder(store.now(connection))
            return tickets.open_tickets(connection, rebuild, limit=limit, after=after)

    def of_person(self, person: str) -> list[Ticket]:
        store = self.intake.store
        with store.reading() as connection:
            rebuild = self.intake.rebuilder(store.now(connection))
            return tickets.of_person(connection, person, rebuild)

    def take(self, reference: str, step: Step, *, who: str, why: str = "") -> Ticket:
        """Take one step of the life cycle; clocks and notices follow in the same transaction.

        Raises NotFound, and Conflict when the step does not fit or someone else was quicker.
        """
        known = parse_reference(reference)
        if known is None:
            raise NotFound("There is no ticket with that reference.")
        store = self.intake.store
        with store.transaction() as connection:
            now = store.now(connection)
            ticket = self.intake.load(connection, known, now)
            status = next_status(ticket.status, step)
            running = tuple(_after(clock, step, now) for clock in ticket.clocks)
            if not tickets.save_status(connection, ticket, status, running):
                raise Conflict("Someone else changed this ticket in the meantime.")
            self._save_clocks(connection, ticket, running)
            change = Event(
                now, who, str(step), why, {"status": ticket.status}, {"status": str(status)}
            )
            tickets.add_event(connection, ticket.id, change)
            return self.intake.load(connection, known, now)

    def note(self, reference: str, text: str, *, who: str) -> Ticket:
        """Keep an internal note on a ticket; it is sent to nobody."""
        if not text.strip():
            raise InvalidInput("An empty note says nothing.")
        ticket = self.show(reference)
        store = self.intake.store
        with store.transaction() as connection:
            now = store.now(connection)
            tickets.add_event(connection, ticket.id, Event(now, who, "note", text.strip()))
            return self.intake.load(connection, ticket.reference, now)

    def _save_clocks(
        self, connection: Connection, ticket: Ticket, running: tuple[Clock, ...]
    ) -> None:
        for before, after in zip(ticket.clocks, running, strict=True):
            if before == replace(after, state=before.state):
                continue
            tickets.save_clock(connection, ticket.id, after)
            if after.met_at is not None or after.ended_at is not None:
                notices.close_unsent(connection, ticket.id, "cancelled", clock=after.name)


def _after(clock: Clock, step: Step, now: datetime) -> Clock:
    if step in MEETS:
        names = MEETS[step]
        return meet(clock, now) if names is None or clock.name in names else clock
    return end(clock, now) if step in ENDS else clock
