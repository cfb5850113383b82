"""Modals of the officer's steps, each with its reason; and what a sent modal holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from bot.channels.slack import blocks as kit
from bot.channels.slack.blocks import Block
from bot.channels.slack.cards import STATUS_WORDS, can_take, since, ticket_url
from bot.desk.life_cycle import closed_late
from bot.domain.clock_changes import EXTENSION_REASONS, PAUSE_REASONS
from bot.domain.tickets import Kind, Ticket

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
