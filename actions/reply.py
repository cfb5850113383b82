"""What every action does alike: read the message, call the desk, utter replies, never raise."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.desk import Desk
from bot.domain.errors import DeskError, HorizonError
from bot.domain.replies import Reading, Reply

log = structlog.get_logger(__name__)

Events = list[dict[str, Any]]

FAILED = (
    "I could not do that just now, and nothing was filed. Your words are stored. Please try once "
    "more in a moment, or write to the Privacy Officer."
)
NO_CALENDAR = (
    "I cannot promise you a date just now, because the holiday calendar does not reach far enough, "
    "so I have filed nothing. Your answers are kept. Please write to the Privacy Officer."
)


class Turn:
    """The message that Rasa hands over: whose conversation, which message, how it was read."""

    def __init__(self, tracker: Tracker) -> None:
        message = tracker.latest_message
        metadata: Mapping[str, Any] = message.get("metadata") or {}
        self.conversation = str(metadata.get("conversation") or "")
        self.message = str(metadata.get("message_id") or "")
        self.reading = Reading.from_parse(message)


class DeskAction(Action):  # type: ignore[misc]
    """An action that answers honestly whatever happens; success is said by the desk alone."""

    def __init__(self, desk: Callable[[], Desk]) -> None:
        self._desk = desk

    def take(self, desk: Desk, turn: Turn, say: Callable[[Mapping[str, Any]], None]) -> Events:
        """Do the work in a thread of its own; utter through `say`. May raise DeskError."""
        raise NotImplementedError(self.name())

    def after_failure(self) -> Events:
        """The events that leave the conversation usable when the work failed."""
        return []

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        def say(reply: Mapping[str, Any]) -> None:
            dispatcher.utter_message(json_message=dict(reply))

        try:
            turn = Turn(tracker)
            return await asyncio.to_thread(self.take, self._desk(), turn, say)
        except HorizonError:
            log.error("calendar_horizon", action=self.name())
            say(Reply(NO_CALENDAR).to_json())
        except DeskError as error:
            log.warning("action_refused", action=self.name(), code=error.code)
            say(Reply(FAILED).to_json())
        except Exception as error:
            # The process edge: Rasa would log the whole tracker if this went further.
            incident = secrets.token_hex(4)
            log.error(
                "action_failed", action=self.name(), incident=incident, error=type(error).__name__
            )
            say(Reply(f"{FAILED} (Incident {incident}.)").to_json())
        return self.after_failure()
