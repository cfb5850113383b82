"""Answering outside a form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rasa_sdk.events import FollowupAction

from actions.reply import DeskAction, Events, Turn
from bot.desk import Desk


class Respond(DeskAction):
    """Answers a message, or hands it to the form that shall take it."""

    def name(self) -> str:
        return "action_respond"

    def take(self, desk: Desk, turn: Turn, say: Callable[[Mapping[str, Any]], None]) -> Events:
        response = desk.respond(turn.conversation, turn.message, turn.reading)
        for reply in response.replies:
            say(reply)
        return [FollowupAction(response.follow)] if response.follow else []
