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
BLANKS_SHOWN = 2


class FieldType(StrEnum):
    STORY = "story"
    WHEN = "when"
    CONTACT = "contact"
    CHOICE = "choice"
    SHORT = "short"
    LOOKUP = "lookup"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers a choice takes, with the words that mean it and what follows from it.

    `signs` are words of a story by which this choice may be suggested.
    """

    value: str
    title: str
    words: tuple[str, ...] = ()
    consequence: str = ""
    signs: tuple[str, ...] = ()


class Offered(StrEnum):
    """How a question that is not asked of itself stands in the summary, where it can be changed."""

    BLANK = "blank"
    SUGGESTED = "suggested"


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form. `about` are the words by which a person refers back to it.

    `only_if` names the answers to an earlier question without which this one is not asked.
    `offered` questions are asked only when the person wants to change what stands there.
    """

    name: str
    label: str
    type: FieldType
    ask: str
    again: str
    about: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    optional: bool = False
    several: bool = False
    only_if: Mapping[str, frozenset[str]] = field(default_factory=dict)
    offered: Offered | None = None

    def applies(self, draft: Draft) -> bool:
        """Tell whether this question belongs to what was answered so far."""
        return self.follows(draft.fields)

    def follows(self, answers: Mapping[str, FieldValue]) -> bool:
        """Tell whether these answers, by the names of their questions, call for this one."""
        return all(
            name in answers and values & set(answers[name].value.split(","))
            for name, values in self.only_if.items()
        )


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
    staff_opening: str = ""

    def opening_for(self, staff: bool) -> str:
        """The first words, which may be others for the company's own people."""
        return self.staff_opening if staff and self.staff_opening else self.opening

    def field(self, name: str) -> Field:
        for entry in self.fields:
            if entry.name == name:
                return entry
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class FieldValue:
    """An answer: the person's words, the value read from them, and how it is repeated back.

    One without words was offered by the desk, and nobody has said it.
    """

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
        if entry.name not in draft.fields and entry.applies(draft):
            return entry.name
    return CONFIRM


def blanks(form: Form, draft: Draft) -> tuple[Field, ...]:
    """What is offered, and nobody has said."""
    return tuple(
        entry
        for entry in form.fields
        if entry.offered and entry.name in draft.fields and not draft.fields[entry.name].value
    )


def summary(
    form: Form, draft: Draft, line: str = "{label}: {said}", still: str = "{labels}"
) -> str:
    """The answers so far, a line each, as they will be filed.

    More than BLANKS_SHOWN blanks are named together in the sentence `still`.
    """
    left = blanks(form, draft)
    gathered = left if len(left) > BLANKS_SHOWN else ()
    lines = [
        line.format(label=entry.label, said=draft.fields[entry.name].said)
        for entry in form.fields
        if entry.name in draft.fields and entry.applies(draft) and entry not in gathered
    ]
    labels = ", ".join(f"{entry.label[:1].lower()}{entry.label[1:]}" for entry in gathered)
    return "\n".join([*lines, still.format(labels=labels)] if gathered else lines)


def offer(form: Form, draft: Draft, blank: str, suggested: str) -> Draft:
    """Fill in what is offered and not asked: a blank, or the choice that the story suggests.

    `blank` and `suggested` are how they are repeated back; `{title}` is the choice's. Nothing is
    filled in before the story is told, nor over what stands there.
    """
    story = draft.fields.get(form.fields[0].name)
    for entry in form.fields if story else ():
        if entry.offered is None or entry.name in draft.fields:
            continue
        choice = suggestion(entry, story.words) if story else None
        if entry.offered is Offered.SUGGESTED and choice is not None:
            value = FieldValue("", choice.value, suggested.format(title=choice.title))
        else:
            value = FieldValue("", "", blank)
        draft = draft.with_value(entry.name, value)
    return draft


def suggestion(entry: Field, story: str) -> Choice | None:
    """The choice with the most signs in the story; of equals the first; None without any."""
    lowered = f" {story.lower()} "
    counts = [(sum(sign in lowered for sign in c.signs), c) for c in entry.choices]
    most = max((count for count, _ in counts), default=0)
    return next((c for count, c in counts if count == most), None) if most else None


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
