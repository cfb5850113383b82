"""An assistant with a script instead of a model."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from bot.conversation import TurnRequest
from bot.domain.replies import Reply

Replies = list[dict[str, Any]]
Line = Replies | Exception | Callable[[TurnRequest], Awaitable[Replies]]


def saying(*words: str) -> Replies:
    return [Reply(word).to_json() for word in words]


@dataclass
class ScriptedAssistant:
    """Plays its lines in order, the last one for ever; an exception is raised, a call awaited."""

    lines: list[Line] = field(default_factory=lambda: [saying("An answer.")])
    heard: list[TurnRequest] = field(default_factory=list)

    async def turn(self, request: TurnRequest) -> Replies:
        self.heard.append(request)
        line = self.lines.pop(0) if len(self.lines) > 1 else self.lines[0]
        if isinstance(line, Exception):
            raise line
        return await line(request) if callable(line) else line


class Gate:
    """A line that waits until the test opens it."""

    def __init__(self, *words: str) -> None:
        self.words = words
        self.opened = asyncio.Event()

    async def __call__(self, request: TurnRequest) -> Replies:
        await self.opened.wait()
        return saying(*self.words)
