"""Guided conversations: what each kind of request asks, and a half-filled one.

The questions themselves are data (`data/forms/`); what is here is their shape and order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

CONFIRM = "confirm"


class FieldType(StrEnum):
    STORY = "story"
    WHEN = "when"
    CONTACT = "contact"
    CHOICE = "choice"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers a choice takes, with the words that mean it and what follows from it."""

    value: str
    title: str
    words: tuple[str, ...] = ()
    consequence: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form. `about` are the words by which a person refers back to it."""

    name: str
    label: str
    type: FieldType
    ask: str
    again: str
    about: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    optional: bool = False
    several: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """The guided conversation of one kind of ticket."""

    kind: str
    title: str
    opening: str
    fields: tuple[Field, ...]
    filed: str
    clause: str
    notice: str = ""

    def field(self, name: str) -> Field:
        for entry in self.fields:
            if entry.name == name:
                return entry
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class FieldValue:
    """An answer: the person's words, the value read from them, and how it is repeated back."""

    words: str
    value: str
    said: str

    def to_json(self) -> dict[str, str]:
        return {"words": self.words, "value": self.value, "said": self.said}


@dataclass(frozen=True, slots=True)
class Draft:
    """A half-filled request. It lives in the desk's database, never in Rasa."""

    id: str
    conversation: str
    kind: str
    received_at: datetime
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    asked: str | None = None
    clauses_shown: tuple[str, ...] = ()

    def with_value(self, name: str, value: FieldValue) -> Draft:
        return replace(self, fields={**self.fields, name: value})

    def without(self, name: str) -> Draft:
        return replace(self, fields={k: v for k, v in self.fields.items() if k != name})

    def to_json(self) -> dict[str, Any]:
        return {name: value.to_json() for name, value in self.fields.items()}


def next_field(form: Form, draft: Draft) -> str:
    """Return the first question without an answer, or `confirm` when there is none."""
    for entry in form.fields:
        if entry.name not in draft.fields:
            return entry.name
    return CONFIRM


def summary(form: Form, draft: Draft) -> str:
    """The answers so far, a line each, as they will be filed."""
    lines = [
        f"{entry.label}: {draft.fields[entry.name].said}"
        for entry in form.fields
        if entry.name in draft.fields
    ]
    return "\n".join(lines)


def referred_field(form: Form, draft: Draft, text: str) -> str | None:
    """Return the answered question that these words refer back to, if they name one."""
    lowered = text.lower()
    best: tuple[int, str] | None = None
    for entry in form.fields:
        if entry.name not in draft.fields:
            continue
        places = [lowered.find(word) for word in entry.about if word in lowered]
        if places and (best is None or min(places) < best[0]):
            best = (min(places), entry.name)
    return best[1] if best else None
