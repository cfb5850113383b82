"""A Talk with a script: it keeps conversations in memory and answers what it was told to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.conversation import Said
from bot.domain.errors import DeskError
from bot.domain.people import Person
from bot.domain.replies import Reply

PENDING = "pending"
Script = Callable[[str], Reply | DeskError | Exception | str]


@dataclass(frozen=True, slots=True)
class Thread:
    id: str
    person: Person


@dataclass(slots=True)
class StoredMessage:
    """One message as the fake keeps it; `replies` is None while it is unanswered."""

    text: str
    payload: str | None
    replies: list[dict[str, Any]] | None
    late: bool = False


@dataclass(slots=True)
class FakeTalk:
    """Answers by `script`: a Reply, an error to raise, or PENDING for an apology now.

    `answer_late` gives the answer to a message that was left pending. `broken` is raised whenever
    a token is looked up.
    """

    script: Script
    waiting: str | None = None
    broken: Exception | None = None
    people: dict[str, Person] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    messages: dict[str, list[StoredMessage]] = field(default_factory=dict)
    keys: dict[tuple[str, str], int] = field(default_factory=dict)

    def open(self, person: Person, token: str | None = None) -> str:
        id = f"conversation-{len(self.people) + 1}"
        self.people[id] = person
        self.messages[id] = []
        if token:
            self.tokens[token] = id
        return id

    def by_token(self, token: str) -> Thread | None:
        if self.broken is not None:
            raise self.broken
        id = self.tokens.get(token)
        return Thread(id, self.people[id]) if id else None

    async def say(
        self,
        conversation_id: str,
        *,
        text: str | None = None,
        payload: str | None = None,
        source_key: str | None = None,
    ) -> Said:
        messages = self.messages[conversation_id]
        known = self.keys.get((conversation_id, source_key)) if source_key else None
        if known is not None:
            return self._said(conversation_id, known)
        given = self.script(payload or text or "")
        if isinstance(given, Exception):
            raise given
        replies = None if isinstance(given, str) else [given.to_json()]
        messages.append(StoredMessage("" if payload else (text or ""), payload, replies))
        if source_key:
            self.keys[(conversation_id, source_key)] = len(messages)
        return self._said(conversation_id, len(messages))

    def history(self, conversation_id: str, after: int = 0) -> list[dict[str, Any]]:
        return [
            {
                "number": number,
                "text": message.text,
                "payload": message.payload,
                "title": None,
                "replies": message.replies,
                "late": message.late,
                "received_at": datetime(2026, 11, 24, 15, number % 60, tzinfo=UTC).isoformat(),
            }
            for number, message in enumerate(self.messages[conversation_id], start=1)
            if number > after
        ]

    def waiting_for(self, conversation_id: str) -> str | None:
        return self.waiting

    def answer_late(self, conversation_id: str, number: int, reply: Reply) -> None:
        message = self.messages[conversation_id][number - 1]
        message.replies, message.late = [reply.to_json()], True

    def _said(self, conversation: str, number: int) -> Said:
        stored = self.messages[conversation][number - 1].replies
        apology = Reply("I am sorry, this takes longer than it should.").to_json()
        replies: tuple[Mapping[str, Any], ...] = tuple(stored or [apology])
        return Said(conversation, number, replies, self.waiting, pending=stored is None)
