"""A desk to look at: made-up requests of every kind, at every stage, in a home of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from bot.desk import Desk
from bot.desk.typed import TypedRequest, typed_filing
from bot.domain.clocks import local_date
from bot.domain.errors import ConfigurationError, Conflict
from bot.domain.people import Channel, Role
from bot.domain.tickets import Kind, Step

WHO = "officer"
WHY = "made up, for the demonstration"


@dataclass(frozen=True, slots=True)
class Example:
    """A request and what was done about it: each step by its name, with its words."""

    kind: Kind
    person: str
    words: str
    channel: Channel
    days_ago: int
    email: str | None = None
    role: Role = Role.CUSTOMER
    steps: Sequence[tuple[str, str]] = ()


def load_examples(path: Path) -> tuple[Example, ...]:
    """Read data/demo.yml. Raises ConfigurationError naming the file."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        return tuple(_example(entry) for entry in raw)
    except (OSError, yaml.YAMLError, LookupError, TypeError, ValueError, AttributeError) as e:
        raise ConfigurationError(f"{path.name}: cannot be used ({e})") from e


def _example(raw: Mapping[str, Any]) -> Example:
    steps = [(name, words or "") for step in raw.get("steps", ()) for name, words in step.items()]
    unknown = {name for name, _ in steps} - {"acknowledge", "extend", "pause", *_SAYING}
    if unknown:
        raise ValueError(f"no such step: {', '.join(sorted(unknown))}")
    return Example(
        Kind(raw["kind"]),
        raw["person"],
        raw["words"],
        Channel(raw["channel"]),
        int(raw["days_ago"]),
        raw.get("email"),
        Role(raw.get("role", Role.CUSTOMER)),
        tuple(steps),
    )


def furnish(desk: Desk, examples: Sequence[Example]) -> int:
    """Open the examples' tickets and take their steps; nothing where there are tickets already.

    Returns how many were opened. Raises Conflict where requests of people are on the desk.
    """
    known = desk.tickets.open_by_deadline(limit=1)
    if known:
        if all(event.why != WHY for event in known[0].events):
            raise Conflict("This desk holds requests already; a demonstration takes an empty one.")
        return 0
    for example in examples:
        _enter(desk, example)
    return len(examples)


def _enter(desk: Desk, example: Example) -> None:
    now, library = desk.now(), desk.intake.library
    request = TypedRequest(
        example.person,
        example.words,
        example.channel,
        now - timedelta(days=example.days_ago),
        example.email,
        example.role,
        WHY,
    )
    form = desk.guide.forms[example.kind]
    filing = typed_filing(form, request, local_date(now, library.zone), who=WHO)
    reference = desk.open_request(filing).reference
    for name, words in example.steps:
        _take(desk, reference, name, words)


def _take(desk: Desk, reference: str, name: str, words: str) -> None:
    if name == "acknowledge":
        desk.tickets.take(reference, Step.ACKNOWLEDGE, who=WHO)
    elif name == "extend":
        desk.clocks.extend(reference, words, who=WHO)
    elif name == "pause":
        desk.clocks.pause(reference, words, who=WHO)
    elif name == "resolve":
        desk.tickets.resolve(reference, who=WHO, justified=True, measures=words, why=WHY)
    else:
        getattr(desk.tickets, name)(reference, words, who=WHO)


_SAYING = {"assign", "ask", "note", "reply", "resolve"}
