"""The worker: answers what is in the inbox, each row to its end, one after the other in a thread.

A row is done when its answer is a row of the outbox. Whatever happens in between is done again
with the same keys, so that nothing is answered or filed twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from bot.channels.slack.api import SlackTrouble
from bot.channels.slack.desk_calls import DeskCalls
from bot.channels.slack.dialogue import Dialogue
from bot.channels.slack.ports import Inbox
from bot.domain.errors import DeskError
from bot.domain.slack import Delivery

log = structlog.get_logger(__name__)

AT_ONCE = 64


@dataclass(slots=True)
class Worker:
    """Takes rows and answers them."""

    inbox: Inbox
    dialogue: Dialogue
    calls: DeskCalls
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    async def take(self) -> int:
        """Start on rows that wait. Returns how many were taken."""
        room = AT_ONCE - len(self._running)
        if room <= 0:
            return 0
        rows = await asyncio.to_thread(self.inbox.claim, room)
        for row in rows:
            task = asyncio.create_task(self._work(row))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return len(rows)

    async def answer_late(self) -> None:
        """Give the answers that have come since their apology."""
        for row in await asyncio.to_thread(self.inbox.pending):
            try:
                await self.dialogue.answer_late(row)
            except DeskError as error:
                log.warning("slack_late_answer_failed", row=row.id, code=error.code)

    async def finish(self) -> None:
        """Let what runs end; for an orderly stop."""
        if self._running:
            await asyncio.wait(set(self._running), timeout=5)

    async def _work(self, row: Delivery) -> None:
        try:
            if await self._handlers()[row.kind](row):
                await asyncio.to_thread(self.inbox.finish, row.id)
        except SlackTrouble as trouble:
            log.warning("slack_row_waits", row=row.id, reason=trouble.reason)
            await asyncio.to_thread(self.inbox.retry, row.id, row.attempts, trouble.retry_after)
        except DeskError as error:
            log.warning("slack_row_failed", row=row.id, code=error.code)
            await asyncio.to_thread(self.inbox.retry, row.id, row.attempts)
        except Exception as error:
            # The edge of a task: the row is tried again, its words go into no log.
            log.error("slack_row_broke", row=row.id, error=type(error).__name__)
            await asyncio.to_thread(self.inbox.retry, row.id, row.attempts)

    def _handlers(self) -> Mapping[str, Callable[[Delivery], Awaitable[bool]]]:
        """By kind of row; each tells whether the row is done."""
        return {
            "message": self.dialogue.message,
            "mention": self.dialogue.mention,
            "command": self._command,
            "button": self._button,
            "form": self._in_thread(self.calls.form),
            "shortcut": _nothing,
            "home": self._in_thread(self.calls.home),
            "greet": self._in_thread(self.calls.greet),
        }

    async def _command(self, row: Delivery) -> bool:
        word, _, rest = row.text.partition(" ")
        if word.lower() in {"ask", "disclose"} and rest.strip():
            return await self.dialogue.command(row, word.lower(), rest.strip())
        await asyncio.to_thread(self.calls.command, row, word.lower(), rest.strip())
        return True

    async def _button(self, row: Delivery) -> bool:
        action = str(row.data.get("action") or "")
        name = action.partition(":")[0]
        if name == "say":
            return await self.dialogue.pressed(row)
        if name == "topic":
            return await self.dialogue.topic(row)
        if name == "continue":
            return await self.dialogue.carry_on(row)
        await asyncio.to_thread(self.calls.button, row, action)
        return True

    def _in_thread(self, call: Callable[[Delivery], Any]) -> Callable[[Delivery], Awaitable[bool]]:
        async def run(row: Delivery) -> bool:
            await asyncio.to_thread(call, row)
            return True

        return run


async def _nothing(_row: Delivery) -> bool:
    """The listener has opened the form already."""
    return True
