"""A conversation: one message in, its replies out, whatever state Rasa is in.

A message is a row before it is worked on. A turn runs to its end even when the caller has gone;
when it is slow the person reads an honest apology and the answer comes late, once.
"""

from __future__ import annotations

import secrets

from bot.conversation.messages import TooLong
from bot.conversation.talk import APOLOGY, PATIENCE, Talk
from bot.conversation.turns import Assistant, AssistantError, Said, TurnRequest

__all__ = [
    "APOLOGY",
    "PATIENCE",
    "Assistant",
    "AssistantError",
    "Said",
    "Talk",
    "TooLong",
    "TurnRequest",
    "new_token",
]


def new_token() -> str:
    """A fresh 256-bit secret for a session."""
    return secrets.token_urlsafe(32)
