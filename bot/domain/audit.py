"""The chain of events: each carries a code over its own head and the code of the one before.

What lives here: making and checking the codes. What does not: reading and writing events. A code
covers ids, times and a salted digest of the content, so that content can be purged and the chain
still be checked; without its salt a digest tells nothing about what it was made of.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.domain.errors import InvalidInput

FIRST_MAC = "0" * 64
MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Content:
    """The part of an event that may be personal and can be purged."""

    who: str
    why: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    def digest(self, salt: str) -> str:
        """Give the SHA-256 over salt and content; the same content, the same digest."""
        shown = [salt, self.who, self.why, self.before, self.after]
        canonical = json.dumps(shown, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Link:
    """The part of an event that stays for ever and that its code covers."""

    id: int
    ticket_id: int | None
    number: int
    at: datetime
    what: str
    digest: str

    def mac(self, key: bytes, previous: str) -> str:
        """Give the HMAC-SHA-256 of this link after the one whose code is `previous`."""
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        head = [previous, self.id, self.ticket_id, self.number, at, self.what, self.digest]
        return hmac.new(key, json.dumps(head).encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Chained:
    """An event as it is stored. `salt` is None once its content is purged."""

    link: Link
    content: Content
    salt: str | None
    mac: str


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ended when it was read: export it, and truncation shows."""

    events: int
    mac: str

    def to_json(self) -> dict[str, Any]:
        return {"events": self.events, "mac": self.mac}


def head_from_json(value: object) -> Head:
    """Read an exported head. Raises InvalidInput when it is none."""
    if isinstance(value, Mapping):
        events, mac = value.get("events"), value.get("mac")
        if isinstance(events, int) and events >= 0 and isinstance(mac, str) and len(mac) == 64:
            return Head(events, mac)
    raise InvalidInput('An exported head looks like {"events": 12, "mac": "..."}.')


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the chain, at which event."""

    event: int
    what: str

    @property
    def sentence(self) -> str:
        return f"Event {self.event} {self.what}."


@dataclass(frozen=True, slots=True)
class Audit:
    """The outcome of a check: the head as read, and the first problems in order."""

    head: Head
    problems: tuple[Problem, ...]


def audit(
    key: bytes, chain: Iterable[Chained], head: Head, *, exported: Head | None = None
) -> Audit:
    """Check a chain, given in order of ids, against its own head and one exported earlier.

    Finds events that were changed, deleted, inserted, reordered or cut off at the end, and content
    that was emptied without a purge saying so. Reports at most MOST_PROBLEMS.
    """
    check = _Check(key, exported)
    for event in chain:
        check.take(event)
    check.finish(head)
    return Audit(Head(check.last, check.mac), tuple(sorted(check.problems, key=lambda p: p.event)))


class _Check:
    def __init__(self, key: bytes, exported: Head | None) -> None:
        self.key, self.exported = key, exported
        self.last, self.mac = 0, FIRST_MAC
        self.problems: list[Problem] = []
        self.emptied: set[int] = set()
        self.purged: set[int] = set()

    def note(self, event: int, what: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(event, what))

    def take(self, event: Chained) -> None:
        link = event.link
        if link.id != self.last + 1:
            self.note(self.last + 1, "is missing")
        elif not hmac.compare_digest(link.mac(self.key, self.mac), event.mac):
            self.note(link.id, "does not fit the chain: changed, inserted or out of order")
        elif event.salt is None:
            self.emptied.add(link.id)
        elif event.content.digest(event.salt) != link.digest:
            self.note(link.id, "was changed")
        else:
            self.purged.update(purged_events(link.what, event.content))
        if self.exported and link.id == self.exported.events and event.mac != self.exported.mac:
            self.note(link.id, "is not the one of the exported head: the chain was rewritten")
        self.last, self.mac = link.id, event.mac

    def finish(self, head: Head) -> None:
        for id in sorted(self.emptied - self.purged):
            self.note(id, "was emptied, and no purge says so")
        ends = [head] if self.exported is None else [head, self.exported]
        for end in ends:
            if end.events > self.last:
                self.note(self.last + 1, f"is missing: the chain reached to {end.events}")
                return
        if head != Head(self.last, self.mac):
            self.note(self.last, "is not the last one that the desk wrote")


PURGED = "purged"


def purged_events(what: str, content: Content) -> set[int]:
    """The events that a purge says it has emptied; none for any other event."""
    if what != PURGED or content.after is None:
        return set()
    return {id for first, last in content.after["events"] for id in range(first, last + 1)}


def ranges(ids: Iterable[int]) -> list[list[int]]:
    """Write numbers as [first, last] pairs, in order."""
    found: list[list[int]] = []
    for id in sorted(set(ids)):
        if found and found[-1][1] == id - 1:
            found[-1][1] = id
        else:
            found.append([id, id])
    return found
