"""One message taken into an open draft: what changes, what is said, how it ends."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.domain.answers import Voice, about, answer
from bot.domain.forms import CONFIRM, Draft, Field, FieldType, FieldValue, Form, blanks, offer
from bot.domain.phrases import Phrases
from bot.domain.replies import QuickReply, QuotedClause, Reading, Reply
from bot.domain.settling import GUESSED, SURE_ENOUGH, quotable, settle
from bot.domain.tickets import Kind
from bot.domain.topics import OUT_OF_SCOPE, TOPICS, WISHES
from bot.domain.turns import Turn, TurnReading, read_turn
from bot.fields import FieldReader
from bot.fields.words import ReadValue, plain
from bot.locale import translator
from bot.store import drafts
from bot.store.db import Connection

# A question about this very form: who gets to read it (policy 5.3, need to know).
CONFIDENTIAL = re.compile(
    r"\bwho\b.*\b(see|sees|read|reads|get|gets|look|know)|\bconfidential|\banonymous|\bprivate\b"
    r"|\bqui (va|peut|verra|lira)\b|\bconfidentiel",
    re.IGNORECASE,
)
WHO_SEES = "5.3"
# In place of a field's name: whichever of those that are still blank.
MORE = "more"
NOTHING = re.compile(
    r"\W*(?:no|nope|none|nothing(?: (?:else|more|to add))?|skip(?: it)?"
    r"|non|aucune?|rien(?: à ajouter| d'autre)?)\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Said:
    """A step before it is stored: the draft after it, what is said, how it ends.

    `wished` is the other kind of request that the message asked for, while this one is open.
    """

    draft: Draft | None
    replies: tuple[Reply, ...] = ()
    follow: str | None = None
    quiet: bool = False
    wished: Kind | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One message taken into an open draft."""

    forms: Mapping[str, Form]
    phrases: Phrases
    reader: FieldReader
    connection: Connection
    voice: Voice
    text: str
    now: datetime
    today: date
    standing: Callable[[], Reply]
    file: Callable[[Draft], Reply]

    def take(self, draft: Draft, reading: Reading) -> Said:
        form = self.forms[draft.kind]
        pressed = reading.intent.removeprefix("request_")
        if pressed != reading.intent and pressed in self.forms:
            return self._offer(draft, Kind(pressed), wished=Kind(pressed))
        # A short question beside a French request is French, whatever it was read as.
        language = self.phrases.language if self.phrases.language == "fr" else reading.language
        reading = replace(reading, text=reading.slots.get("value", self.text), language=language)
        entry = None if draft.asked in {None, CONFIRM} else form.field(str(draft.asked))
        if entry and entry.optional and NOTHING.fullmatch(plain(reading.text)):
            return self._answer(draft, entry, None)
        found = self._read(entry, reading.text) if entry else None
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
                return Said(None, (self.file(draft), *self._set_aside(draft.conversation)))
            case Turn.NO if draft.asked == CONFIRM:
                return self._which(form, draft, self.phrases.nothing_filed)
            case Turn.QUESTION:
                return Said(draft, (self._answer_question(reading),))
            case Turn.OTHER_REQUEST:
                return self._other(form, draft, reading)
            case Turn.SWITCH:
                return self._switch(draft, reading)
            case Turn.KEEP:
                return Said(draft, (Reply(self.phrases.go_on),))
            case Turn.NOT_UNDERSTOOD if _asks_surely(reading):
                return Said(draft, (self._answer_question(reading),))
            case _:
                return self._not_understood(entry, found.problem if found else None, draft)

    def _read(self, entry: Field, text: str) -> ReadValue:
        return self.reader.read(entry, text, self.today, self.phrases.language)

    def _answer(self, draft: Draft, entry: Field | None, value: FieldValue | None) -> Said:
        if entry is None:
            return self._not_understood(None, None, draft)
        if value is None or (entry.optional and NOTHING.fullmatch(plain(value.words))):
            value = FieldValue(self.text, "none", self.phrases.nothing)
        repeated = entry.type in {FieldType.WHEN, FieldType.CONTACT, FieldType.CHOICE}
        replies = (
            (Reply(self.phrases.noted.format(label=entry.label, said=value.said)),)
            if repeated
            else ()
        )
        form, words = self.forms[draft.kind], self.phrases
        draft = draft.with_value(entry.name, value)
        return Said(offer(form, draft, words.blank, words.suggested), replies)

    def _correct(self, form: Form, draft: Draft, turn: TurnReading, reading: Reading) -> Said:
        names = [turn.field] if turn.field in draft.fields else _precise_first(form, draft)
        pressed = reading.intent == "change_field"
        for name in names if not pressed else ():
            entry = form.field(str(name))
            value = self.reader.correct(
                entry, draft.fields[entry.name], reading.text, self.today, self.phrases.language
            )
            if value is not None:
                added = not draft.fields[entry.name].value
                told = self.phrases.noted if added else self.phrases.changed
                changed = Reply(told.format(label=entry.label, said=value.said))
                return Said(draft.with_value(entry.name, value), (changed,))
        if turn.field in draft.fields:
            return Said(draft.without(str(turn.field)))
        if turn.field == MORE:
            ask = _which_change(blanks(form, draft), self.phrases.which_more, self.phrases)
            return Said(draft, (ask,), quiet=True)
        return self._which(form, draft, "")

    def _which(self, form: Form, draft: Draft, lead: str) -> Said:
        answered = [e for e in form.fields if e.name in draft.fields and e.applies(draft)]
        ask = _which_change(answered, f"{lead}{self.phrases.which}", self.phrases)
        return Said(draft, (ask,), quiet=True)

    def _cancel(self, draft: Draft, form: Form) -> Said:
        drafts.discard(self.connection, draft)
        gone = Reply(self.phrases.cancelled.format(title=form.title.lower()))
        return Said(None, (gone, *self._set_aside(draft.conversation)))

    def _set_aside(self, conversation: str) -> tuple[Reply, ...]:
        aside = drafts.find_aside(self.connection, conversation)
        if aside is None:
            return ()
        title = self.forms[aside.kind].title.lower()
        button = QuickReply(self.phrases.aside_button, f"/request_{aside.kind}")
        return (Reply(self.phrases.aside.format(title=title), quick_replies=(button,)),)

    def _answer_question(self, reading: Reading) -> Reply:
        if reading.intent == "ticket_status":
            return about(reading, replace(self.standing(), quick_replies=()))
        # Within a request "who sees this" is about the request, unless the policy surely answers.
        surely = reading.confidence >= SURE_ENOUGH and quotable(reading)
        if CONFIDENTIAL.search(reading.text) and not surely:
            quoted = QuotedClause(self.voice.policy.get(WHO_SEES))
            return about(reading, Reply(self.phrases.who_sees, (quoted,)))
        if reading.intent == OUT_OF_SCOPE:
            service = self.voice.company.doors["customer_service"]
            door = f"{service.name} ({service.phone})"
            return about(reading, Reply(self.phrases.no_answer.format(door=door)))
        voice = replace(self.voice, tr=translator(reading.language))
        reply = answer(settle(reading, voice.policy, {}), voice)
        return replace(reply, quick_replies=())

    def _other(self, form: Form, draft: Draft, reading: Reading) -> Said:
        topic = TOPICS.get(reading.intent)
        if topic is None or topic.request in {form.kind, Kind.INQUIRY}:
            return Said(draft, (self._answer_question(reading),))
        wished = topic.request if reading.intent in WISHES else None
        return self._offer(draft, topic.request, wished)

    def _offer(self, draft: Draft, kind: Kind, wished: Kind | None) -> Said:
        other = self.forms[str(kind)]
        payload = f'/switch_request{{"kind": "{other.kind}"}}'
        offered = Reply(
            self.phrases.other.format(title=other.title.lower()),
            quick_replies=(
                QuickReply(self.phrases.other_start.format(title=other.title), payload),
                QuickReply(self.phrases.other_finish, "/keep_request"),
            ),
        )
        return Said(draft, (offered,), quiet=True, wished=wished)

    def _switch(self, draft: Draft, reading: Reading) -> Said:
        kind = reading.slots.get("kind", "")
        if kind not in self.forms or kind == draft.kind:
            return Said(draft, (Reply(self.phrases.go_on),))
        drafts.save(self.connection, draft, self.now)
        drafts.move(self.connection, draft, "aside", self.now)
        return Said(None, follow=f"{kind}_form")

    def _not_understood(self, entry: Field | None, problem: str | None, draft: Draft) -> Said:
        if entry is None:
            return Said(draft, (Reply(self.phrases.yes_or_no),))
        words = f"{problem} {entry.again}" if problem else entry.again
        buttons = (*choice_buttons(entry, self.phrases), self.phrases.cancel_button)
        return Said(draft, (Reply(words, quick_replies=buttons),), quiet=True)


