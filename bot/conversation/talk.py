"""Conversations: one message in, its replies out, whatever state Rasa is in."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.conversation.hand_over import HAND_OVER_AFTER, HandOver
from bot.conversation.messages import (
    checked,
    for_assistant,
    is_blank,
    masking_notice,
    without_repeats,
)
from bot.conversation.turns import Assistant, AssistantError, Said, TurnRequest
from bot.desk import Desk
from bot.domain.answers import WITHOUT_WORDS
from bot.domain.errors import DeskError, NotFound
from bot.domain.people import Person
from bot.domain.redaction import redact
from bot.domain.replies import Reply
from bot.domain.tickets import Kind
from bot.domain.translation import mark
from bot.locale import Translator, translator
from bot.store import conversations, drafts, inbox
from bot.store.conversations import Conversation
from bot.store.db import Store

log = structlog.get_logger(__name__)

PATIENCE = timedelta(seconds=8)
LEASE = timedelta(seconds=60)
LOOK_AGAIN = 0.1
APOLOGY = mark(
    "I am sorry, this takes longer than it should. Your message is stored and nothing is lost: the "
    "answer appears here as soon as I have it. If I cannot answer within 15 minutes, I pass it to "
    "the Privacy Officer."
)


@dataclass(slots=True)
class Talk:
    """Conversations with the desk, the same for every channel."""

    store: Store
    desk: Desk
    assistant: Assistant
    patience: timedelta = PATIENCE
    _turns: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def open(self, person: Person, token: str | None = None) -> str:
        """Start a conversation; the token, kept as a hash, finds it again."""
        with self.store.transaction() as connection:
            now = self.store.now(connection)
            return conversations.create(connection, person, now, token=token).id

    def by_token(self, token: str) -> Conversation | None:
        with self.store.reading() as connection:
            return conversations.find_by_token(connection, token)

    def waiting_for(self, conversation_id: str) -> str | None:
        """The question that is open, for example `complaint.when`."""
        with self.store.reading() as connection:
            draft = drafts.find_open(connection, conversation_id)
        return f"{draft.kind}.{draft.asked}" if draft and draft.asked else None

    def history(self, conversation_id: str, after: int = 0) -> list[dict[str, Any]]:
        """The conversation's messages with their replies, oldest first."""
        with self.store.reading() as connection:
            messages = inbox.history(connection, conversation_id, after=after)
        return [
            {
                "number": m.number,
                "text": m.text,
                "payload": m.payload,
                "replies": list(m.replies) if m.replies is not None else None,
                "late": m.late,
                "received_at": m.received_at.isoformat(),
            }
            for m in messages
        ]

    def deliver(self, conversation_id: str, key: str, words: str) -> None:
        """Put a letter into a conversation, once for its key. Raises NotFound."""
        with self.store.transaction() as connection:
            if conversations.find(connection, conversation_id, hold=True) is None:
                raise NotFound("This conversation is gone.")
            now = self.store.now(connection)
            inbox.deliver(connection, conversation_id, key, [Reply(words).to_json()], now)

    async def say(
        self,
        conversation_id: str,
        *,
        text: str | None = None,
        payload: str | None = None,
        source_key: str | None = None,
        about: str | None = None,
        received_at: datetime | None = None,
        masked: Sequence[str] = (),
    ) -> Said:
        """Take one message and return its replies within ten seconds.

        The same `source_key` in one conversation is one message: it is answered once. `about`
        says what the message is about where the channel knows it: `bot.desk.DISCLOSURE` asks for
        advice whatever the words look like. A channel that stored it earlier says when
        (`received_at`) and what it masked before storing. Raises InvalidInput and TooLong before
        anything is stored, NotFound for no such conversation.
        """
        text = checked(text, payload)
        message, new = await asyncio.to_thread(
            self._receive, conversation_id, text, payload, source_key, about, received_at, masked
        )
        if new:
            self._turns[message.id] = asyncio.create_task(self._work(message, late=False))
        return await self._answered(message)

    async def catch_up(self) -> int:
        """Work messages that were left unanswered; hand over those that waited too long.

        Waits at most a minute for them: a turn that hangs keeps no other conversation waiting.
        Returns how many were taken up.
        """
        waiting, now = await asyncio.to_thread(self._claim)
        queues: dict[str, list[inbox.Message]] = {}
        for message in waiting:
            if now - message.received_at >= HAND_OVER_AFTER:
                await asyncio.to_thread(HandOver(self.store, self.desk).take, message)
            elif message.id not in self._turns:
                queues.setdefault(message.conversation, []).append(message)
        tasks = [asyncio.create_task(self._work_in_order(queue)) for queue in queues.values()]
        for queue, task in zip(queues.values(), tasks, strict=True):
            self._turns |= dict.fromkeys((message.id for message in queue), task)
        if tasks:
            await asyncio.wait(tasks, timeout=LEASE.total_seconds())
        return len(waiting)

    async def finish(self) -> None:
        """Let running turns end; for an orderly stop."""
        if self._turns:
            await asyncio.wait(list(self._turns.values()), timeout=5)

    def _claim(self) -> tuple[list[inbox.Message], datetime]:
        with self.store.transaction() as connection:
            now = self.store.now(connection)
            return inbox.claim_unanswered(connection, now, LEASE), now

    def _receive(
        self,
        conversation_id: str,
        text: str,
        payload: str | None,
        source_key: str | None,
        about: str | None,
        received_at: datetime | None,
        masked: Sequence[str],
    ) -> tuple[inbox.Message, bool]:
        with self.store.transaction() as connection:
            now = self.store.now(connection)
            if conversations.find(connection, conversation_id, hold=True) is None:
                raise NotFound("There is no such conversation.")
            draft = drafts.find_open(connection, conversation_id)
            account = bool(draft and draft.kind == Kind.ACCESS and draft.asked == "find")
            redaction = redact(text, account_asked=account)
            button = redact(payload or "", account_asked=account)
            return inbox.receive(
                connection,
                conversation_id,
                source_key=source_key,
                text=redaction.text,
                payload=button.text or None,
                masked=(*masked, *redaction.found, *button.found),
                now=now,
                lease=LEASE,
                about=about,
                received_at=received_at,
            )

    async def _answered(self, message: inbox.Message) -> Said:
        """The replies, waited for with patience, whoever works the message; else the apology."""
        now = asyncio.get_running_loop().time
        until = now() + self.patience.total_seconds()
        stored = message
        while stored.state == "working" and now() < until:
            task = self._turns.get(message.id)
            if task is not None:
                await asyncio.wait({task}, timeout=until - now())
            elif stored is not message:
                await asyncio.sleep(LOOK_AGAIN)
            stored = await asyncio.to_thread(self._find, message.id)
        if stored.replies is None:
            return await self._pending(stored)
        waiting = await asyncio.to_thread(self.waiting_for, message.conversation)
        return Said(message.conversation, message.number, stored.replies, waiting, stored.late)

    async def _pending(self, message: inbox.Message) -> Said:
        waiting = await asyncio.to_thread(self.waiting_for, message.conversation)
        tr = await asyncio.to_thread(self._translator, message.conversation)
        apology = Reply(tr(APOLOGY)).to_json()
        return Said(message.conversation, message.number, (apology,), waiting, pending=True)

    def _translator(self, conversation_id: str) -> Translator:
        with self.store.reading() as connection:
            return translator(conversations.language(connection, conversation_id))

    def _find(self, message_id: str) -> inbox.Message:
        with self.store.reading() as connection:
            return inbox.find(connection, message_id)

    async def _work_in_order(self, queue: Sequence[inbox.Message]) -> None:
        for message in queue:
            await self._work(message, late=True)

    async def _work(self, message: inbox.Message, *, late: bool) -> None:
        """Run one turn to its end and record its replies; a failure leaves it for catch-up."""
        try:
            if is_blank(message):
                tr = await asyncio.to_thread(self._translator, message.conversation)
                replies = [Reply(tr(WITHOUT_WORDS)).to_json()]
            else:
                request = await asyncio.to_thread(self._request, message)
                replies = await self.assistant.turn(request)
            await asyncio.to_thread(self._record, message, replies, late)
        except DeskError as error:
            log.warning("turn_failed", message=message.id, code=error.code)
            # Before it is given back: a catch-up that takes it must find it free.
            self._turns.pop(message.id, None)
            await asyncio.to_thread(self._release, message)
        except Exception as error:
            # The edge of a task: nobody awaits its outcome. The lease ends, and catch-up takes it.
            log.error("turn_broke", message=message.id, error=type(error).__name__)
        finally:
            self._turns.pop(message.id, None)

    def _request(self, message: inbox.Message) -> TurnRequest:
        with self.store.transaction() as connection:
            now = self.store.now(connection)
            conversation = conversations.find(connection, message.conversation)
            if conversation is None:
                raise NotFound("There is no such conversation.")
            sender = conversations.take_turn(connection, conversation.id, now)
            draft = drafts.find_open(connection, conversation.id)
        metadata = {
            "message_id": message.id,
            "conversation": conversation.id,
            "role": str(conversation.person.role),
            "channel": str(conversation.person.channel),
            "received_at": message.received_at.isoformat(),
            "asked": f"{draft.kind}.{draft.asked}" if draft and draft.asked else None,
            "about": message.about,
        }
        return TurnRequest(sender, for_assistant(message), message.id, metadata)

    def _record(
        self, message: inbox.Message, replies: Sequence[Mapping[str, Any]], late: bool
    ) -> None:
        if not replies:
            raise AssistantError("the assistant answered nothing")
        with self.store.transaction() as connection:
            now = self.store.now(connection)
            # By now the message has been read, and its language with it.
            tr = translator(conversations.language(connection, message.conversation))
            said = [*masking_notice(message, tr), *without_repeats(replies)]
            late = late or now - message.received_at >= self.patience
            inbox.answer(connection, message.id, said, now=now, late=late)

    def _release(self, message: inbox.Message) -> None:
        with self.store.transaction() as connection:
            inbox.release(connection, message.id)
