"""A request as its requester reads it: plain words, dates, replies; nothing of the office's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.documents import parts
from bot.domain.clocks import Clock, local_date
from bot.domain.dates import spoken
from bot.domain.letters import ACKNOWLEDGEMENT, EXTENSION, LETTERS, QUESTION, REPLY
from bot.domain.tickets import Fact, Kind, Status, Ticket, is_open
from bot.locale import Translator, mark

STANDING = {
    Status.RECEIVED: mark("We have your request. The Privacy Officer has not taken it up yet."),
    Status.ACKNOWLEDGED: mark("The Privacy Officer has your request and will look into it."),
    Status.IN_PROGRESS: mark("The Privacy Officer is working on your request."),
    Status.WAITING: mark("We need something from you: please answer our question."),
    Status.ANSWERED: mark("We have answered you: please read our reply."),
    Status.RESOLVED: mark("This request is closed."),
    Status.WITHDRAWN: mark("This request was taken back."),
    Status.DUPLICATE: mark("This request was joined with another one of yours."),
}
CLOCK_STATES = {
    "running": "",
    "paused": mark("Waiting for now; the date on your receipt stays as it is."),
    "met": mark("Done."),
    "overdue": mark("This date has passed. We are sorry; you may complain, as your receipt says."),
    "deemed_refusal": mark(
        "The day that the law sets has passed. You may complain to the Privacy Commissioner as if "
        "we had refused."
    ),
    "ended": mark("Not needed any more."),
}
LETTER_TITLES = {
    REPLY: mark("Our reply"),
    QUESTION: mark("A question to you"),
    EXTENSION: mark("We need more time"),
    ACKNOWLEDGEMENT: mark("We are looking into it"),
    "information": mark("What you added"),
}


@dataclass(frozen=True, slots=True)
class DateView:
    """One date: what is promised, its day and source, how it stands, how it came about."""

    words: str
    day: str
    source: str
    state: str
    promised: str
    steps: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class LetterView:
    """One letter, or what the requester added, with its day."""

    title: str
    day: str
    text: str
    own: bool


def summary(ticket: Ticket, tr: Translator) -> dict[str, Any]:
    """A request in a list: kind, reference, standing, the next date."""
    due = [clock for clock in ticket.clocks if clock.state in {"running", "overdue"}]
    following = min(due, key=lambda clock: clock.due, default=None)
    return {
        "reference": ticket.reference,
        "page": f"/status/{ticket.reference}",
        "kind": tr(parts.KINDS[ticket.kind]),
        "standing": tr(STANDING[ticket.status]),
        "open": is_open(ticket.status),
        "next": following
        and f"{parts.clock_words(following, tr)} {spoken(following.due, tr.language)}",
        "replies": len([fact for fact in ticket.facts if fact.name in LETTERS]),
    }


def request_view(ticket: Ticket, tr: Translator) -> dict[str, Any]:
    """Everything of a request that its requester sees."""
    return {
        **summary(ticket, tr),
        "received": parts.said_at(ticket.received_at, ticket.clocks[0].zone, tr),
        "dates": [date_view(clock, tr) for clock in ticket.clocks],
        "letters": letters(ticket, tr),
        "waiting": ticket.status is Status.WAITING,
        "has_application": ticket.kind is Kind.ACCESS,
        "duplicate_of": ticket.duplicate_of,
    }


def date_view(clock: Clock, tr: Translator) -> DateView:
    state = CLOCK_STATES[clock.state]
    moved = clock.promised != clock.due
    return DateView(
        words=parts.clock_words(clock, tr),
        day=spoken(clock.due, tr.language),
        source=parts.source_words(clock, tr),
        state=tr(state) if state else "",
        promised=spoken(clock.promised, tr.language) if moved else "",
        steps=tuple(parts.step_words(clock, step, tr) for step in clock.explain),
    )


def letters(ticket: Ticket, tr: Translator) -> list[LetterView]:
    """Replies, questions, notices of extension and what the requester added, newest first."""
    shown = [fact for fact in ticket.facts if fact.name in LETTER_TITLES]
    ordered = sorted(shown, key=lambda fact: fact.at, reverse=True)
    return [_letter(fact, ticket, tr) for fact in ordered]


def _letter(fact: Fact, ticket: Ticket, tr: Translator) -> LetterView:
    day = spoken(local_date(fact.at, ticket.clocks[0].zone), tr.language)
    own = fact.name not in LETTERS
    return LetterView(tr(LETTER_TITLES[fact.name]), day, str(fact.content["text"]), own)
