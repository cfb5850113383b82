"""Plays a dialogue that is written down as data, and judges replies and rows.

It talks to whatever can take a message: the chat API, `privacydesk chat`, a script. Starting the
desk is not its business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Protocol

import yaml

from bot.domain.dates import spoken

STEPS = ("say", "press", "wait", "restart")
TURN_KEYS = {*STEPS, "waiting_for", "replies", "not", "clauses", "buttons", "count"}
ROW_KEYS = {"tickets", "kind", "kinds", "drafts", "fields"}
DAY = re.compile(r"\{(iso|spoken) ([+-]\d+)\}")
UNCHECKED = "(unchecked)"


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back for one message, as the chat API gives it."""

    replies: Sequence[Mapping[str, Any]]
    waiting_for: str | None

    @property
    def texts(self) -> list[str]:
        return [str(reply["text"]) for reply in self.replies]

    @property
    def clauses(self) -> list[str]:
        return [str(clause["id"]) for reply in self.replies for clause in reply["clauses"]]

    @property
    def buttons(self) -> list[str]:
        return [str(b["payload"]) for reply in self.replies for b in reply["quick_replies"]]


@dataclass(frozen=True, slots=True)
class FiledTicket:
    """A ticket row: its kind, and each field's value as it was read."""

    kind: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rows:
    """What one conversation left in the database; drafts are those not filed."""

    tickets: Sequence[FiledTicket]
    drafts: int


class Conversation(Protocol):
    """One person's conversation with a desk."""

    def say(self, text: str) -> Heard: ...

    def press(self, payload: str) -> Heard: ...

    def rows(self) -> Rows: ...


class Surroundings(Protocol):
    """What happens around a conversation."""

    def today(self) -> date:
        """The desk's date, in the company's time zone."""

    def move_clock(self, duration: str) -> None:
        """Move the desk's clock on by an ISO 8601 duration."""

    def restart(self, process: str) -> None:
        """Restart one process and return when it is ready again."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One step of a dialogue, and what must come of it."""

    step: str
    words: str
    waiting_for: str | None = UNCHECKED
    replies: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    count: int | None = None


