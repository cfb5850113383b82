"""The desk's use-cases, one transaction each; channels and actions enter here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.desk.access import TicketAccess
from bot.desk.accounts import Accounts
from bot.desk.advice import DISCLOSURE, AdviceDesk
from bot.desk.answering import Answering, Response
from bot.desk.attachments import Attachments
from bot.desk.clocks import ClockDesk
from bot.desk.deadline_feed import DeadlineFeed
from bot.desk.dossier import Dossier, dossier
from bot.desk.duplicates import join_twin
from bot.desk.guide import FormTurn, Guide
from bot.desk.intake import Filing, Intake
from bot.desk.keeping import Keeping
from bot.desk.overview import OverviewDesk
from bot.desk.own import Addition, OwnRequests
from bot.desk.papers import Papers
from bot.desk.queue import QueueDesk
from bot.desk.registers import Registers
from bot.desk.tickets import TicketDesk
from bot.domain.forms import Form
from bot.domain.french_wishes import in_french
from bot.domain.leading_answers import leading_answer
from bot.domain.replies import Reading, Reply
from bot.domain.tickets import Ticket
from bot.fields import FieldReader
from bot.notices import Ladder
from bot.store import inbox, tickets
from bot.store.db import Store
from bot.store.library import Library

__all__ = ["DISCLOSURE", "Addition", "Desk", "Filing", "FormTurn", "Response"]


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a person, the officer or an action can ask of the desk."""

    intake: Intake
    answering: Answering
    guide: Guide
    tickets: TicketDesk

    @classmethod
    def build(
        cls,
        store: Store,
        library: Library,
        forms: Mapping[str, Form],
        french: Mapping[str, Form],
        reader: FieldReader,
        ladder: Ladder,
    ) -> Desk:
        intake = Intake(store, library, ladder)
        return cls(
            intake,
            Answering(intake, AdviceDesk(intake, forms)),
            Guide(intake, forms, french, reader),
            TicketDesk(intake),
        )

    def respond(self, conversation: str, message: str, reading: Reading) -> Response:
        """Answer a message outside a form. Raises DeskError."""
        return self.answering.respond(conversation, message, in_french(reading))

    def form_turn(self, kind: str, conversation: str, message: str, reading: Reading) -> FormTurn:
        """Take a message into a guided conversation, once. Raises DeskError."""
        return self.guide.turn(kind, conversation, message, in_french(reading))

    def question(self, conversation: str, message: str) -> Reply | None:
        """The question that the conversation's open request waits for after this message."""
        return self.guide.question(conversation, message)

    def answer_shown(self, conversation: str, number: int) -> dict[str, Any] | None:
        """What a request that passes on the answer to this message keeps of it."""
        with self.intake.store.reading() as connection:
            found = inbox.history(connection, conversation, after=number - 1)
        replies = [
            r for message in found if message.number == number for r in message.replies or ()
        ]
        return leading_answer(replies)

    def open_request(self, filing: Filing) -> Ticket:
        """Open a ticket, once for its key. Raises InvalidInput, HorizonError."""
        store, intake = self.intake.store, self.intake
        # Whatever needs no lock is done outside the transaction: on SQLite others wait for it.
        with store.reading() as connection:
            now = store.now(connection)
            known = tickets.find_filed(connection, filing.key)
        running = None if known else intake.checked_clocks(filing, now)
        with store.transaction() as connection:
            reference = known or intake.enter(connection, filing, now, running)
            if known is None:
                join_twin(intake, connection, reference, filing, now)
        with store.reading() as connection:
            return intake.load(connection, reference, now)

    @property
    def advice(self) -> AdviceDesk:
        """May this be disclosed? Its docstring says how a channel asks."""
        return self.answering.advice

    @property
    def clocks(self) -> ClockDesk:
        """What moves due dates."""
        return ClockDesk(self.intake)

    @property
    def feed(self) -> DeadlineFeed:
        """The calendar of deadlines."""
        return DeadlineFeed(self.intake)

    @property
    def access(self) -> TicketAccess:
        """What opens a ticket to its requester."""
        return TicketAccess(self.intake)

    @property
    def accounts(self) -> Accounts:
        """Who may sign in, and who is."""
        return Accounts(self.intake.store)

    def dossier(self, reference: str) -> Dossier:
        """Everything that the officer sees of a ticket. Raises NotFound."""
        return dossier(self.intake, reference)

    @property
    def queue(self) -> QueueDesk:
        """The officer's queue."""
        return QueueDesk(self.intake)

    @property
    def overview(self) -> OverviewDesk:
        """How the desk does, and what it could not answer."""
        return OverviewDesk(self.intake)

    @property
    def registers(self) -> Registers:
        """What an auditor asks for."""
        return Registers(self.intake, self.advice)

    @property
    def attachments(self) -> Attachments:
        """The files of tickets."""
        return Attachments(self.intake)

    @property
    def own(self) -> OwnRequests:
        """What requesters do with their own requests."""
        return OwnRequests(self.intake)

    @property
    def papers(self) -> Papers:
        """The documents of tickets, as PDF."""
        return Papers(self.intake, self.guide.forms, self.guide.french)

    @property
    def keeping(self) -> Keeping:
        """How long the desk keeps what."""
        return Keeping(self.intake)

    def now(self) -> datetime:
        """The desk's time, in UTC."""
        return self.intake.store.now()

    def describe(self) -> dict[str, Any]:
        """The policy this desk quotes, for comparison with the model's."""
        policy = self.intake.library.policy
        return {"policy_version": policy.version, "policy_fingerprint": policy.fingerprint()}
