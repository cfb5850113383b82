"""Handing over: what nobody could answer in time becomes an inquiry for the Privacy Officer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.desk import Desk, Filing
from bot.domain.errors import Conflict, DeskError, NotFound
from bot.domain.receipts import dated_line
from bot.domain.replies import Reply
from bot.domain.tickets import Kind
from bot.locale import translator
from bot.store import conversations, inbox
from bot.store.conversations import Conversation
from bot.store.db import Connection, Store

log = structlog.get_logger(__name__)

HAND_OVER_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class HandOver:
    """Makes an unanswered message an inquiry, and tells the person."""

    store: Store
    desk: Desk

    def take(self, message: inbox.Message) -> None:
        """Open the inquiry and answer the message with it, in one transaction, or leave both."""
        try:
            with self.store.transaction() as connection:
                self._pass_on(connection, message)
        except DeskError as error:
            # It stays unanswered and is tried again; the messages behind it must not wait for it.
            log.error("hand_over_failed", message=message.id, code=error.code)
        else:
            log.warning("message_handed_over", message=message.id)

    def _pass_on(self, connection: Connection, message: inbox.Message) -> None:
        now = self.store.now(connection)
        conversation = conversations.find(connection, message.conversation)
        if conversation is None:
            raise NotFound("There is no such conversation.")
        ticket = self.desk.intake.file(connection, _inquiry(message, conversation), now)
        tr = translator(conversations.language(connection, conversation.id))
        words = tr(
            "I could not answer this message, so I passed it to the Privacy Officer. Your "
            "reference is {reference}. {date}",
            reference=ticket.reference,
            date=dated_line(ticket.clocks[0], tr),
        )
        told = Reply(words, ticket=ticket.to_json())
        if not inbox.answer(connection, message.id, [told.to_json()], now=now, late=True):
            raise Conflict("This message was answered in the meantime.")


def _inquiry(message: inbox.Message, conversation: Conversation) -> Filing:
    words = message.text or f"(button {message.payload})"
    value = {"words": words, "value": words, "said": f"“{words}”"}
    thread = {"words": "", "value": "thread", "said": "here, in this conversation"}
    return Filing(
        key=f"message:{message.id}",
        kind=Kind.INQUIRY,
        person=conversation.person.id,
        role=conversation.person.role,
        channel=conversation.person.channel,
        received_at=message.received_at,
        fields={"what": value, "reach": thread},
        conversation=conversation.id,
        why="the assistant did not answer within 15 minutes",
    )
