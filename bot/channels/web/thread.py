"""Letters into the conversation on the web page, where the requester wrote."""

from __future__ import annotations

from typing import Protocol

from bot.domain.errors import NotFound
from bot.notices import Notice, NoticeError, Notifier


class Threads(Protocol):
    """Conversations that take the desk's own words."""

    def deliver(self, conversation_id: str, key: str, words: str) -> None:
        """Put them in, once for their key. Raises NotFound."""


class ThreadNotifier(Notifier):
    """Writes into a conversation; the same key twice shows once."""

    name = "web"
    repeats_show_once = True

    def __init__(self, threads: Threads) -> None:
        self._threads = threads

    def send(self, notice: Notice) -> None:
        """Deliver, or raise NoticeError for good when the conversation is gone."""
        try:
            words = f"{notice.subject}\n\n{notice.text}"
            self._threads.deliver(notice.to, f"notice:{notice.key}", words)
        except NotFound as error:
            raise NoticeError("the conversation is gone", permanent=True) from error
