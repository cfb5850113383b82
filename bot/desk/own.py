"""What requesters do with their own requests: read them, add to them, take them back.

That the request is theirs is shown by the conversation it was opened in, or was shown before (see
access.py); a reference alone opens nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot.desk.changes import Change, changing, known_reference
from bot.desk.intake import Intake
from bot.desk.life_cycle import WROTE_AGAIN, heard, reopened, step_taken
from bot.domain.additions import Outcome, outcome_of_words
from bot.domain.answers import request_button
from bot.domain.errors import InvalidInput, NotFound
from bot.domain.receipts import status_lines
from bot.domain.redaction import redact
from bot.domain.replies import Reply
from bot.domain.thresholds import ADDED, REOPENED, TAKEN_BACK
from bot.domain.tickets import Kind, Step, Ticket
from bot.domain.translation import Translate
from bot.store import conversations, tickets
from bot.store.db import Connection

REQUESTER = "requester"
INFORMATION = "information"
LONGEST = 20_000
SHOWN_AT_MOST = 5
NOT_YOURS = "There is no such request here."


@dataclass(frozen=True, slots=True)
class Addition:
    """What came of what was added: the request as it is now, and the numbers that were masked."""

    ticket: Ticket
    outcome: Outcome
    masked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnRequests:
    """The requests of one person, as that person may see and move them."""

    intake: Intake

    def of_conversation(self, conversation: str) -> list[Ticket]:
        """The requests of the person whose conversation this is, newest first."""
        store = self.intake.store
        with store.reading() as connection:
            found = conversations.find(connection, conversation)
            if found is None:
                return []
            rebuild = self.intake.rebuilder(store.now(connection))
            return tickets.of_person(connection, found.person.id, rebuild)

    def by_conversation(self, conversation: str, reference: str) -> Ticket:
        """The request of this reference, where it is of this conversation's person.

        Raises NotFound for every other, whether or not it exists.
        """
        known = known_reference(reference)
        store = self.intake.store
        with store.reading() as connection:
            found = conversations.find(connection, conversation)
            ticket = self.intake.load(connection, known, store.now(connection))
        if found is None or ticket.person != found.person.id:
            raise NotFound(NOT_YOURS)
        return ticket

    def add(
        self, reference: str, text: str, *, key: str = "", read_as: Collection[str] = ()
    ) -> Addition:
        """Add what the requester writes, card numbers and SINs masked; once for a `key`.

        `read_as` are the intents that an assistant read in it. domain.additions says what it does:
        it may answer a question of the officer, whereupon what was paused for it runs on, or take
        up again what was resolved. The owner, else the officer, is told of all but courtesies.
        Raises InvalidInput for no words or too many.
        """
        words = text.strip()
        if not words:
            raise InvalidInput("Please write what you want to add.")
        if len(words) > LONGEST:
            raise InvalidInput(f"This may have 20,000 characters; it has {len(words):,}.")
        clean = redact(words)
        with changing(self.intake, reference, who=REQUESTER) as change:
            known = [f for f in change.ticket.facts if key and f.content.get("key") == key]
            if known:
                outcome = Outcome(known[0].content.get("outcome", Outcome.ADDED))
                return Addition(change.ticket, outcome, clean.found)
            outcome = outcome_of_words(change.ticket, clean.text, change.now, read_as)
            more = {"key": key, "outcome": str(outcome)} if key else {}
            change.add_fact(INFORMATION, {"text": clean.text, **more})
            return Addition(_added(change, outcome), outcome, clean.found)

    def withdraw(self, reference: str) -> Ticket:
        """Take the request back: its clocks end, and the owner, else the officer, is told.

        Raises Conflict for one that is closed.
        """
        with changing(self.intake, reference, who=REQUESTER) as change:
            change.stepped(Step.WITHDRAW)
            change.tell_of(TAKEN_BACK)
            return step_taken(change, Step.WITHDRAW, why="taken back by the requester")


def _added(change: Change, outcome: Outcome) -> Ticket:
    """Save what the words did, and tell of it."""
    if outcome is Outcome.KEPT:
        return change.save(INFORMATION)
    change.tell_of(REOPENED if outcome is Outcome.REOPENED else ADDED)
    if outcome is Outcome.HEARD:
        return heard(change, why="")
    if outcome is Outcome.REOPENED:
        return reopened(change, why=WROTE_AGAIN)
    return change.save(INFORMATION)


def standing(
    intake: Intake, connection: Connection, person: str, now: datetime, tr: Translate
) -> Reply:
    """Where a person's newest requests stand; a reference alone would open nothing."""
    own = tickets.of_person(connection, person, intake.rebuilder(now), limit=SHOWN_AT_MOST)
    if own:
        lead = tr("These are your requests with us:")
        return Reply(f"{lead}\n\n{status_lines(own, tr)}")
    return Reply(
        tr(
            "I see no request that was opened from here. A reference alone opens nothing, so that "
            "nobody else can read yours: the Privacy Officer can tell you where it stands."
        ),
        quick_replies=(request_button(Kind.INQUIRY, tr.language),),
    )
