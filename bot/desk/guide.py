"""The guided conversation: one message of a person, one step of their half-filled request.

Each step is one transaction and is remembered by the message, so that a message which Rasa hands
over twice is taken once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.desk.filing import file_draft, language_of
from bot.desk.intake import Intake
from bot.desk.own import standing
from bot.desk.step import MORE, Said, Step, choice_buttons
from bot.domain.answers import Voice
from bot.domain.clocks import local_date
from bot.domain.errors import DeskError
from bot.domain.forms import (
    BLANKS_SHOWN,
    CONFIRM,
    Draft,
    FieldType,
    Form,
    blanks,
    next_field,
    offer,
    summary,
)
from bot.domain.phrases import Phrases, phrases
from bot.domain.replies import QuickReply, Reading, Reply
from bot.domain.schedule_a import names_categories
from bot.domain.tickets import Kind
from bot.domain.topics import (
    TOPICS,
    begun,
    note_offer,
    note_wish,
    offered,
    still_to_begin,
    take_wish,
)
from bot.fields import FieldReader
from bot.locale import translator
from bot.store import conversations, drafts, inbox
from bot.store.conversations import Conversation
from bot.store.db import Connection

SUBSTANTIAL_WORDS = 8
# "My postal code is wrong" tells what is wrong already.
SUBSTANTIAL_CORRECTION = 5
INQUIRY_WORDS = 4
# "How do I complain about ..." asks for the form; it does not yet tell what happened.
ASKS_HOW = re.compile(r"\s*(how|where|who|what|can|could|comment|où|puis-je)\b", re.IGNORECASE)
# Before a button, "can I have a copy of ..." is the request itself; a question is not.
ASKS_ABOUT = re.compile(
    r"\s*(?:(?:and|but|et|mais)\s+)?(?:how|where|who|when|why|what|comment|où|qui|pourquoi|combien)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FormTurn:
    """What a message did: replies, answered fields, the next question, or what follows the form.

    `follow` names the form, or "respond" for an ordinary answer, that shall take the message
    instead. `quiet`: the replies ask already, so the form's question is not asked again.
    """

    replies: tuple[Mapping[str, Any], ...] = ()
    given: tuple[str, ...] = ()
    asked: str | None = None
    closed: bool = False
    follow: str | None = None
    quiet: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "replies": [dict(reply) for reply in self.replies],
            "given": list(self.given),
            "asked": self.asked,
            "closed": self.closed,
            "follow": self.follow,
            "quiet": self.quiet,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> FormTurn:
        return cls(
            tuple(stored["replies"]),
            tuple(stored["given"]),
            stored["asked"],
            stored["closed"],
            stored["follow"],
            stored["quiet"],
        )


@dataclass(frozen=True, slots=True)
class Guide:
    """Takes messages into half-filled requests."""

    intake: Intake
    forms: Mapping[str, Form]
    french: Mapping[str, Form]
    reader: FieldReader

    def turn(self, kind: str, conversation_id: str, message_id: str, reading: Reading) -> FormTurn:
        """Take one message into the conversation's draft, once.

        Starts the request of this kind when none is open. Raises DeskError when it could not be
        done; nothing is half-stored then.
        """
        store = self.intake.store
        with store.transaction() as connection:
            conversation = conversations.find(connection, conversation_id, hold=True)
            if conversation is None:
                raise DeskError("this conversation is not known")
            done = inbox.outcome(connection, message_id, kind)
            if done is not None:
                return FormTurn.from_json(done)
            now = store.now(connection)
            step = self._step(connection, kind, conversation, message_id, reading, now)
            turn = self._stored(connection, kind, step, now)
            inbox.keep_outcome(connection, message_id, kind, turn.to_json())
            return turn

    def question(self, conversation_id: str, message_id: str) -> Reply | None:
        """The question that the conversation's open request waits for.

        None when none is open, or when the replies to this message asked already.
        """
        with self.intake.store.reading() as connection:
            draft = drafts.find_open(connection, conversation_id)
            if draft is None or not draft.asked:
                return None
            done = inbox.outcome(connection, message_id, draft.kind)
            if done is not None and done["quiet"]:
                return None
            return self.ask(draft, language_of(conversations.find(connection, conversation_id)))

    def ask(self, draft: Draft, language: str) -> Reply:
        """The draft's next question, or its summary with what follows from it (policy 3.6)."""
        form, words = self._forms(language)[draft.kind], phrases(language)
        if draft.asked == CONFIRM:
            told = _consequences(form, draft)
            told_so_far = summary(form, draft, words.answer, words.still)
            parts = [f"{words.summary}\n{told_so_far}"]
            parts += [f"{words.consequences}\n{told}"] if told else []
            buttons = (*words.confirm_buttons, *_to_add(form, draft, words))
            return Reply("\n\n".join([*parts, words.shall_i]), quick_replies=buttons)
        entry = form.field(str(draft.asked))
        return Reply(entry.ask, quick_replies=(*choice_buttons(entry, words), words.cancel_button))

    def _forms(self, language: str) -> Mapping[str, Form]:
        return self.french if language == "fr" else self.forms

    def _step(
        self,
        connection: Connection,
        kind: str,
        conversation: Conversation,
        message_id: str,
        reading: Reading,
        now: datetime,
    ) -> Said:
        draft = drafts.find_open(connection, conversation.id)
        message = inbox.find(connection, message_id)
        language = language_of(conversation)
        forms, words = self._forms(language), phrases(language)
        starts = _starts(reading, kind) or _accepts(conversation, reading, kind)
        if draft is None and not starts:
            return Said(None, follow="respond")
        if draft is None:
            return self._begin(connection, kind, conversation, message, reading, now)
        if draft.kind != kind:
            return Said(draft, follow=f"{draft.kind}_form")
        if reading.intent == f"request_{kind}":
            return Said(draft, (Reply(words.in_the_middle.format(title=forms[kind].title)),))
        step = Step(
            forms=forms,
            phrases=words,
            reader=self.reader,
            connection=connection,
            voice=self.voice(conversation),
            text=message.text,
            now=now,
            today=local_date(now, self.intake.library.zone),
            standing=lambda: standing(
                self.intake, connection, conversation.person.id, now, translator(language)
            ),
            file=lambda confirmed: file_draft(
                self.intake, connection, confirmed, conversation, forms[confirmed.kind], now
            ),
        )
        said = step.take(draft, reading)
        if said.wished is not None:
            topic = dict(conversation.topic)
            note_wish(topic, said.wished, message.received_at)
            conversations.remember(connection, conversation.id, topic)
        if said.draft is None and said.follow is None:
            return self._with_the_other(said, conversation)
        return said

    def _with_the_other(self, said: Said, conversation: Conversation) -> Said:
        """Offer what was asked for in the same message and is not begun yet."""
        kind = still_to_begin(conversation.topic)
        if kind is None or kind not in self.forms:
            return said
        language = language_of(conversation)
        words = phrases(language)
        title = self._forms(language)[kind].title
        button = QuickReply(words.requests[Kind(kind)], f"/request_{kind}")
        offered = Reply(words.also.format(title=title.lower()), quick_replies=(button,))
        return replace(said, replies=(*said.replies, offered))

    def _begin(
        self,
        connection: Connection,
        kind: str,
        conversation: Conversation,
        message: inbox.Message,
        reading: Reading,
        now: datetime,
    ) -> Said:
        language = language_of(conversation)
        form, words = self._forms(language)[kind], phrases(language)
        topic = dict(conversation.topic)
        # The clock starts with the first writing, not with the button pressed after it.
        wanted = take_wish(topic, kind)
        note_offer(topic, None)
        begun(topic, kind)
        conversations.remember(connection, conversation.id, topic)
        aside = drafts.find_aside(connection, conversation.id, kind)
        if aside is not None:
            drafts.move(connection, aside, "open", now)
            resumed = words.resumed.format(title=form.title)
            so_far = summary(form, aside, words.answer, words.still)
            return Said(aside, (Reply(f"{resumed}\n{so_far}"),))
        draft = drafts.start(
            connection,
            conversation.id,
            kind,
            received_at=wanted or message.received_at,
            now=now,
            clauses_shown=tuple(conversation.topic.get("shown", ())),
        )
        earlier = message.payload is not None or _accepts(conversation, reading, kind)
        told = self._opening_words(connection, form, conversation, message, earlier)
        first, opening = form.fields[0], form.opening_for(conversation.person.role.is_staff)
        today = local_date(now, self.intake.library.zone)
        value = self.reader.read(first, told, today, language).value
        if value is None:
            return Said(draft, (Reply(opening),))
        draft = offer(form, draft.with_value(first.name, value), words.blank, words.suggested)
        noted = (
            words.story_noted.format(said=value.said)
            if first.type is FieldType.STORY
            else words.noted.format(label=first.label, said=value.said)
        )
        return Said(draft, (Reply(f"{opening}\n\n{noted}"),))

    def _opening_words(
        self,
        connection: Connection,
        form: Form,
        conversation: Conversation,
        message: inbox.Message,
        earlier: bool,
    ) -> str:
        """The person's own words that may answer the first question already; "" when none do.

        After a button, or a yes in its place, they are the `earlier` ones.
        """
        if not earlier:
            return message.text if _tells(form, message.text, ASKS_HOW) else ""
        last = str(conversation.topic.get("intent"))
        about = TOPICS[last].request if last in TOPICS else Kind.INQUIRY
        if "intent" not in conversation.topic or (form.kind != Kind.INQUIRY and about != form.kind):
            return ""
        written = [
            m.text
            for m in inbox.history(connection, conversation.id)
            if m.payload is None and m.number < message.number
        ]
        last_words = written[-1] if written else ""
        if form.kind == Kind.INQUIRY:
            return last_words if len(last_words.split()) >= INQUIRY_WORDS else ""
        return last_words if _tells(form, last_words, ASKS_ABOUT) else ""

    def _stored(self, connection: Connection, kind: str, step: Said, now: datetime) -> FormTurn:
        replies = tuple(reply.to_json() for reply in step.replies)
        if step.draft is None or step.follow is not None:
            return FormTurn(replies, closed=True, follow=step.follow)
        draft = replace(step.draft, asked=next_field(self.forms[kind], step.draft))
        drafts.save(connection, draft, now)
        given = tuple(name for name, value in draft.fields.items() if value.words)
        return FormTurn(replies, given, draft.asked, quiet=step.quiet)

    def voice(self, conversation: Conversation) -> Voice:
        library = self.intake.library
        return Voice(library.policy, library.company, conversation.person.role)


