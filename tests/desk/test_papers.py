"""The papers of tickets as the desk hands them out: in the language of the conversation."""

from __future__ import annotations

import pytest

from bot.desk import Desk
from bot.domain.errors import NotFound
from bot.domain.people import Channel, Person, Role
from bot.domain.tickets import Kind
from bot.store import conversations, inbox
from bot.store.db import Store
from tests.documents.test_documents import words
from tests.fakes.desks import NOON, desk_of, file, set_time

PAGE = "https://desk.example"


@pytest.fixture
def desk(store: Store) -> Desk:
    set_time(store, NOON)
    return desk_of(store)


def talk(desk: Desk, language: str) -> str:
    """A conversation in this language, with one message and its answer."""
    store = desk.intake.store
    with store.transaction() as connection:
        now = store.now(connection)
        person = Person("web:pat", Role.CUSTOMER, Channel.WEB)
        id = conversations.create(connection, person, now).id
        conversations.remember(connection, id, {"language": language})
        message, _ = inbox.receive(
            connection, id, source_key=None, text="You called me again", payload=None, masked=(),
            now=now, lease=now - now,
        )  # fmt: skip
        answer = [{"text": "I am sorry this happened."}]
        inbox.answer(connection, message.id, answer, now=now, late=False)
    return id


def test_a_receipt_speaks_the_language_of_its_conversation(desk: Desk) -> None:
    french = file(desk, conversation=talk(desk, "fr"))
    assert "Conservez ce reçu" in words(desk.papers.receipt(french.reference, PAGE))
    assert desk.papers.language(french.reference) == "fr"
    english = file(desk)
    assert "Please keep this receipt" in words(desk.papers.receipt(english.reference, PAGE))


def test_a_file_holds_the_conversation_and_a_transcript_is_the_same(desk: Desk) -> None:
    ticket = file(desk, conversation=talk(desk, "en"))
    text = words(desk.papers.ticket_file(ticket.reference, PAGE))
    assert "You called me again" in text and "I am sorry this happened." in text
    said = desk.papers.transcript(ticket.reference)
    assert [(one.who, one.text) for one in said] == [
        ("requester", "You called me again"), ("desk", "I am sorry this happened."),
    ]  # fmt: skip


def test_only_a_request_for_access_has_an_application(desk: Desk) -> None:
    access = file(desk, Kind.ACCESS, text="everything")
    assert "Schedule A" in words(desk.papers.application(access.reference, PAGE))
    with pytest.raises(NotFound):
        desk.papers.application(file(desk).reference, PAGE)


def test_an_unknown_reference_has_no_papers(desk: Desk) -> None:
    for made in (desk.papers.receipt, desk.papers.application, desk.papers.ticket_file):
        with pytest.raises(NotFound):
            made("PD-2222-2222", PAGE)
