"""The guided conversation: one message of a person, one step of their half-filled request.

Each step is one transaction and is remembered by the message, so that a message which Rasa hands
over twice is taken once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.desk.intake import Filing, Intake
from bot.domain.answers import Voice, answer, settle
from bot.domain.clocks import local_date
from bot.domain.errors import DeskError
from bot.domain.forms import CONFIRM, Draft, Field, FieldType, FieldValue, Form, next_field, summary
from bot.domain.receipts import receipt
from bot.domain.replies import QuickReply, Reading, Reply
from bot.domain.tickets import Kind
from bot.domain.topics import TOPICS
from bot.domain.turns import Turn, TurnReading, read_turn
from bot.fields import FieldReader
from bot.store import conversations, drafts, inbox
from bot.store.conversations import Conversation

SUBSTANTIAL_WORDS = 8
CANCEL = QuickReply("Cancel", "/cancel_request")
CONFIRM_BUTTONS = (
    QuickReply("Yes, file it", "/affirm_request"),
    QuickReply("Change something", "/deny_request"),
    CANCEL,
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
class _Said:
    """A step before it is stored: the draft after it, what is said, how it ends."""

    draft: Draft | None
    replies: tuple[Reply, ...] = ()
    follow: str | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Guide:
    """Takes messages into half-filled requests."""

    intake: Intake
    forms: Mapping[str, Form]
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
        return None if done is not None and done["quiet"] else self.ask(draft)

    def ask(self, draft: Draft) -> Reply:
        form = self.forms[draft.kind]
        if draft.asked == CONFIRM:
            consequences = self._consequences(form, draft)
            answers = summary(form, draft)
            lead = f"This is what I will file:\n{answers}{consequences}\n\nShall I file it?"
            return Reply(lead, quick_replies=CONFIRM_BUTTONS)
        return Reply(
            form.field(str(draft.asked)).ask,
            quick_replies=(*_choices(form.field(str(draft.asked))), CANCEL),
        )

    def _consequences(self, form: Form, draft: Draft) -> str:
        """What follows from each use withdrawn, told before confirming (policy 3.6)."""
        told = [
            f"{choice.title.capitalize()}: {choice.consequence}"
            for entry in form.fields
            for choice in entry.choices
            if entry.name in draft.fields
            and choice.value in draft.fields[entry.name].value.split(",")
            and choice.consequence
        ]
        return "\n\nWhat follows from it\n" + "\n".join(told) if told else ""

    def _step(
        self,
        connection: Connection,
        kind: str,
        conversation: Conversation,
        message_id: str,
        reading: Reading,
        now: datetime,
    ) -> _Said:
        draft = drafts.find_open(connection, conversation.id)
        message = inbox.find(connection, message_id)
        starts = _starts(reading, kind)
        if draft is None and not starts:
            return _Said(None, follow="respond")
        if draft is None:
            return self._begin(connection, kind, conversation, message, reading, now)
        if draft.kind != kind:
            return _Said(draft, follow=f"{draft.kind}_form")
        if reading.intent == "switch_request" and reading.slots.get("kind") == kind:
            return _Said(draft, (Reply(self.forms[kind].opening),))
        if reading.intent == f"request_{kind}":
            return _Said(draft, (Reply(f"We are in the middle of it: {self.forms[kind].title}."),))
        step = _Step(self, connection, conversation, message.text, now)
        return step.take(draft, reading)

    def _begin(
        self,
        connection: Connection,
        kind: str,
        conversation: Conversation,
        message: inbox.Message,
        reading: Reading,
        now: datetime,
    ) -> _Said:
        form = self.forms[kind]
        aside = drafts.find_aside(connection, conversation.id, kind)
        if aside is not None:
            drafts.move(connection, aside, "open", now)
            return _Said(
                aside, (Reply(f"Let us go on. {form.title}, so far:\n{summary(form, aside)}"),)
            )
        wanted = conversation.topic.get("wanted", {}).get(kind)
        draft = drafts.start(
            connection,
            conversation.id,
            kind,
            # The clock starts with the first writing, not with the button pressed after it.
            received_at=datetime.fromisoformat(wanted) if wanted else message.received_at,
            now=now,
            clauses_shown=tuple(conversation.topic.get("shown", ())),
        )
        story = self._opening_words(connection, form, conversation, message, reading)
        if story is None:
            return _Said(draft, (Reply(form.opening),))
        first = form.fields[0]
        draft = draft.with_value(first.name, FieldValue(story, story, f"“{story}”"))
        noted = f"{form.opening}\n\nI have noted: {draft.fields[first.name].said}"
        return _Said(draft, (Reply(noted),))

    def _opening_words(
        self,
        connection: Connection,
        form: Form,
        conversation: Conversation,
        message: inbox.Message,
        reading: Reading,
    ) -> str | None:
        """The person's own words that already answer the first question, if they wrote any."""
        if form.fields[0].type is not FieldType.STORY:
            return None
        if message.payload is None:
            return message.text if len(message.text.split()) >= SUBSTANTIAL_WORDS else None
        last = str(conversation.topic.get("intent"))
        about = TOPICS[last].request if last in TOPICS else Kind.INQUIRY
        if "intent" not in conversation.topic or (form.kind != Kind.INQUIRY and about != form.kind):
            return None
        written = [m.text for m in inbox.history(connection, conversation.id) if m.payload is None]
        needed = 4 if form.kind == Kind.INQUIRY else SUBSTANTIAL_WORDS
        return written[-1] if written and len(written[-1].split()) >= needed else None

    def _stored(self, connection: Connection, kind: str, step: _Said, now: datetime) -> FormTurn:
        replies = tuple(reply.to_json() for reply in step.replies)
        if step.draft is None or step.follow is not None:
            return FormTurn(replies, closed=True, follow=step.follow)
        draft = replace(step.draft, asked=next_field(self.forms[kind], step.draft))
        drafts.save(connection, draft, now)
        return FormTurn(replies, tuple(draft.fields), draft.asked, quiet=step.quiet)

    def file(
        self, connection: Connection, draft: Draft, conversation: Conversation, now: datetime
    ) -> Reply:
        """Open the ticket of a confirmed draft, in the transaction that closes the draft."""
        form = self.forms[draft.kind]
        uses = draft.fields["uses"].value.split(",") if "uses" in draft.fields else []
        ticket = self.intake.file(
            connection,
            Filing(
                key=f"draft:{draft.id}",
                kind=Kind(draft.kind),
                person=conversation.person.id,
                role=conversation.person.role,
                channel=conversation.person.channel,
                received_at=draft.received_at,
                fields=draft.to_json(),
                clauses_shown=draft.clauses_shown,
                conversation=conversation.id,
                uses=uses,
            ),
            now,
        )
        drafts.move(connection, draft, "filed", now)
        library = self.intake.library
        return receipt(ticket, form, library.policy, library.complaint_procedure)

    def voice(self, conversation: Conversation) -> Voice:
        library = self.intake.library
        return Voice(library.policy, library.company, conversation.person.role)