def _to_add(form: Form, draft: Draft, words: Phrases) -> tuple[QuickReply, ...]:
    """A button for each answer that the summary shows blank; one for many."""
    left = blanks(form, draft)
    if len(left) > BLANKS_SHOWN:
        return (QuickReply(words.add_more, f'/change_field{{"field": "{MORE}"}}'),)
    return tuple(
        QuickReply(words.add.format(label=entry.label), f'/change_field{{"field": "{entry.name}"}}')
        for entry in left
    )


def _consequences(form: Form, draft: Draft) -> str:
    told = [
        f"{choice.title.capitalize()}: {choice.consequence}"
        for entry in form.fields
        for choice in entry.choices
        if entry.name in draft.fields
        and entry.applies(draft)
        and choice.value in draft.fields[entry.name].value.split(",")
        and choice.consequence
    ]
    return "\n".join(told)


def _tells(form: Form, text: str, asks: re.Pattern[str]) -> bool:
    """Tell whether these words are more than a wish to begin: a story, or what shall stop."""
    if form.kind is Kind.ACCESS and names_categories(text):
        return not asks.match(text)
    story = SUBSTANTIAL_CORRECTION if form.kind is Kind.CORRECTION else SUBSTANTIAL_WORDS
    enough = story if form.fields[0].type is FieldType.STORY else 1
    return len(text.split()) >= enough and not asks.match(text)


def _accepts(conversation: Conversation, reading: Reading, kind: str) -> bool:
    """Tell whether a bare yes answers the offer to open a request of this kind."""
    return reading.intent == "affirm" and offered(conversation.topic) == kind


def _starts(reading: Reading, kind: str) -> bool:
    if any(_starts(part, kind) for part in reading.requests):
        return True
    topic = TOPICS.get(reading.intent)
    switched = reading.intent == "switch_request" and reading.slots.get("kind") == kind
    named = switched or reading.intent == f"request_{kind}"
    return named or (topic is not None and topic.request == kind)
