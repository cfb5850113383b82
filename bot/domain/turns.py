"""Reading a turn inside a form: what one message is, before anything is stored as an answer.

The classifier (intents/components) proposes; what the message fits decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.forms import CONFIRM, Draft, Field, FieldType, FieldValue, Form, referred_field
from bot.domain.replies import Reading
from bot.domain.tickets import Kind
from bot.domain.topics import TOPICS, WISHES

SURELY = 0.8
# "Tell me who reads this" and "why is it slow" ask, with or without a question mark.
ASKS = re.compile(
    r"\W*(?:(?:please|first|but|and|ok|wait)\W+)*(?:"
    r"(?:(?:can|could|will) you )?(?:tell me|i want to know|i'd like to know|explain(?: to me)?)\W+"
    r"(?:who|what|how|why|when|where|whether|if)\b"
    r"|why\b|who (?:will|is|are|can|sees|gets|reads)\b|where (?:is|are|do|does|can)\b"
    r"|how (?:do|does|can|is|are|come|much|long)\b|(?:do|does|did|may|will) (?:i|you|my)\b"
    r"|pourquoi\b|est-ce que\b)",
    re.IGNORECASE,
)
# At the end of the questions it leaves the summary as it is.
NOTHING_MORE = re.compile(
    r"\W*(?:nothing(?: (?:else|more|to add))?|no more|that'?s (?:all|it|everything)"
    r"|rien(?: à ajouter| d'autre)?|c'est tout)\W*"
)
QUOTED = re.compile(r"[\"«“]([^\"«»“”]+)[\"»”]")

PAYLOAD_READINGS = {
    "cancel_request": "cancel",
    "affirm_request": "yes",
    "deny_request": "no",
    "change_field": "correction",
    "keep_request": "keep",
    "switch_request": "switch",
}


class Turn(StrEnum):
    ANSWER = "answer"
    CORRECTION = "correction"
    QUESTION = "question"
    CANCEL = "cancel"
    YES = "yes"
    NO = "no"
    OTHER_REQUEST = "other_request"
    NOT_UNDERSTOOD = "not_understood"
    KEEP = "keep"
    SWITCH = "switch"
    # An answer of the right sort that cannot be right: "31 February", "bob@".
    MISFIT = "misfit"


@dataclass(frozen=True, slots=True)
class TurnReading:
    """What the message is; `field` is the one that a correction is about."""

    turn: Turn
    field: str | None = None


def read_turn(
    form: Form,
    draft: Draft,
    reading: Reading,
    *,
    candidate: FieldValue | None,
    misfits: bool,
) -> TurnReading:
    """Return what this message is, in the light of the question that was asked.

    `candidate` is the value that the asked field's type reads from the text, or None when the
    text does not fit it; `misfits` tells that the text holds a broken value of that type.
    """
    pressed = PAYLOAD_READINGS.get(reading.intent)
    if pressed is not None:
        return TurnReading(Turn(pressed), reading.slots.get("field"))
    proposed = Turn(reading.turn) if reading.turn else Turn.ANSWER
    asked = draft.asked
    if asked is None or asked == CONFIRM:
        return _at_confirmation(form, draft, reading, proposed)
    entry = form.field(asked)
    if candidate is not None and _is_offered(entry, reading.text):
        return TurnReading(Turn.ANSWER, asked)
    if proposed is Turn.CORRECTION:
        target = referred_field(form, draft, reading.text)
        if target is None and _fits_tightly(entry, candidate):
            return TurnReading(Turn.ANSWER, asked)
        if target is None and not draft.fields:
            return TurnReading(Turn.ANSWER if candidate else Turn.NOT_UNDERSTOOD, asked)
        return TurnReading(Turn.CORRECTION, target)
    if proposed is Turn.CANCEL:
        return TurnReading(Turn.CANCEL)
    if proposed is Turn.OTHER_REQUEST and _asks_for_another(form, reading):
        return TurnReading(Turn.OTHER_REQUEST, asked)
    if _fits_tightly(entry, candidate) and proposed is not Turn.QUESTION:
        return TurnReading(Turn.ANSWER, asked)
    volunteered = _volunteered(form, draft, entry, reading.text) if candidate is None else None
    if volunteered is not None and proposed in {Turn.ANSWER, Turn.QUESTION, Turn.NOT_UNDERSTOOD}:
        return TurnReading(Turn.CORRECTION, volunteered)
    if misfits and proposed in {Turn.ANSWER, Turn.NOT_UNDERSTOOD}:
        return TurnReading(Turn.MISFIT, asked)
    if proposed in {Turn.YES, Turn.NO}:
        return _bare_yes_or_no(entry, proposed, asked)
    if proposed is Turn.NOT_UNDERSTOOD and _is_a_day(entry, candidate):
        return TurnReading(Turn.ANSWER, asked)
    if proposed is Turn.ANSWER:
        if entry.type is not FieldType.STORY and not entry.offered and ASKS.match(reading.text):
            return TurnReading(Turn.QUESTION, asked)
        return TurnReading(Turn.ANSWER if candidate else Turn.NOT_UNDERSTOOD, asked)
    return TurnReading(proposed, asked)


def _at_confirmation(form: Form, draft: Draft, reading: Reading, proposed: Turn) -> TurnReading:
    if NOTHING_MORE.fullmatch(_plain(reading.text)):
        return TurnReading(Turn.KEEP)
    if proposed is Turn.CORRECTION:
        return TurnReading(Turn.CORRECTION, referred_field(form, draft, reading.text))
    if proposed is Turn.ANSWER:
        # More said when only a yes was missing: it belongs to the story, or mends a field.
        return TurnReading(Turn.CORRECTION, referred_field(form, draft, reading.text))
    named = _other_choice(form, draft, reading.text)
    if named is not None and proposed in {Turn.QUESTION, Turn.OTHER_REQUEST, Turn.NOT_UNDERSTOOD}:
        return TurnReading(Turn.CORRECTION, named)
    return TurnReading(proposed)


def _other_choice(form: Form, draft: Draft, text: str) -> str | None:
    """The question whose other choice these words name in full, as in "rather keep my service"."""
    lowered = _plain(text)
    for entry in form.fields:
        if entry.several or entry.name not in draft.fields:
            continue
        others = (c for c in entry.choices if c.value != draft.fields[entry.name].value)
        if any(_plain(choice.title) in lowered for choice in others):
            return entry.name
    return None


def _volunteered(form: Form, draft: Draft, entry: Field, text: str) -> str | None:
    """The offered question that these words answer unasked, as in "I act for my mother"."""
    if entry.type in {FieldType.STORY, FieldType.SHORT} or "?" in text or ASKS.match(text):
        return None
    named = referred_field(form, draft, text)
    return named if named is not None and form.field(named).offered else None


def _fits_tightly(entry: Field, candidate: FieldValue | None) -> bool:
    """An e-mail address or a listed choice is an answer whatever the classifier says."""
    if candidate is None:
        return False
    return entry.type in {FieldType.CONTACT, FieldType.CHOICE}


def _asks_for_another(form: Form, reading: Reading) -> bool:
    """A request of another kind, surely read, is none of this question's choices or addresses."""
    topic = TOPICS.get(reading.intent)
    if topic is None or topic.request in {Kind.INQUIRY, form.kind}:
        return False
    return reading.intent in WISHES and reading.confidence >= SURELY


def _is_offered(entry: Field, text: str) -> bool:
    """The very words that the question puts in quotation marks are an answer to it."""
    offered = QUOTED.findall(_plain(f"{entry.ask} {entry.again}"))
    return _plain(text).strip(" .!") in {words.strip() for words in offered}


def _plain(text: str) -> str:
    return text.lower().replace("’", "'")


def _is_a_day(entry: Field, candidate: FieldValue | None) -> bool:
    """A word that the calendar knows ("hier") is an answer though the classifier knows it not."""
    return entry.type is FieldType.WHEN and candidate is not None and candidate.value != "about"


def _bare_yes_or_no(entry: Field, proposed: Turn, asked: str) -> TurnReading:
    """No to an optional question skips it; yes to "what happened?" is not an answer."""
    if proposed is Turn.NO and entry.optional:
        return TurnReading(Turn.ANSWER, asked)
    return TurnReading(proposed, asked)
