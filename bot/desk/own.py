"""What requesters do with their own requests: read them, add to them, take them back.

That the request is theirs is shown by the conversation it was opened in, or was shown before (see
access.py); a reference alone opens nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from bot.desk.changes import changing, known_reference
from bot.desk.intake import Intake
from bot.desk.life_cycle import heard, step_taken
from bot.domain.answers import request_button
from bot.domain.errors import InvalidInput, NotFound
from bot.domain.receipts import status_lines
from bot.domain.redaction import redact
from bot.domain.replies import Reply
from bot.domain.thresholds import ADDED, TAKEN_BACK
from bot.domain.tickets import Kind, Status, Step, Ticket
from bot.domain.translation import Translate
from bot.store import conversations, tickets
from bot.store.db import Connection

REQUESTER = "requester"
INFORMATION = "information"
LONGEST = 20_000
SHOWN_AT_MOST = 5
# Said when all is well: it answers no question and reopens nothing.
THANKS = re.compile(
    r"\W*(?:(?:ok(?:ay)?|great|perfect|super|parfait|d'accord|oh|and|et|again|encore)\W+)*"
    r"(?:thanks?(?: you)?|thx|ty|cheers|merci|much appreciated)"
    r"(?:\W+(?:you|so|very|much|a lot|again|all|everyone|bye|for (?:your|the) (?:help|reply|answer)"
    r"|infiniment|beaucoup|bien|encore|pour (?:votre|la) (?:aide|réponse)))*\W*",
    re.IGNORECASE,
)
NOT_YOURS = "There is no such request here."


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

    def add(self, reference: str, text: str, *, key: str = "") -> tuple[Ticket, tuple[str, ...]]:
        """Add what the requester writes, card numbers and SINs masked; once for a `key`.

        A question of the officer is thereby answered, and what was paused for it runs on. The
        owner, else the officer, is told; a bare "thank you" answers nothing and rings nobody, and
        no words reopen what is closed. Returns the request and the kinds of number that were
        masked. Raises InvalidInput for no words or too many.
        """
        words = text.strip()
        if not words:
            raise InvalidInput("Please write what you want to add.")
        if len(words) > LONGEST:
            raise InvalidInput(f"This may have 20,000 characters; it has {len(words):,}.")
        clean = redact(words)
        with changing(self.intake, reference, who=REQUESTER) as change:
            if key and any(fact.content.get("key") == key for fact in change.ticket.facts):
                return change.ticket, clean.found
            change.add_fact(INFORMATION, {"text": clean.text, **({"key": key} if key else {})})
            if THANKS.fullmatch(clean.text.replace("’", "'")):
                return change.save(INFORMATION), clean.found
            change.tell_of(ADDED)
            if change.ticket.status is Status.WAITING:
                return heard(change, why=""), clean.found
            return change.save(INFORMATION), clean.found

    def withdraw(self, reference: str) -> Ticket:
        """Take the request back: its clocks end, and the owner, else the officer, is told.

        Raises Conflict for one that is closed.
        """
        with changing(self.intake, reference, who=REQUESTER) as change:
            change.stepped(Step.WITHDRAW)
            change.tell_of(TAKEN_BACK)
            return step_taken(change, Step.WITHDRAW, why="taken back by the requester")


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
