"""What the officer does with tickets: one transaction, one event, at most one winner.

What lives here: each step, and what is established on the way. What does not: the clocks that a
step meets (life_cycle.py), moving clocks (clocks.py), letting requesters in (access.py), purging
(keeping.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.desk.changes import Change, changing, known_reference
from bot.desk.duplicates import join
from bot.desk.intake import NOTHING_WITHDRAWN, Intake
from bot.desk.life_cycle import OVERDUE, closed_late, heard, reopened, step_taken
from bot.desk.reclassifying import reclassified
from bot.domain.assessments import Assessment
from bot.domain.clocks import local_date
from bot.domain.errors import InvalidInput
from bot.domain.letters import ACKNOWLEDGEMENT, QUESTION, REPLY, recourse
from bot.domain.tickets import Event, Kind, Step, Ticket, is_open
from bot.domain.workdays import business_day_after
from bot.store import tickets

LONGEST_WORD = 80
NUMBER = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class TicketDesk:
    """Reads and moves tickets.

    Every call that changes one takes `who` does it and, where given, the version `seen`; it raises
    NotFound for an unknown reference and Conflict when the step does not fit the life cycle or
    someone else was quicker.
    """

    intake: Intake

    def show(self, reference: str) -> Ticket:
        """Return the whole ticket. Raises NotFound for a reference that is not one of ours."""
        known = known_reference(reference)
        store = self.intake.store
        with store.reading() as connection:
            return self.intake.load(connection, known, store.now(connection))

    def open_by_deadline(
        self, *, limit: int = 100, after: int = 0, beyond: Ticket | None = None
    ) -> list[Ticket]:
        """Open tickets, the next deadline first; go on `beyond` the last of the page before."""
        store = self.intake.store
        with store.reading() as connection:
            rebuild = self.intake.rebuilder(store.now(connection))
            return tickets.open_tickets(
                connection, rebuild, limit=limit, after=after, beyond=beyond
            )

    def of_person(self, person: str) -> list[Ticket]:
        store = self.intake.store
        with store.reading() as connection:
            rebuild = self.intake.rebuilder(store.now(connection))
            return tickets.of_person(connection, person, rebuild)

    def take(
        self, reference: str, step: Step, *, who: str, why: str = "", seen: int | None = None
    ) -> Ticket:
        """Take one step of the life cycle; clocks and notices follow in the same transaction."""
        if step is Step.REOPEN:
            return self.reopen(reference, who=who, why=why, seen=seen)
        if step is Step.HEAR:
            return self.hear(reference, who=who, why=why, seen=seen)
        with changing(self.intake, reference, who=who, seen=seen) as change:
            return step_taken(change, step, why=why)

    def reply(
        self, reference: str, text: str, *, who: str, why: str = "", seen: int | None = None
    ) -> Ticket:
        """Answer the requester: by e-mail where they gave an address, else with their status."""
        words = _required(text, "An empty reply says nothing.")
        with changing(self.intake, reference, who=who, seen=seen) as change:
            change.stepped(Step.REPLY)
            told = recourse(self.intake.library.company, change.translator())
            change.write_letter(REPLY, f"{words}\n\n{told}")
            return step_taken(change, Step.REPLY, why=why)

    def acknowledge(
        self, reference: str, text: str, *, who: str, seen: int | None = None
    ) -> Ticket:
        """Tell the requester that their request is being looked into; no clock is met by it."""
        words = _required(text, "An empty acknowledgement says nothing.")
        with changing(self.intake, reference, who=who, seen=seen) as change:
            change.stepped(Step.ACKNOWLEDGE)
            change.write_letter(ACKNOWLEDGEMENT, words)
            return step_taken(change, Step.ACKNOWLEDGE, why="")

    def ask(
        self, reference: str, text: str, *, who: str, why: str = "", seen: int | None = None
    ) -> Ticket:
        """Ask the requester something. No clock stands still for it: see ClockDesk.pause."""
        words = _required(text, "An empty question asks nothing.")
        with changing(self.intake, reference, who=who, seen=seen) as change:
            change.stepped(Step.ASK)
            number = change.write_letter(QUESTION, words)
            asked = step_taken(change, Step.ASK, why=why)
            change.tell_when_unanswered(number)
            return self.intake.load(change.connection, asked.reference, change.now)

    def hear(self, reference: str, *, who: str, why: str = "", seen: int | None = None) -> Ticket:
        """Record that the requester has answered; what was paused for that runs on."""
        with changing(self.intake, reference, who=who, seen=seen) as change:
            return heard(change, why=why)

    def resolve(
        self,
        reference: str,
        *,
        who: str,
        justified: bool | None = None,
        measures: str = "",
        why: str = "",
        seen: int | None = None,
    ) -> Ticket:
        """Close a request; its clocks are met.

        `justified` is the finding on a complaint. A justified one needs measures (policy 10.4),
        and one that is closed after a due date went by needs a reason: InvalidInput without them.
        """
        if justified and not measures.strip():
            raise InvalidInput("A complaint found to be justified needs measures (policy 10.4).")
        with changing(self.intake, reference, who=who, seen=seen) as change:
            change.stepped(Step.RESOLVE)
            late = closed_late(change.ticket)
            if late and not why.strip():
                raise InvalidInput(late)
            if justified is not None or measures.strip():
                finding = {"justified": justified, "measures": measures.strip(), "why": why}
                change.add_fact("finding", finding)
            return step_taken(change, Step.RESOLVE, why=why)

    def reopen(self, reference: str, *, who: str, why: str = "", seen: int | None = None) -> Ticket:
        """Take a closed request up again. No clock restarts: one that went on may be overdue."""
        with changing(self.intake, reference, who=who, seen=seen) as change:
            return reopened(change, why=why)

    def note(self, reference: str, text: str, *, who: str) -> Ticket:
        """Keep an internal note on a ticket; it is sent to nobody."""
        words = _required(text, "An empty note says nothing.")
        with changing(self.intake, reference, who=who) as change:
            tickets.add_event(
                change.connection, change.ticket.id, Event(change.now, who, "note", words)
            )
            return self.intake.load(change.connection, change.ticket.reference, change.now)

    def assign(
        self, reference: str, owner: str, *, who: str, why: str = "", seen: int | None = None
    ) -> Ticket:
        """Give a ticket to someone."""
        name = _required(owner, "A ticket is assigned to someone.")
        with changing(self.intake, reference, who=who, seen=seen) as change:
            change.move_to(name)
            return change.save(
                "assign",
                why=why,
                before={"owner": change.ticket.owner},
                after={"owner": name},
                owner=name,
            )

    def snooze(self, reference: str, until: datetime, *, who: str, why: str = "") -> Ticket:
        """Keep reminders of a ticket back until then.

        InvalidInput for a moment that is past or after the next due date; overdue, the next
        business day is the latest.
        """
        with changing(self.intake, reference, who=who) as change:
            latest = self._latest_snooze(change)
            zone = self.intake.library.zone
            if until <= change.now or local_date(until, zone) > latest:
                raise InvalidInput(f"Reminders can be kept back until {latest}, not longer.")
            waiting = change.postpone(until)
            after = {"until": until.isoformat(), "reminders": waiting}
            return change.save("snooze", why=why, after=after)

    def _latest_snooze(self, change: Change) -> date:
        today = local_date(change.now, self.intake.library.zone)
        due = [c.due for c in change.ticket.clocks if c.state == "running"]
        overdue = any(c.state in OVERDUE for c in change.ticket.clocks)
        if due and not overdue:
            return min(due)
        return business_day_after(today, 1, self.intake.library.calendar())

    def identify(
        self, reference: str, method: str, result: str, *, who: str, seen: int | None = None
    ) -> Ticket:
        """Record how someone's identity was checked and with what result, and nothing else.

        InvalidInput for words that carry a number: no document's number is recorded.
        """
        identity = {"method": method.strip(), "result": result.strip()}
        for word in identity.values():
            if not word or len(word) > LONGEST_WORD or NUMBER.search(word):
                raise InvalidInput("Record the method and the result of the check, no numbers.")
        with changing(self.intake, reference, who=who, seen=seen) as change:
            before = {"identity": dict(change.ticket.identity) if change.ticket.identity else None}
            return change.save(
                "identity", before=before, after={"identity": identity}, identity=identity
            )

    def reclassify(
        self,
        reference: str,
        kind: Kind,
        *,
        who: str,
        uses: Sequence[str] = (),
        why: str = "",
        seen: int | None = None,
    ) -> Ticket:
        """Make it a ticket of another kind. The receipt stays, and no clock restarts.

        Clocks of the new kind count from the original receipt and those it shares go on as they
        are; the others end. A withdrawal needs the `uses` that are withdrawn.
        """
        if kind is Kind.WITHDRAWAL and not uses:
            raise InvalidInput(NOTHING_WITHDRAWN)
        with changing(self.intake, reference, who=who, seen=seen) as change:
            return reclassified(change, kind, uses, why)

    def link(self, reference: str, other: str, *, who: str, why: str = "") -> Ticket:
        """Join two requests of one person on one matter: the earlier receipt wins.

        The later one becomes its duplicate, whichever is named first. Returns the one that stays.
        InvalidInput for the same ticket twice, for two kinds, and when the earlier one is closed.
        """
        store = self.intake.store
        with store.reading() as connection:
            now = store.now(connection)
            named = [known_reference(name) for name in (reference, other)]
            pair = [self.intake.load(connection, name, now) for name in named]
        first, second = sorted(pair, key=lambda ticket: (ticket.received_at, ticket.id))
        if first.id == second.id:
            raise InvalidInput("A request is no duplicate of itself.")
        if first.kind is not second.kind:
            raise InvalidInput("Two requests of different kinds are reclassified before joining.")
        if not is_open(first.status):
            raise InvalidInput("The earlier request is closed: reopen it before joining them.")
        with store.transaction() as connection:
            now = store.now(connection)
            return join(self.intake, connection, (first, second), who=who, why=why, now=now)

    def disagree(self, reference: str, substance: str, *, who: str, why: str = "") -> Ticket:
        """Record the substance of a challenge that stays unresolved (policy 9.3; 4.9.6)."""
        words = _required(substance, "A disagreement has a substance.")
        with changing(self.intake, reference, who=who) as change:
            if change.ticket.kind not in {Kind.CORRECTION, Kind.ACCESS, Kind.COMPLAINT}:
                raise InvalidInput("A disagreement belongs to a correction, access or complaint.")
            change.add_fact("disagreement", {"substance": words})
            return change.save("disagreement", why=why)

    def assess(self, reference: str, assessment: Assessment, *, who: str, why: str = "") -> Ticket:
        """Enter the assessment of an incident into the register; the newest one holds."""
        with changing(self.intake, reference, who=who) as change:
            if change.ticket.kind is not Kind.INCIDENT:
                raise InvalidInput("Only an incident is assessed.")
            for words in (assessment.sensitivity, assessment.misuse, assessment.why):
                _required(words, "An assessment names sensitivity, probability of misuse and why.")
            change.add_fact("assessment", assessment.to_json())
            return change.save("assessment", why=why)

    def hold(self, reference: str, on: bool, *, who: str, why: str) -> Ticket:
        """Put a ticket under legal hold, or release it: under hold nothing of it is purged."""
        _required(why, "A legal hold, and its release, need a reason.")
        with changing(self.intake, reference, who=who) as change:
            before, after = {"hold": change.ticket.hold}, {"hold": on}
            return change.save("hold", why=why, before=before, after=after, hold=on)


def _required(text: str, otherwise: str) -> str:
    words = text.strip()
    if not words:
        raise InvalidInput(otherwise)
    return words
