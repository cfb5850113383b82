"""Answering a message outside a form, or handing it to the form that shall take it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.desk.advice import DISCLOSURE, AdviceDesk
from bot.desk.filing import language_of
from bot.desk.intake import Intake
from bot.desk.own import standing
from bot.domain.advice import neither_confirmed
from bot.domain.answers import (
    Voice,
    about,
    answer,
    ask_back,
    not_understood,
    offering,
    quoted_alone,
    request_button,
)
from bot.domain.errors import DeskError
from bot.domain.phrases import phrases
from bot.domain.replies import Reading, Reply
from bot.domain.settling import UNREAD, follow_up, quotable, settle, undecided, unsure
from bot.domain.statements import stated_wish
from bot.domain.tickets import Kind
from bot.domain.topics import TOPICS, WISHES, note_also, note_offer, note_wish, offered
from bot.locale import translator
from bot.store import conversations, drafts, inbox
from bot.store.conversations import Conversation
from bot.store.db import Connection

# These start their guided conversation without another click.
DIRECT = {"complaint": Kind.COMPLAINT, "breach_report": Kind.INCIDENT}
SHOWN_AT_MOST = 10
# Fewer words than these do not change the language of a conversation.
SPEAKING_WORDS = 3
# French that is too short to be known for French does not end a French conversation.
LEAVING_WORDS = 4
FRENCH = re.compile(
    r"\b(?:je|j['’]|mon|ma|mes|est|vous|votre|vos|veux|les|des|et|une|pas|pour|avec|dans|que|qui)\b",
    re.IGNORECASE,
)
DIRECT_AT_LEAST = 0.5


@dataclass(frozen=True, slots=True)
class Response:
    """Replies, and the form (`complaint_form`) that shall take the message on, if one shall."""

    replies: tuple[Mapping[str, Any], ...] = ()
    follow: str | None = None


@dataclass(frozen=True, slots=True)
class Answering:
    """Answers single messages."""

    intake: Intake
    advice: AdviceDesk

    def respond(self, conversation_id: str, message_id: str, reading: Reading) -> Response:
        """Answer a message, remembering what it was about (never its words)."""
        store = self.intake.store
        with store.transaction() as connection:
            conversation = conversations.find(connection, conversation_id, hold=True)
            if conversation is None:
                raise DeskError("this conversation is not known")
            draft = drafts.find_open(connection, conversation_id)
            if draft is not None:
                return Response(follow=f"{draft.kind}_form")
            message = inbox.find(connection, message_id)
            now = store.now(connection)
            reading = replace(reading, text=reading.text or message.text)
            done = inbox.outcome(connection, message_id, DISCLOSURE)
            if done is not None:
                return Response(tuple(done["replies"]))
            decided = self._decided(connection, conversation, message, reading)
            if decided is not None:
                return decided
            if self.advice.wants(connection, conversation, reading):
                _forget_offer(connection, conversation)
                return self._advise(connection, conversation, message, reading, now)
            return self._respond(connection, conversation, message, reading, now)

    def _decided(
        self,
        connection: Connection,
        conversation: Conversation,
        message: inbox.Message,
        reading: Reading,
    ) -> Response | None:
        """A bare yes or no to the request that the last reply offered; None for all else."""
        kind = offered(conversation.topic)
        if kind is None or message.payload is not None or unsure(reading):
            return None
        if reading.intent == "affirm":
            # The request itself takes the offer, so that a repeated delivery finds it again.
            return Response(follow=f"{kind}_form")
        if reading.intent != "deny":
            return None
        _forget_offer(connection, conversation)
        words = phrases(language_of(conversation))
        return Response((about(reading, Reply(words.declined)).to_json(),))

    def _advise(
        self,
        connection: Connection,
        conversation: Conversation,
        message: inbox.Message,
        reading: Reading,
        now: datetime,
    ) -> Response:
        """Advise once, however often Rasa hands the message over."""
        said = self.advice.take(connection, conversation, message, reading, now)
        replies = tuple(about(reading, reply).to_json() for reply in said)
        inbox.keep_outcome(connection, message.id, DISCLOSURE, {"replies": list(replies)})
        return Response(replies)

    def _respond(
        self,
        connection: Connection,
        conversation: Conversation,
        message: inbox.Message,
        reading: Reading,
        now: datetime,
    ) -> Response:
        library = self.intake.library
        topic = dict(conversation.topic)
        reading = _in_language(reading, message, topic)
        tr, role = translator(reading.language), conversation.person.role
        voice = Voice(library.policy, library.company, role, tr)
        several = reading.requests if len(reading.requests) > 1 else (reading,)
        stated = self._stated(conversation, message, several)
        replies: list[Reply] = []
        follow: str | None = None
        for part in several:
            meant = follow_up(part, topic)
            if unsure(meant) and meant is part:
                replies.append(not_understood(part, tr))
                continue
            settled = settle(meant, library.policy, topic)
            _note_topic(topic, settled, message.received_at)
            # What a follow-up leans on was said before: it starts nothing.
            own = part.intent == settled.intent
            if own and settled.intent in DIRECT and settled.confidence >= DIRECT_AT_LEAST:
                follow = follow or f"{DIRECT[settled.intent]}_form"
                continue
            reply = self._reply(connection, conversation, settled, voice, now)
            if own and part is stated:
                follow = f"{TOPICS[settled.intent].request}_form"
                replies.append(quoted_alone(reply))
                continue
            # Of several offers a bare yes would mean none.
            replies.append(offering(settled, reply) if len(several) == 1 else reply)
        if len(several) > 1:
            staff = conversation.person.role.is_staff
            replies = _one_after_the_other(topic, several, replies, follow, staff)
        note_offer(topic, replies[-1].offers if replies else None)
        conversations.remember(connection, conversation.id, topic)
        return Response(tuple(reply.to_json() for reply in replies), follow)

    @staticmethod
    def _stated(
        conversation: Conversation, message: inbox.Message, several: tuple[Reading, ...]
    ) -> Reading | None:
        """The one part that starts its request by stating it; of several the person chooses."""
        if message.payload is not None or any(part.intent in DIRECT for part in several):
            return None
        staff = conversation.person.role.is_staff
        wishes = [part for part in several if part.intent in WISHES]
        if len(wishes) != 1:
            return None
        text = wishes[0].text if len(several) > 1 and wishes[0].text else message.text
        return wishes[0] if stated_wish(wishes[0], text, staff=staff) else None

    def _reply(
        self,
        connection: Connection,
        conversation: Conversation,
        reading: Reading,
        voice: Voice,
        now: datetime,
    ) -> Reply:
        if reading.intent == "ticket_status":
            own = standing(self.intake, connection, conversation.person.id, now, voice.tr)
            return about(reading, own)
        pair = undecided(reading)
        if pair:
            return ask_back(pair, reading)
        return neither_confirmed(reading, answer(reading, voice))


def _one_after_the_other(
    topic: dict[str, Any],
    several: Sequence[Reading],
    replies: list[Reply],
    follow: str | None,
    staff: bool,
) -> list[Reply]:
    """Let several stated requests be taken in turn: which first is the person's to say."""
    stated = (
        DIRECT.get(part.intent) or stated_wish(part, part.text, staff=staff) for part in several
    )
    kinds = list(dict.fromkeys(kind for kind in stated if kind is not None))
    if len(kinds) < 2:
        return replies
    note_also(topic, kinds)
    if follow is not None:
        return [replace(reply, quick_replies=()) for reply in replies]
    language = several[0].language
    buttons = tuple(request_button(kind, language) for kind in kinds)
    asked = Reply(phrases(language).which_first, quick_replies=buttons)
    return [*(replace(reply, quick_replies=()) for reply in replies), asked]


