"""The form of a request, asked by the same questions and read by the same readers as the guided
conversation."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.channels.slack import blocks as kit
from bot.channels.slack.blocks import Block
from bot.channels.slack.ports import Reader
from bot.domain.forms import Field, FieldType, FieldValue, Form

OTHERS = (
    "Please leave out other people's names and details where you can, and card numbers and SINs "
    "always: the Privacy Officer can ask for what is needed."
)
CUT = (
    f"A form takes {kit.LONGEST_TEXT:,} characters, so only the beginning of what was written is "
    "here. Answer your receipt with what is missing: it goes to the same request."
)
ON_A_FORM = {
    "this conversation is": "this form is",
    "what you type here": "what you type in this form",
    "you confirm": "you send this form",
    'say "here"': 'write "here"',
    "waits for you in this conversation": "comes as a message in Slack",
    "to read the answer in this conversation": "to get the answer as a message in Slack",
    "If you have none at hand, say so.": "If you have none at hand, write so.",
}
NOT_GIVEN = FieldValue("", "none", "none")


def request_modal(form: Form, *, source: str, story: str = "", others: bool = False) -> Block:
    """The form of a kind of request. `source` names what came in first; `story` is prefilled."""
    shown = kit.paragraphs(_opening(form))
    if others:
        shown.append(kit.marked(f"*Other people's data*: {OTHERS}"))
    if len(story) > kit.LONGEST_TEXT:
        shown += kit.paragraphs(CUT)
    for number, entry in enumerate(form.fields):
        initial = story if number == 0 and entry.type is FieldType.STORY else ""
        shown.append(_question(form, entry, initial))
    told = [
        f"• *{kit.escape(choice.title.capitalize())}*: {kit.escape(choice.consequence)}"
        for entry in form.fields
        for choice in entry.choices
        if choice.consequence
    ]
    if told:
        shown += [kit.marked(part) for part in kit.pieces("What follows\n" + "\n".join(told))]
    shown.append(kit.context(f"Your request counts from when you first wrote. {OTHERS}"))
    private = json.dumps({"kind": str(form.kind), "source": source})
    title = form.title if len(form.title) <= 24 else str(form.kind).capitalize()
    return kit.modal(title, "request", shown, submit="Send", private=private)


def _opening(form: Form) -> str:
    """The form's opening without what only a conversation can promise."""
    said = re.split(r"(?<=[.;:]) ", _on_a_form(form.opening))
    kept = [part for part in said if "short question" not in part and "cancel" not in part]
    return " ".join(f"{part[:1].upper()}{part[1:].rstrip('.;:')}." for part in kept)


def _on_a_form(words: str) -> str:
    """What a conversation says of itself, as it is true of a form and of what follows it."""
    for said, true in ON_A_FORM.items():
        words = words.replace(said, true)
    return words


def _question(form: Form, entry: Field, initial: str) -> Block:
    if entry.type is FieldType.CHOICE:
        element = _choice(entry)
    else:
        element = kit.text_input(multiline=entry.type is FieldType.STORY, initial=initial)
    hint = _condition(form, entry) + _on_a_form(entry.ask)
    return kit.field_input(entry.name, entry.label, element, hint=hint, optional=_may_stay(entry))


def _may_stay(entry: Field) -> bool:
    """Whether it may stay empty on a form, where all questions stand side by side."""
    return entry.optional or entry.offered is not None or bool(entry.only_if)


def _choice(entry: Field) -> Block:
    options = [kit.option(c.title.capitalize(), c.value) for c in entry.choices]
    if entry.several:
        return {"type": "checkboxes", "options": options}
    if _may_stay(entry):
        return {
            "type": "static_select", "options": options,
            "placeholder": kit.plain("Choose, or leave it open"),
        }  # fmt: skip
    return {"type": "radio_buttons", "options": options}


def _condition(form: Form, entry: Field) -> str:
    """For which answers to the other questions this one is asked, in words."""
    titles = [
        f"\u201c{choice.title.capitalize()}\u201d"
        for name, values in entry.only_if.items()
        for choice in form.field(name).choices
        if choice.value in values
    ]
    return f"Only if you choose {' or '.join(titles)}. " if titles else ""


@dataclass(frozen=True, slots=True)
class Read:
    """The answers of a form, or a sentence for each that does not fit, by the field's name."""

    values: Mapping[str, FieldValue]
    problems: Mapping[str, str]


def read_request(form: Form, given: Mapping[str, Any], reader: Reader, today: date) -> Read:
    """Read what a form holds, as the guided conversation reads it."""
    values: dict[str, FieldValue] = {}
    problems: dict[str, str] = {}
    for entry in form.fields:
        text = _typed(entry, given.get(entry.name))
        if not entry.follows(values) or (not text and entry.offered):
            continue
        if not text and entry.optional:
            values[entry.name] = NOT_GIVEN
            continue
        found = reader.read(entry, text, today) if text else None
        if found is None or found.value is None:
            problem = found.problem if found else None
            again = _on_a_form(entry.again)
            problems[entry.name] = f"{problem} {again}" if problem else again
        else:
            values[entry.name] = found.value
    return Read(values, problems)


def _typed(entry: Field, given: Any) -> str:
    chosen = given if isinstance(given, list) else [given] if given else []
    if entry.type is not FieldType.CHOICE:
        return str(chosen[0]).strip() if chosen else ""
    return ", ".join(choice.title for choice in entry.choices if choice.value in chosen)