@dataclass(frozen=True, slots=True)
class ExpectedRows:
    """What must stand in the database at the end; None is not looked at."""

    kinds: tuple[str, ...] | None = None
    drafts: int | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A whole conversation as data."""

    name: str
    role: str
    turns: tuple[Turn, ...]
    rows: ExpectedRows

    @property
    def kinds(self) -> set[str]:
        """The kinds of request that it goes through."""
        waits = (turn.waiting_for for turn in self.turns)
        return {wait.partition(".")[0] for wait in waits if wait and "." in wait}


class DialogueFailed(AssertionError):
    """A dialogue went another way than it is written; the text holds what was said so far."""


def load(folder: Path) -> list[Dialogue]:
    """Read every dialogue of a folder. Raises ValueError naming the one that is not well formed."""
    return [
        _dialogue(path.name, entry)
        for path in sorted(folder.glob("*.yml"))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def play(dialogue: Dialogue, conversation: Conversation, around: Surroundings) -> None:
    """Go through a dialogue. Raises DialogueFailed at the first thing that is otherwise."""
    today = around.today()
    told: list[str] = []
    for turn in dialogue.turns:
        words = _dated(turn.words, today)
        told.append(f"> {turn.step}: {words}")
        if turn.step == "wait":
            around.move_clock(words)
            continue
        if turn.step == "restart":
            around.restart(words)
            continue
        heard = conversation.say(words) if turn.step == "say" else conversation.press(words)
        told += [*heard.texts, f"  (waiting for {heard.waiting_for})"]
        _report(dialogue, told, list(_differences(turn, heard, today)))
    _report(dialogue, told, list(_row_differences(dialogue.rows, conversation.rows(), today)))


def _report(dialogue: Dialogue, told: Sequence[str], differences: Sequence[str]) -> None:
    if differences:
        raise DialogueFailed("\n".join([dialogue.name, *told, "", *differences]))


def _differences(turn: Turn, heard: Heard, today: date) -> Iterator[str]:
    if turn.waiting_for not in {UNCHECKED, heard.waiting_for}:
        yield f"should wait for {turn.waiting_for}, waits for {heard.waiting_for}"
    for wanted in turn.replies:
        if not any(_holds(text, _dated(wanted, today)) for text in heard.texts):
            yield f"no reply holds {_dated(wanted, today)}"
    for unwanted in turn.forbidden:
        if any(_holds(text, _dated(unwanted, today)) for text in heard.texts):
            yield f"a reply holds {_dated(unwanted, today)}"
    for id in turn.clauses:
        if id not in heard.clauses:
            yield f"clause {id} is not quoted, only {heard.clauses}"
    for payload in turn.buttons:
        if not any(button.startswith(payload) for button in heard.buttons):
            yield f"no button {payload}, only {heard.buttons}"
    if turn.count not in {None, len(heard.replies)}:
        yield f"should be {turn.count} replies, are {len(heard.replies)}"


def _row_differences(expected: ExpectedRows, rows: Rows, today: date) -> Iterator[str]:
    kinds = sorted(ticket.kind for ticket in rows.tickets)
    if expected.kinds is not None and kinds != sorted(expected.kinds):
        yield f"tickets should be {sorted(expected.kinds)}, are {kinds}"
    if expected.drafts not in {None, rows.drafts}:
        yield f"drafts should be {expected.drafts}, are {rows.drafts}"
    fields = rows.tickets[-1].fields if rows.tickets else {}
    for name, wanted in expected.fields.items():
        if not _is(fields.get(name), _dated(wanted, today)):
            yield f"field {name} should be {_dated(wanted, today)}, is {fields.get(name)}"


def _dated(words: str, today: date) -> str:
    """Write out `{iso -3}` and `{spoken -3}`: the day three days ago."""

    def written(found: re.Match[str]) -> str:
        day = today + timedelta(days=int(found[2]))
        return day.isoformat() if found[1] == "iso" else spoken(day)

    return DAY.sub(written, words)


def _is_pattern(wanted: str) -> bool:
    return len(wanted) > 2 and wanted.startswith("/") and wanted.endswith("/")


def _holds(text: str, wanted: str) -> bool:
    if _is_pattern(wanted):
        return re.search(wanted[1:-1], text, re.DOTALL) is not None
    return wanted in text


def _is(value: str | None, wanted: str) -> bool:
    if value is None:
        return False
    return _holds(value, wanted) if _is_pattern(wanted) else value == wanted


def _dialogue(file: str, entry: Mapping[str, Any]) -> Dialogue:
    name = entry.get("name")
    if not isinstance(name, str) or set(entry) != {"name", "role", "turns", "rows"}:
        raise ValueError(f"{file}: {name}: a dialogue has name, role, turns and rows")
    if entry["role"] not in {"customer", "employee"}:
        raise ValueError(f"{file}: {name}: a role is customer or employee")
    where = f"{file}: {name}"
    turns = tuple(_turn(where, turn) for turn in entry["turns"])
    return Dialogue(name, entry["role"], turns, _rows(where, entry["rows"]))


def _turn(where: str, given: Mapping[str, Any]) -> Turn:
    steps = [key for key in STEPS if key in given]
    if len(steps) != 1 or not set(given) <= TURN_KEYS or not isinstance(given[steps[0]], str):
        raise ValueError(f"{where}: a turn is one of {STEPS}, in text, and expectations: {given}")
    if steps[0] in {"wait", "restart"} and len(given) > 1:
        raise ValueError(f"{where}: nothing comes back at once from {given}")
    return Turn(
        steps[0],
        given[steps[0]],
        given.get("waiting_for", UNCHECKED),
        _texts(where, given, "replies"),
        _texts(where, given, "not"),
        _texts(where, given, "clauses"),
        _texts(where, given, "buttons"),
        given.get("count"),
    )


def _texts(where: str, given: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = given.get(key, [])
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        raise ValueError(f"{where}: {key} is a list of texts")
    return tuple(found)


def _rows(where: str, given: Mapping[str, Any]) -> ExpectedRows:
    kinds = given.get("kinds", [given["kind"]] if "kind" in given else [])
    fields = given.get("fields", {})
    if not set(given) <= ROW_KEYS or given.get("tickets", len(kinds)) != len(kinds):
        raise ValueError(f"{where}: rows name each ticket's kind: {given}")
    if not all(isinstance(value, str) for value in fields.values()):
        raise ValueError(f"{where}: a field's value is text: {fields}")
    return ExpectedRows(tuple(kinds), given.get("drafts"), fields)