def _in_language(reading: Reading, message: inbox.Message, topic: dict[str, Any]) -> Reading:
    """Let a message of a few words, or a button, be in the language of what was said before."""
    french = topic.get("language") == "fr"
    enough = LEAVING_WORDS if french and reading.language != "fr" else SPEAKING_WORDS
    if message.payload is None and len(reading.text.split()) >= enough:
        # A masked number is English to the reader, and so are a few words around it.
        french = reading.language == "fr" or (french and len(FRENCH.findall(reading.text)) > 1)
        topic["language"] = "fr" if french else "en"
    language = "fr" if french or reading.language == "fr" else reading.language
    # How well the policy answers each of several requests was not read.
    parts = tuple(
        replace(part, language=language, answerable=part.answerable or UNREAD)
        for part in reading.requests
    )
    return replace(reading, language=language, requests=parts)


def _forget_offer(connection: Connection, conversation: Conversation) -> None:
    if offered(conversation.topic) is not None:
        topic = dict(conversation.topic)
        note_offer(topic, None)
        conversations.remember(connection, conversation.id, topic)


def _note_topic(topic: dict[str, Any], reading: Reading, received_at: datetime) -> None:
    """Keep the intent, the clauses shown and when a kind of request was first written of."""
    topic["intent"] = reading.intent
    clauses = quotable(reading)
    topic["clauses"] = list(clauses)
    shown = [*topic.get("shown", []), *clauses[:1]]
    topic["shown"] = list(dict.fromkeys(shown))[-SHOWN_AT_MOST:]
    if reading.intent in WISHES:
        note_wish(topic, TOPICS[reading.intent].request, received_at)
