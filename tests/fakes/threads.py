"""A whole desk over a given store, spoken to past Rasa: what a message is, the test says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from bot.desk import Desk, Filing, FormTurn
from bot.domain.forms import Form
from bot.domain.people import Person
from bot.domain.replies import Reading
from bot.domain.tickets import Kind
from bot.fields import FieldReader
from bot.notices import Ladder, Recipient
from bot.store import conversations, inbox
from bot.store.db import Store
from bot.store.forms import load_forms
from bot.store.library import DATA, Library
from tests.fakes.desks import shipped_library

# A Monday, half past ten in Toronto: the office is open.
MONDAY = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
OFFICER = Recipient("officer", "officer@example.ca", "e-mail")
DEPUTY = Recipient("deputy", "deputy@example.ca", "e-mail")
LOG = Recipient("log", "Privacy Officer", "log")
LADDER = Ladder((OFFICER, DEPUTY, LOG))


@cache
def forms() -> Mapping[str, Form]:
    return load_forms(DATA / "forms", shipped_library().policy)


@cache
def french_forms() -> Mapping[str, Form]:
    return load_forms(DATA / "forms" / "fr", shipped_library().policy)


def wired(store: Store, ladder: Ladder = LADDER, facts: Library | None = None) -> Desk:
    return Desk.build(
        store, facts or shipped_library(), forms(), french_forms(), FieldReader(), ladder
    )


def filing(person: Person, key: str = "one", kind: Kind = Kind.COMPLAINT, **more: Any) -> Filing:
    given: dict[str, Any] = {
        "key": key,
        "kind": kind,
        "person": person.id,
        "role": person.role,
        "channel": person.channel,
        "received_at": MONDAY - timedelta(hours=1),
        "fields": {},
    }
    return Filing(**{**given, **more})


def reading(intent: str = "out_of_scope", turn: str | None = None, **more: Any) -> Reading:
    return Reading(**{"intent": intent, "confidence": 0.9, "turn": turn, "answerable": 0.9, **more})


@dataclass
class Thread:
    """One person's conversation."""

    store: Store
    desk: Desk
    person: Person
    id: str = ""

    def __post_init__(self) -> None:
        with self.store.transaction() as connection:
            now = self.store.now(connection)
            self.id = self.id or conversations.create(connection, self.person, now).id

    def receive(self, text: str = "", payload: str | None = None) -> str:
        with self.store.transaction() as connection:
            message, _ = inbox.receive(
                connection,
                self.id,
                source_key=None,
                text=text,
                payload=payload,
                masked=(),
                now=self.store.now(connection),
                lease=timedelta(minutes=1),
            )
        return message.id

    def press(self, kind: str, intent: str, /, **slots: str) -> FormTurn:
        message = self.receive(payload=f"/{intent}")
        return self.desk.form_turn(kind, self.id, message, reading(intent, slots=slots))

    def write(
        self, kind: str, text: str, turn: str = "answer", intent: str = "complaint", **more: Any
    ) -> FormTurn:
        message = self.receive(text)
        read = reading(intent, turn, text=text, **more)
        return self.desk.form_turn(kind, self.id, message, read)


def leads(turn: FormTurn) -> str:
    """All that a step said, without the quoted clauses."""
    return "\n".join(reply["lead"] for reply in turn.replies)