def _asks_surely(reading: Reading) -> bool:
    """A question by its mark, on something that the desk surely knows."""
    if "?" not in reading.text:
        return False
    if reading.intent == "ticket_status":
        return reading.confidence >= GUESSED
    return reading.intent in TOPICS and reading.confidence >= SURE_ENOUGH


def _precise_first(form: Form, draft: Draft) -> list[str]:
    """Fields that a bare new value can only mean: contacts and dates; never the story."""
    precise = {FieldType.CONTACT, FieldType.WHEN, FieldType.CHOICE}
    return [
        e.name
        for e in form.fields
        if e.name in draft.fields and e.type in precise and not e.offered
    ]


def _which_change(entries: Sequence[Field], ask: str, words: Phrases) -> Reply:
    buttons = tuple(
        QuickReply(entry.label, f'/change_field{{"field": "{entry.name}"}}') for entry in entries
    )
    return Reply(ask, quick_replies=(*buttons, words.cancel_button))


def choice_buttons(entry: Field, words: Phrases) -> tuple[QuickReply, ...]:
    """The buttons of a question: its choices, or a way past it where it may stay open."""
    if entry.type is FieldType.WHEN:
        return (QuickReply(words.unknown_day, f'/choose{{"value": "{words.unknown_day}"}}'),)
    if entry.optional:
        return (QuickReply(words.skip, f'/choose{{"value": "{words.skip}"}}'),)
    return tuple(
        QuickReply(choice.title.capitalize(), f'/choose{{"value": "{choice.title}"}}')
        for choice in entry.choices
    )