@dataclass(frozen=True, slots=True)
class _Step:
    """One message taken into an open draft."""

    guide: Guide
    connection: Connection
    conversation: Conversation
    text: str
    now: datetime

    def take(self, draft: Draft, reading: Reading) -> _Said:
        form = self.guide.forms[draft.kind]
        reading = replace(reading, text=reading.slots.get("value", self.text))
        entry = None if draft.asked in {None, CONFIRM} else form.field(str(draft.asked))
        today = local_date(self.now, self.guide.intake.library.zone)
        found = self.guide.reader.read(entry, reading.text, today) if entry else None
        turn = read_turn(
            form,
            draft,
            reading,
            candidate=found.value if found else None,
            misfits=bool(found and found.problem),
        )
        match turn.turn:
            case Turn.ANSWER:
                return self._answer(draft, entry, found.value if found else None)
            case Turn.CORRECTION:
                return self._correct(form, draft, turn, reading)
            case Turn.CANCEL:
                return self._cancel(draft, form)
            case Turn.YES if draft.asked == CONFIRM:
                receipt = self.guide.file(self.connection, draft, self.conversation, self.now)
                return _Said(None, (receipt, *self._set_aside()))
            case Turn.NO if draft.asked == CONFIRM:
                return self._which(form, draft, "Nothing is filed yet. ")
            case Turn.QUESTION:
                return _Said(draft, (self._answer_question(reading),))
            case Turn.OTHER_REQUEST:
                return self._other(form, draft, reading)
            case Turn.SWITCH:
                return self._switch(draft, reading)
            case Turn.KEEP:
                return _Said(draft, (Reply("Good, let us go on."),))
            case _:
                return self._not_understood(entry, found.problem if found else None, draft)

    def _answer(self, draft: Draft, entry: Field | None, value: FieldValue | None) -> _Said:
        if entry is None:
            return self._not_understood(None, None, draft)
        value = value or FieldValue(self.text, "none", "none")
        repeated = entry.type in {FieldType.WHEN, FieldType.CONTACT, FieldType.CHOICE}
        replies = (Reply(f"Noted. {entry.label}: {value.said}."),) if repeated else ()
        return _Said(draft.with_value(entry.name, value), replies)

    def _correct(self, form: Form, draft: Draft, turn: TurnReading, reading: Reading) -> _Said:
        today = local_date(self.now, self.guide.intake.library.zone)
        reader = self.guide.reader
        names = [turn.field] if turn.field in draft.fields else _precise_first(form, draft)
        pressed = reading.intent == "change_field"
        for name in names if not pressed else ():
            entry = form.field(str(name))
            value = reader.correct(entry, draft.fields[entry.name], reading.text, today)
            if value is not None:
                changed = Reply(f"Changed. {entry.label}: {value.said}")
                return _Said(draft.with_value(entry.name, value), (changed,))
        if turn.field in draft.fields:
            return _Said(draft.without(str(turn.field)))
        return self._which(form, draft, "")

    def _which(self, form: Form, draft: Draft, lead: str) -> _Said:
        return _Said(draft, (_which_change(form, draft, lead),), quiet=True)

    def _cancel(self, draft: Draft, form: Form) -> _Said:
        drafts.discard(self.connection, draft)
        gone = Reply(
            f"Cancelled. Nothing was filed, and your answers are deleted ({form.title.lower()}). "
            "You can start again at any time."
        )
        return _Said(None, (gone, *self._set_aside()))

    def _set_aside(self) -> tuple[Reply, ...]:
        aside = drafts.find_aside(self.connection, self.conversation.id)
        if aside is None:
            return ()
        title = self.guide.forms[aside.kind].title
        button = QuickReply("Go on with it", f"/request_{aside.kind}")
        return (Reply(f"One thing is still set aside: {title.lower()}.", quick_replies=(button,)),)

    def _answer_question(self, reading: Reading) -> Reply:
        voice = self.guide.voice(self.conversation)
        reply = answer(settle(reading, voice.policy, {}), voice)
        return replace(reply, quick_replies=())

    def _other(self, form: Form, draft: Draft, reading: Reading) -> _Said:
        topic = TOPICS.get(reading.intent)
        if topic is None or topic.request in {form.kind, Kind.INQUIRY}:
            return _Said(draft, (self._answer_question(reading),))
        other = self.guide.forms[str(topic.request)]
        offer = Reply(
            f"That is another request ({other.title.lower()}). Shall I set this one aside and "
            "start that, or do we finish this one first?",
            quick_replies=(
                QuickReply(f"Start: {other.title}", f'/switch_request{{"kind": "{other.kind}"}}'),
                QuickReply("Finish this one", "/keep_request"),
            ),
        )
        return _Said(draft, (offer,), quiet=True)

    def _switch(self, draft: Draft, reading: Reading) -> _Said:
        kind = reading.slots.get("kind", "")
        if kind not in self.guide.forms or kind == draft.kind:
            return _Said(draft, (Reply("Good, let us go on."),))
        drafts.save(self.connection, draft, self.now)
        drafts.move(self.connection, draft, "aside", self.now)
        waiting = drafts.find_aside(self.connection, self.conversation.id, kind)
        if waiting is not None:
            drafts.move(self.connection, waiting, "open", self.now)
        else:
            drafts.start(
                self.connection, self.conversation.id, kind, received_at=self.now, now=self.now
            )
        return _Said(None, follow=f"{kind}_form")

    def _not_understood(self, entry: Field | None, problem: str | None, draft: Draft) -> _Said:
        if entry is None:
            return _Said(draft, (Reply("I did not understand that. A yes or a no is enough."),))
        words = f"{problem} {entry.again}" if problem else entry.again
        return _Said(draft, (Reply(words),))


def _starts(reading: Reading, kind: str) -> bool:
    topic = TOPICS.get(reading.intent)
    named = reading.intent in {f"request_{kind}", "switch_request"}
    return named or (topic is not None and topic.request == kind)


def _precise_first(form: Form, draft: Draft) -> list[str]:
    """Fields that a bare new value can only mean: contacts and dates; never the story."""
    precise = {FieldType.CONTACT, FieldType.WHEN, FieldType.CHOICE}
    return [e.name for e in form.fields if e.name in draft.fields and e.type in precise]


def _which_change(form: Form, draft: Draft, lead: str) -> Reply:
    buttons = tuple(
        QuickReply(entry.label, f'/change_field{{"field": "{entry.name}"}}')
        for entry in form.fields
        if entry.name in draft.fields
    )
    return Reply(f"{lead}Which answer shall I change?", quick_replies=(*buttons, CANCEL))


def _choices(entry: Field) -> tuple[QuickReply, ...]:
    if entry.type is FieldType.WHEN:
        return (QuickReply("I don't know", '/choose{"value": "I don\'t know"}'),)
    return tuple(
        QuickReply(choice.title.capitalize(), f'/choose{{"value": "{choice.title}"}}')
        for choice in entry.choices
    )
