"""Modals: a request of each kind, asked by the same forms and read by the same readers as the
guided conversation; and the officer's steps, each with its reason."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.channels.slack import blocks as kit
from bot.channels.slack.blocks import Block
from bot.channels.slack.cards import STATUS_WORDS, can_take, since, ticket_url
from bot.channels.slack.ports import Reader
from bot.desk.tickets import closed_late
from bot.domain.clock_changes import EXTENSION_REASONS, PAUSE_REASONS
from bot.domain.forms import Field, FieldType, FieldValue, Form
from bot.domain.tickets import Kind, Ticket

OTHERS = (
    "Please leave out other people's names and details where you can, and card numbers and SINs "
    "always: the Privacy Officer can ask for what is needed."
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


# What each step asks, beside its reason: (name, label, element, hint, optional).
REASON_HINT = "Kept with the request, for the record. The requester does not read it."


def step_modal(
    ticket: Ticket, step: str, seen: int, *, today: date, card: Mapping[str, str], page_url: str
) -> Block:
    """The form of an officer's step; when the ticket has moved since the card, it says so first."""
    happened = since(ticket, seen) if ticket.version > seen else []
    shown: list[Block] = []
    if happened:
        lines = "\n".join(f"• {line}" for line in happened)
        shown.append(kit.marked(f"*This has happened since the card you pressed*\n{lines}"))
    about = f"{ticket.reference}, {ticket.kind}, {STATUS_WORDS[ticket.status]}"
    if not can_take(ticket, step):
        gone = f"{about}. This step does not fit any more; nothing was done."
        url = ticket_url(ticket.reference, page_url)
        shown += [*kit.paragraphs(gone), kit.marked(f"<{url}|Open the page of this request>")]
        return kit.modal("Too late for this", "read", shown, submit=None)
    shown += [*kit.paragraphs(about), *_step_inputs(ticket, step, today)]
    private = json.dumps({"step": step, "r": ticket.reference, "v": ticket.version, **card})
    title = step_title(step)
    return kit.modal(title, "step", shown, submit=SUBMIT.get(step, title), private=private)


SUBMIT = {"reply": "Send", "note": "Keep", "extend": "Extend and notify"}


def step_title(step: str) -> str:
    return {"note": "Internal note"}.get(step, step.capitalize())


def _step_inputs(ticket: Ticket, step: str, today: date) -> list[Block]:
    late = closed_late(ticket) if step == "resolve" else None
    reason = kit.field_input(
        "why", "Reason", kit.text_input(), hint=f"{late} {REASON_HINT}" if late else REASON_HINT,
        optional=step in {"acknowledge", "reply", "resume"},
    )  # fmt: skip
    return [*_asked(ticket, step, today), *([] if step == "note" else [reason])]


def _asked(ticket: Ticket, step: str, today: date) -> list[Block]:
    """What a step asks beside its reason."""
    words = kit.text_input(multiline=True)
    match step:
        case "reply":
            return [kit.field_input("text", "Your reply to the requester", words)]
        case "note":
            return [kit.field_input("text", "Note, sent to nobody", words)]
        case "extend":
            return [_reasons("Why the law allows it", EXTENSION_REASONS), _extend_until(ticket)]
        case "pause":
            return [_reasons("What we wait for", PAUSE_REASONS)]
        case "resolve":
            return _finding(ticket)
        case "assign":
            people: Block = {"type": "users_select", "placeholder": kit.plain("Choose someone")}
            return [kit.field_input("owner", "Who is responsible from now on", people)]
        case "snooze":
            tomorrow = (today + timedelta(days=1)).isoformat()
            day: Block = {"type": "datepicker", "initial_date": tomorrow}
            return [kit.field_input("until", "No reminders before the morning of", day)]
    return []


def _reasons(label: str, reasons: Mapping[str, str]) -> Block:
    # The whole sentence does not fit an option, so it is said in the hint.
    options = [kit.option(name.replace("_", " ").capitalize(), name) for name in reasons]
    hint = "; ".join(f"{name.replace('_', ' ')}: {words}" for name, words in reasons.items())
    return kit.field_input("reason", label, {"type": "radio_buttons", "options": options},
                           hint=hint)  # fmt: skip


def _extend_until(ticket: Ticket) -> Block:
    clock = next(c for c in ticket.clocks if c.rule.extendable)
    latest = clock.promised + timedelta(days=clock.rule.extendable)
    return kit.field_input(
        "until", "New limit", {"type": "datepicker", "initial_date": latest.isoformat()},
        hint=f"At most {clock.rule.extendable} days after {clock.promised}, unless an alternative "
        "format takes longer.",
    )  # fmt: skip


def _finding(ticket: Ticket) -> list[Block]:
    if ticket.kind is not Kind.COMPLAINT:
        return []
    options = [kit.option("Justified", "yes"), kit.option("Not justified", "no")]
    return [
        kit.field_input("justified", "What was found",
                        {"type": "radio_buttons", "options": options}),
        kit.field_input("measures", "Measures taken", kit.text_input(multiline=True),
                        hint="A justified complaint needs measures (policy 10.4).", optional=True),
    ]  # fmt: skip


def step_problems(
    step: str, given: Mapping[str, Any], today: date, *, late: str | None = None
) -> dict[str, str]:
    """What can be told at once to be missing, by the name of the field.

    `late` is the sentence that asks for a reason, where the step needs one for coming late.
    """
    problems: dict[str, str] = {}
    if step in {"reply", "note"} and not str(given.get("text") or "").strip():
        problems["text"] = "Please write something."
    if step in {"snooze", "extend"} and str(given.get("until") or "") <= today.isoformat():
        problems["until"] = "Please choose a day after today."
    justified = given.get("justified") == "yes"
    if step == "resolve" and justified and not str(given.get("measures") or "").strip():
        problems["measures"] = "A justified complaint needs measures (policy 10.4)."
    if late and not str(given.get("why") or "").strip():
        problems["why"] = late
    return problems


def answers(state: Mapping[str, Any]) -> dict[str, Any]:
    """What a sent modal holds, by the name of the field: a text, a value, or a list of values."""
    found: dict[str, Any] = {}
    for block, actions in state.items():
        for action in actions.values():
            found[block] = _answer(action)
    return found


def _answer(action: Mapping[str, Any]) -> Any:
    if "selected_options" in action:
        return [option["value"] for option in action["selected_options"] or ()]
    if "selected_option" in action:
        return (action["selected_option"] or {}).get("value")
    for name in ("selected_date", "selected_user", "value"):
        if name in action:
            return action[name]
    return None
