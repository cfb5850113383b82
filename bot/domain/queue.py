"""The officer's queue: what each row says of its next deadline, and which rows are asked for.

What lives here: words and filters. What does not: the search itself, and how a row looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from urllib.parse import urlencode

from bot.domain.dates import spoken
from bot.domain.errors import HorizonError
from bot.domain.people import Channel
from bot.domain.tickets import Kind, Status
from bot.domain.workdays import Calendar

SOON, NEAR = 2, 5
LONGEST_SUMMARY = 180
ABOUT_THE_PERSON = frozenset({"reach", "name", "find"})
DUE = ("", "overdue", "today", "week", "none")
OWNERS = ("", "me", "nobody")
STATES = ("", "closed")


@dataclass(frozen=True, slots=True)
class Urgency:
    """How near a deadline is: in words, and by one of the tones that a page may colour.

    Tones: overdue, today, soon (2 business days), near (5), later, none.
    """

    words: str
    tone: str


def urgency(due: date | None, today: date, calendar: Calendar) -> Urgency:
    """What to say of a due date. A ticket without a running clock has `date.max`, or None."""
    if due is None or due == date.max:
        return Urgency("no date left to keep", "none")
    if due < today:
        return Urgency(f"overdue since {short(due + timedelta(days=1))}", "overdue")
    if due == today:
        return Urgency("due today", "today")
    try:
        left = business_days_between(today, due, calendar)
    except HorizonError:
        return Urgency(f"{(due - today).days} days", "later")
    if left == 0:
        return Urgency(f"due on {spoken(due)}, before the next business day", "soon")
    tone = "soon" if left <= SOON else "near" if left <= NEAR else "later"
    return Urgency(f"{left} business day{'' if left == 1 else 's'}", tone)


def short(day: date) -> str:
    """A date without its weekday, for example `11 December 2026`."""
    return spoken(day).partition(" ")[2]


def business_days_between(after: date, until: date, calendar: Calendar) -> int:
    """Count the business days after one date up to and with another. HorizonError outside."""
    days = (after + timedelta(days=n) for n in range(1, (until - after).days + 1))
    return sum(calendar.is_open(day) for day in days)


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which tickets a queue shows; an empty field asks for nothing.

    `words` are looked for in what people wrote and are never part of an address; all else is.
    """

    kind: str = ""
    status: str = ""
    due: str = ""
    owner: str = ""
    channel: str = ""
    state: str = ""
    words: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str], words: str = "") -> QueueFilter:
        """Read a filter out of a query; what is not one of the choices counts as not asked."""
        choices: dict[str, tuple[str, ...]] = {
            "kind": tuple(map(str, Kind)),
            "status": tuple(map(str, Status)),
            "due": DUE,
            "owner": OWNERS,
            "channel": tuple(map(str, Channel)),
            "state": STATES,
        }
        known = {name: value for name in choices if (value := given.get(name, "")) in choices[name]}
        return cls(**known, words=words.strip()[:200])

    def query(self) -> str:
        """The filter as the query of an address, without the words."""
        named = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "words"}
        return urlencode({name: value for name, value in named.items() if value})


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One ticket in the queue, as much of it as a row shows."""

    id: int
    reference: str
    kind: Kind
    status: Status
    received: date
    channel: Channel
    owner: str | None
    next_due: date | None
    clock: str | None
    paused: bool
    summary: str
    hold: bool = False

    @property
    def place(self) -> str:
        """Where it stands in the queue, for the page that goes on after it."""
        return f"{(self.next_due or date.max).isoformat()}.{self.id}"


def read_place(text: str) -> tuple[date, int] | None:
    """Read a place in the queue; None for what is none."""
    day, _, number = text.partition(".")
    try:
        return (date.fromisoformat(day), int(number)) if number.isdecimal() else None
    except ValueError:
        return None


def summary(fields: Mapping[str, Mapping[str, object]]) -> str:
    """The first of what a person wrote about their matter, on one line."""
    for name, value in fields.items():
        words = " ".join(str(value.get("words") or value.get("said") or "").split())
        if name not in ABOUT_THE_PERSON and words:
            return words if len(words) <= LONGEST_SUMMARY else f"{words[: LONGEST_SUMMARY - 1]}…"
    return ""
