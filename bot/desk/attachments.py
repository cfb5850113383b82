"""Files up and down: limits, an event for each, and nothing of another's ticket."""

from __future__ import annotations

from dataclasses import dataclass

from bot.desk.changes import changing, known_reference
from bot.desk.intake import Intake
from bot.desk.life_cycle import WROTE_AGAIN, reopened
from bot.domain.additions import Outcome, outcome_of_file
from bot.domain.attachments import MOST_FILES, Attachment, accepted
from bot.domain.errors import InvalidInput, NotFound
from bot.domain.thresholds import ADDED, REOPENED
from bot.domain.tickets import Event
from bot.store import attachments, tickets

REQUESTER = "requester"


@dataclass(frozen=True, slots=True)
class Attachments:
    """The files of tickets.

    Who may see the ticket at all is the caller's to know; `for_requester` leaves out what the
    officer has not shared.
    """

    intake: Intake

    def add(
        self, reference: str, name: str, content: bytes, *, who: str, shared: bool = False
    ) -> Attachment:
        """Keep a file with a ticket, with its event, in one transaction.

        What a requester adds (`who` is "requester") is always theirs to have, and the owner, else
        the officer, is told of it; it takes up again what was resolved (domain.additions). Raises
        InvalidInput for a file that is not taken and beyond 20 files, NotFound for an unknown
        reference.
        """
        plain, media_type = accepted(name, content)
        with changing(self.intake, reference, who=who) as change:
            ticket, connection = change.ticket, change.connection
            if attachments.count(connection, ticket.id) >= MOST_FILES:
                raise InvalidInput(f"A request may have {MOST_FILES} files.")
            kept = attachments.add(
                connection, ticket.id, name=plain, media_type=media_type, content=content,
                who=who, shared=shared or who == REQUESTER, now=change.now,
            )  # fmt: skip
            told = {"file": kept.id, "bytes": kept.size, "shared": kept.shared}
            reopens = outcome_of_file(ticket, change.now) is Outcome.REOPENED
            if who == REQUESTER:
                change.tell_of(REOPENED if reopens else ADDED)
            if who == REQUESTER and reopens:
                change.told.update(told)
                reopened(change, why=WROTE_AGAIN)
            else:
                event = Event(change.now, who, "attachment", "", None, told)
                tickets.add_event(connection, ticket.id, event)
        return kept

    def of_ticket(self, reference: str, *, for_requester: bool = False) -> list[Attachment]:
        """The files of a ticket, oldest first. Raises NotFound."""
        store = self.intake.store
        with store.reading() as connection:
            id = tickets.id_of(connection, known_reference(reference))
            return attachments.of_ticket(connection, id, shared_only=for_requester)

    def open(
        self, reference: str, id: str, *, for_requester: bool = False
    ) -> tuple[Attachment, bytes]:
        """One file of this ticket with its content. Raises NotFound for any other."""
        store = self.intake.store
        with store.reading() as connection:
            ticket_id = tickets.id_of(connection, known_reference(reference))
            found = attachments.load(connection, ticket_id, id, shared_only=for_requester)
        if found is None:
            raise NotFound("There is no such file.")
        return found
