"""The papers of a ticket: everything gathered that a document says, and the document made.

Who may have them is the caller's to know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.desk.changes import known_reference
from bot.desk.intake import Intake
from bot.documents import Attached, Letterhead, Spoken, application, receipt, ticket_file
from bot.domain.errors import NotFound
from bot.domain.forms import Form
from bot.domain.tickets import Kind, Ticket
from bot.locale import DEFAULT, translator
from bot.store import attachments, conversations, inbox, tickets
from bot.store.db import Connection

MOST_MESSAGES = 2000
REQUESTER, DESK = "requester", "desk"


@dataclass(frozen=True, slots=True)
class Papers:
    """Makes the documents of tickets. Every call raises NotFound for an unknown reference.

    `page_url` is where people reach the desk.
    """

    intake: Intake
    forms: Mapping[str, Form]
    french: Mapping[str, Form]

    def receipt(self, reference: str, page_url: str) -> bytes:
        """The receipt as PDF, in the language of its conversation."""
        ticket, language = self._ticket(reference)
        return receipt(ticket, self._letterhead(ticket, language, page_url))

    def application(self, reference: str, page_url: str) -> bytes:
        """The filled access application as PDF. NotFound for a ticket of another kind."""
        ticket, language = self._ticket(reference)
        if ticket.kind is not Kind.ACCESS:
            raise NotFound("This request has no application for access.")
        return application(ticket, self._letterhead(ticket, language, page_url))

    def ticket_file(self, reference: str, page_url: str) -> bytes:
        """The whole file as PDF, in English, with the conversation and the names of files."""
        known = known_reference(reference)
        store, library = self.intake.store, self.intake.library
        with store.reading() as connection:
            ticket = self.intake.load(connection, known, store.now(connection))
            said = conversation_of(connection, known)
            files = [
                Attached(one.name, one.size, one.added_at, one.who)
                for one in attachments.of_ticket(connection, ticket.id)
            ]
        head = self._letterhead(ticket, DEFAULT, page_url)
        return ticket_file(ticket, head, library.policy, said, files)

    def transcript(self, reference: str) -> tuple[Spoken, ...]:
        """The conversation in which the request was made, oldest first; empty where none is."""
        known = known_reference(reference)
        with self.intake.store.reading() as connection:
            return conversation_of(connection, known)

    def language(self, reference: str) -> str:
        """The language in which the request was made."""
        return self._ticket(reference)[1]

    def _ticket(self, reference: str) -> tuple[Ticket, str]:
        known = known_reference(reference)
        store = self.intake.store
        with store.reading() as connection:
            ticket = self.intake.load(connection, known, store.now(connection))
            return ticket, conversations.language(connection, ticket.conversation)

    def _letterhead(self, ticket: Ticket, language: str, page_url: str) -> Letterhead:
        library = self.intake.library
        form = (self.french if language == "fr" else self.forms).get(str(ticket.kind))
        procedure = library.procedure_in(language)
        return Letterhead(library.company, procedure, page_url, form, translator(language))


def conversation_of(connection: Connection, reference: str) -> tuple[Spoken, ...]:
    """What was said in the ticket's conversation, by the person and by the desk."""
    id = tickets.conversation_of(connection, reference)
    if id is None:
        return ()
    spoken: list[Spoken] = []
    for message in inbox.history(connection, id, limit=MOST_MESSAGES):
        words = message.text or f"(button {message.payload})"
        spoken.append(Spoken(message.received_at, REQUESTER, words))
        for reply in message.replies or ():
            spoken.append(Spoken(message.received_at, DESK, str(reply["text"])))
    return tuple(spoken)
