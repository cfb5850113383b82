"""The guided conversations: Rasa's forms over drafts that live in the desk's database.

The tracker's slots say only that an answer was given, never what it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from actions.reply import DeskAction, Events, Turn
from bot.desk import Desk
from bot.domain.forms import CONFIRM, Form

REQUESTED = "requested_slot"


class TakeTurn(DeskAction):
    """Rasa's validation of a form: one message, one step of the draft."""

    def __init__(self, desk: Callable[[], Desk], form: Form) -> None:
        super().__init__(desk)
        self.form = form

    def name(self) -> str:
        return f"validate_{self.form.kind}_form"

    def take(self, desk: Desk, turn: Turn, say: Callable[[Mapping[str, Any]], None]) -> Events:
        kind = str(self.form.kind)
        done = desk.form_turn(kind, turn.conversation, turn.message, turn.reading)
        for reply in done.replies:
            say(reply)
        if done.closed:
            follow = "action_respond" if done.follow == "respond" else done.follow
            return [*self._leave(), *([FollowupAction(follow)] if follow else [])]
        given = {known_as(self.form, name) for name in done.given}
        slots = [SlotSet(slot(kind, n), n in given or None) for n in questions(self.form)]
        asked = known_as(self.form, done.asked or CONFIRM)
        return [*slots, SlotSet(REQUESTED, slot(kind, asked))]

    def after_failure(self) -> Events:
        # The draft stays; with the loop closed the next message comes back to it.
        return self._leave()

    def _leave(self) -> Events:
        kind = str(self.form.kind)
        cleared = [SlotSet(slot(kind, name), None) for name in questions(self.form)]
        return [*cleared, SlotSet(REQUESTED, None), ActiveLoop(None)]


class Ask(DeskAction):
    """Asks one question of a form; which one, the draft knows."""

    def __init__(self, desk: Callable[[], Desk], kind: str, field: str) -> None:
        super().__init__(desk)
        self._name = f"action_ask_{kind}_form_{slot(kind, field)}"

    def name(self) -> str:
        return self._name

    def take(self, desk: Desk, turn: Turn, say: Callable[[Mapping[str, Any]], None]) -> Events:
        question = desk.question(turn.conversation, turn.message)
        if question is not None:
            say(question.to_json())
        return []


def questions(form: Form) -> tuple[str, ...]:
    """The questions of a form that Rasa knows of, by their names."""
    return tuple(dict.fromkeys(known_as(form, entry.name) for entry in form.fields))


def known_as(form: Form, name: str) -> str:
    """The name by which Rasa knows a question.

    All that is offered and never asked unbidden goes by the first of them: which one it is, the
    draft knows, so that data/forms/ can offer more without a new model.
    """
    offered = [entry.name for entry in form.fields if entry.offered]
    return offered[0] if name in offered else name


def slot(kind: str, field: str) -> str:
    """The tracker's slot for a field of a form."""
    return f"{kind}_{field}"
