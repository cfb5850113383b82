"""A turn with the assistant: what is asked of it, what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.domain.errors import DeskError


class AssistantError(DeskError):
    """The assistant could not take this turn."""

    code = "assistant"


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """One message on its way to the assistant; `asked` is the question a form waits for."""

    sender: str
    text: str
    message_id: str
    metadata: Mapping[str, Any]


class Assistant(Protocol):
    """Whatever understands a message: Rasa, or a script in tests."""

    async def turn(self, request: TurnRequest) -> list[dict[str, Any]]:
        """Return the replies. Raises AssistantError; an empty list is a failure too."""


@dataclass(frozen=True, slots=True)
class Said:
    """What came of one message. `pending`: an apology was given, the answer comes late."""

    conversation: str
    number: int
    replies: tuple[Mapping[str, Any], ...]
    waiting_for: str | None
    late: bool = False
    pending: bool = False
