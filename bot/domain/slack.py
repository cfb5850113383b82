"""What comes in from Slack and what goes out: one record of each, from the adapter to the row.

What lives here: the records. What does not: storing them, and Slack's own shapes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something from Slack, on its way to be stored. `sent_at` is in seconds since 1970."""

    key: str
    kind: str
    team: str
    user: str
    channel: str = ""
    ts: str = ""
    thread_ts: str = ""
    text: str = ""
    sent_at: float | None = None
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def lane(self) -> str:
        """One person in one thread: what comes in there is worked on in its order."""
        return f"{self.channel}:{self.thread_ts}:{self.user}"

    @property
    def message_key(self) -> str | None:
        """By what the same message is known however it came: event, catch-up, retry."""
        is_message = self.kind in {"message", "mention"}
        return f"{self.channel}:{self.ts}" if is_message and self.ts else None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing that came in: a message, a command, a button, a form that was sent."""

    id: int
    key: str
    kind: str
    team: str
    user: str
    channel: str
    ts: str
    thread_ts: str
    text: str
    masked: tuple[str, ...]
    data: Mapping[str, Any]
    received_at: datetime
    attempts: int
    conversation: str | None
    number: int | None


@dataclass(frozen=True, slots=True)
class Post:
    """One call of Slack. `unknown`: it was tried before, and nobody knows how that ended."""

    id: int
    key: str
    outbox_id: str
    method: str
    channel: str
    body: Mapping[str, Any]
    attempts: int
    attempted_at: datetime | None
    posted_in: str | None
    ts: str | None
    state: str
    reference: str | None
    shown_version: int | None
    unknown: bool = False
