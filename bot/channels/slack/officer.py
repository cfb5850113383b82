"""The officer's steps from Slack: each is the same audited desk call as in the console."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.channels.slack.cards import since
from bot.channels.slack.modals import step_title
from bot.desk import Desk
from bot.domain.dates import spoken
from bot.domain.errors import Conflict, DeskError, InvalidInput
from bot.domain.tickets import Step, Ticket


@dataclass(frozen=True, slots=True)
class OfficerSteps:
    """Takes a step and says in one sentence what came of it."""

    desk: Desk

    def take(self, private: Mapping[str, Any], given: Mapping[str, Any], user: str) -> str:
        """Take the step that a modal asked for.

        Never raises for what the desk refuses: the sentence says so, and gives back what was
        typed. A step that this very modal has taken before is not taken again.
        """
        step, reference, seen = str(private["step"]), str(private["r"]), int(private["v"])
        who = f"slack:{user}"
        try:
            ticket = self._taken(step, reference, seen, who, given)
        except Conflict:
            return self._too_late(step, reference, seen, who, given)
        except DeskError as error:
            return f"{reference}: not done. {error.sentence}{_typed(given)}"
        return _done(step, ticket)

    def _taken(
        self, step: str, reference: str, seen: int, who: str, given: Mapping[str, Any]
    ) -> Ticket:
        tickets, clocks = self.desk.tickets, self.desk.clocks
        why = str(given.get("why") or "").strip()
        text = str(given.get("text") or "")
        reason = str(given.get("reason") or "")
        more: dict[str, Any] = {"who": who, "why": why, "seen": seen}
        match step:
            case "acknowledge":
                return tickets.take(reference, Step.ACKNOWLEDGE, **more)
            case "reply":
                return tickets.reply(reference, text, **more)
            case "extend":
                until = date.fromisoformat(str(given.get("until")))
                return clocks.extend(reference, reason, until=until, **more)
            case "pause":
                return clocks.pause(reference, reason, **more)
            case "resume":
                return clocks.resume(reference, **more)
            case "resolve":
                found = {"yes": True, "no": False}.get(str(given.get("justified")))
                measures = str(given.get("measures") or "")
                return tickets.resolve(reference, justified=found, measures=measures, **more)
            case "assign":
                return tickets.assign(reference, f"slack:{given.get('owner')}", **more)
            case "reopen":
                return tickets.reopen(reference, **more)
            case "snooze" | "note":
                return self._unversioned(step, reference, seen, who, given)
        raise InvalidInput("There is no such step.")

    def _unversioned(
        self, step: str, reference: str, seen: int, who: str, given: Mapping[str, Any]
    ) -> Ticket:
        """A step that two people may take at once, but the same modal only once."""
        ticket = self.desk.tickets.show(reference)
        if any(event.who == who and event.what == step for event in ticket.events[seen:]):
            return ticket
        if step == "note":
            return self.desk.tickets.note(reference, str(given.get("text") or ""), who=who)
        day = date.fromisoformat(str(given.get("until")))
        library = self.desk.intake.library
        until = datetime.combine(day, library.company.office_hours.opens, tzinfo=library.zone)
        why = str(given.get("why") or "")
        return self.desk.tickets.snooze(reference, until, who=who, why=why)

    def _too_late(
        self, step: str, reference: str, seen: int, who: str, given: Mapping[str, Any]
    ) -> str:
        ticket = self.desk.tickets.show(reference)
        after = ticket.events[seen:]
        # We were interrupted after the step and before noting it: the step is ours.
        if after and after[0].who == who and after[0].what == step:
            return _done(step, ticket)
        happened = "; ".join(since(ticket, seen))
        return f"{reference}: not done. Meanwhile: {happened}.{_typed(given)}"


def _done(step: str, ticket: Ticket) -> str:
    clock = next((c for c in ticket.clocks if c.state in {"running", "overdue"}), None)
    due = f" Next date: {spoken(clock.due)}." if clock else ""
    told = {
        "note": "Your note is kept with it; it was sent to nobody.",
        "reply": "Your reply is recorded and on its way to the requester.",
        "extend": "The limit is extended, and the requester is notified.",
    }.get(step, f"Done: {step_title(step).lower()}.")
    return f"{ticket.reference}: {told}{due}"


def _typed(given: Mapping[str, Any]) -> str:
    """What was typed goes back to whoever typed it, so that nothing is lost."""
    text = str(given.get("text") or "").strip()
    return f"\nYour words, to use again:\n{text}" if text else ""
