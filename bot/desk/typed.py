"""A request that someone of the company types in: it came on paper, by phone or at the counter."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from bot.desk.intake import Filing
from bot.domain.errors import InvalidInput
from bot.domain.forms import FieldType, FieldValue, Form
from bot.domain.people import Channel, Role
from bot.domain.redaction import redact
from bot.domain.tickets import Kind
from bot.fields import FieldReader
from bot.fields.contacts import read_contact


@dataclass(frozen=True, slots=True)
class TypedRequest:
    """What is known of a request that did not come through a conversation.

    `sent_at` is when it was sent or dated, if earlier than received.
    """

    person: str
    words: str
    channel: Channel
    received_at: datetime
    email: str | None = None
    role: Role = Role.CUSTOMER
    why: str = ""
    sent_at: datetime | None = None


def typed_filing(form: Form, request: TypedRequest, today: date, *, who: str) -> Filing:
    """Make the filing of a typed request; its key is new, so each call opens a ticket of its own.

    Card numbers and SINs are masked. Raises InvalidInput without a name or words, and for an
    e-mail address that is none.
    """
    words, person = redact(request.words).text.strip(), request.person.strip()
    if not words or not person:
        raise InvalidInput("A request needs a person's name and some words.")
    fields = {
        "name": FieldValue(person, person, person),
        **_told(form, words, today),
        **({"reach": _reach(request.email)} if request.email else {}),
    }
    return Filing(
        key=f"typed:{uuid.uuid4().hex}",
        kind=Kind(form.kind),
        person=f"{request.channel}:{person}",
        role=request.role,
        channel=request.channel,
        received_at=request.received_at,
        fields={name: value.to_json() for name, value in fields.items()},
        uses=fields["uses"].value.split(",") if "uses" in fields else [],
        who=who,
        why=request.why,
        sent_at=request.sent_at,
    )


def _told(form: Form, words: str, today: date) -> dict[str, FieldValue]:
    """The requester's words as the answer to the form's story, and to its choices as far as read.

    A withdrawal whose uses cannot be read is taken for all of them: the strictest dates hold.
    """
    found: dict[str, FieldValue] = {}
    for entry in form.fields:
        if entry.type is FieldType.CHOICE:
            read = FieldReader().read(entry, words, today).value
            widest = entry.choices[-1]
            found[entry.name] = read or FieldValue(words, widest.value, widest.title)
        elif entry.type is FieldType.STORY and not any(v.value == words for v in found.values()):
            found[entry.name] = FieldValue(words, words, f"“{words}”")
    return found


def _reach(email: str) -> FieldValue:
    read = read_contact(email)
    if read.value is None:
        raise InvalidInput(read.problem or "That is no e-mail address.")
    return read.value
