"""Everything that the officer sees of one ticket, read at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.desk.changes import known_reference
from bot.desk.intake import Intake
from bot.domain.attachments import Attachment
from bot.domain.clocks import Clock, local_date
from bot.domain.policy import Clause
from bot.domain.queue import Urgency, urgency
from bot.domain.tickets import Ticket
from bot.locale import Translator
from bot.store import accounts, attachments, inbox, tickets
from bot.store.inbox import Message


@dataclass(frozen=True, slots=True)
class Dossier:
    """A ticket with what hangs on it.

    `clocks` gives each clock with its urgency, None for one that does not run. `duplicates` are
    references of tickets joined to this one, `others` of the same person's other requests.
    `names` are those of accounts, by id; `tr` gives the sentences of letters in the requester's
    language.
    """

    ticket: Ticket
    clocks: tuple[tuple[Clock, Urgency | None], ...]
    clauses: tuple[Clause, ...]
    messages: tuple[Message, ...]
    files: tuple[Attachment, ...]
    duplicates: tuple[str, ...]
    others: tuple[str, ...]
    names: Mapping[str, str]
    now: datetime
    today: date
    tr: Translator


def dossier(intake: Intake, reference: str) -> Dossier:
    """Read it. Raises NotFound."""
    store, library = intake.store, intake.library
    known = known_reference(reference)
    with store.reading() as connection:
        now = store.now(connection)
        ticket = intake.load(connection, known, now)
        conversation = tickets.conversation_of(connection, known)
        messages = inbox.history(connection, conversation) if conversation else []
        files = attachments.of_ticket(connection, ticket.id)
        duplicates = tickets.joined_to(connection, known)
        others = tickets.references_of(connection, ticket.person, but=ticket.id)
        tr = intake.translator(connection, ticket)
        names = {account.id: account.name for account, _ in accounts.every(connection)}
    today = local_date(now, library.zone)
    calendar = library.calendar()
    clocks = tuple(
        (
            clock,
            None if clock.met_at or clock.ended_at else urgency(clock.due, today, calendar),
        )
        for clock in ticket.clocks
    )
    clauses = tuple(library.policy.get(id) for id in ticket.clauses_shown if id in library.policy)
    return Dossier(
        ticket, clocks, clauses, tuple(messages), tuple(files), tuple(duplicates), tuple(others),
        names, now, today, tr,
    )  # fmt: skip
