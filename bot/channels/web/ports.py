"""What the web channel needs from the rest of the desk, and nothing more.

The real ones are bot.conversation.Talk, bot.store.library.Library, bot.config.Settings and
bot.store.rate_counts.RateCounts; tests bring their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from bot.conversation import Said
from bot.domain.company import Company
from bot.domain.people import Person
from bot.domain.policy import Policy
from bot.domain.retention import RetentionRule


class Thread(Protocol):
    """A conversation, as far as a session needs to know it."""

    @property
    def id(self) -> str: ...
    @property
    def person(self) -> Person: ...


class Talk(Protocol):
    """Conversations with the desk."""

    def open(self, person: Person, token: str | None = None) -> str:
        """Start a conversation that this token finds again; returns its id."""

    def by_token(self, token: str) -> Thread | None:
        """Find the conversation of this token."""

    async def say(
        self,
        conversation_id: str,
        *,
        text: str | None = None,
        payload: str | None = None,
        source_key: str | None = None,
    ) -> Said:
        """Take one message and return its replies. Raises DeskError."""

    def history(self, conversation_id: str, after: int = 0) -> list[dict[str, Any]]:
        """The messages after this number with their replies, oldest first."""

    def waiting_for(self, conversation_id: str) -> str | None:
        """The question that is open, for example `complaint.when`."""


class Library(Protocol):
    """The facts that the pages show."""

    @property
    def policy(self) -> Policy: ...
    @property
    def company(self) -> Company: ...
    @property
    def retention(self) -> Mapping[str, RetentionRule]: ...

    def notice_in(self, language: str) -> str:
        """What the chat page says before the first message."""

    def procedure_in(self, language: str) -> str:
        """The complaint procedure."""


class Settings(Protocol):
    """The settings that the web channel reads."""

    @property
    def page_url(self) -> str: ...
    @property
    def rate_limited(self) -> bool: ...


class RateCounts(Protocol):
    """Counts that every process of the desk shares."""

    def take(self, key: str, limit: int, seconds: int) -> int:
        """Count one use of `key`. Returns 0, or the seconds to wait when `limit` is used up."""
