"""What a requester writes under a letter, or under the receipt: it belongs to that request.

A request that is resolved is taken up again by it, but not by a mere thank-you.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.slack.people import person_id
from bot.channels.slack.ports import Posts
from bot.conversation import Said
from bot.desk import Desk
from bot.domain.errors import Conflict, InvalidInput, NotFound
from bot.domain.slack import Delivery
from bot.domain.tickets import Status, Ticket

REQUESTER = "requester"
WROTE_AGAIN = "the requester wrote again after it was resolved"
ADDED = "I have added this to {reference}, where the Privacy Officer reads it."
REOPENED = "It was resolved; it is open again."
COURTESIES = {"thanks", "goodbye", "greet"}


@dataclass(frozen=True, slots=True)
class UnderLetters:
    """Blocking; runs in threads."""

    desk: Desk
    posts: Posts

    def take(self, row: Delivery, said: Said) -> str:
        """Add what was written to the request, once for its row, and say so; "" where it belongs
        to none."""
        if row.kind != "message" or not row.thread_ts or said.pending:
            return ""
        reference = self.posts.reference_at(row.channel, row.thread_ts)
        ticket = self._own(reference, row) if reference else None
        if ticket is None or _is_courtesy(said, ticket):
            return ""
        try:
            self.desk.own.add(ticket.reference, row.text, key=row.key)
        except InvalidInput:
            return ""
        told = ADDED.format(reference=ticket.reference)
        return f"{told} {REOPENED}" if self._reopened(ticket.reference) else told

    def _own(self, reference: str, row: Delivery) -> Ticket | None:
        try:
            ticket = self.desk.tickets.show(reference)
        except NotFound:
            return None
        return ticket if ticket.person == person_id(row.team, row.user) else None

    def _reopened(self, reference: str) -> bool:
        if self.desk.tickets.show(reference).status is not Status.RESOLVED:
            return False
        try:
            self.desk.tickets.reopen(reference, who=REQUESTER, why=WROTE_AGAIN)
        except Conflict:
            return False
        return True


def _is_courtesy(said: Said, ticket: Ticket) -> bool:
    """Thanks and the like; a bare yes is one, too, unless the officer has asked something."""
    answers = {"affirm"} if ticket.status is not Status.WAITING else set()
    intents = {reply.get("intent") for reply in said.replies}
    return bool(intents) and intents <= COURTESIES | answers


def says_more(said: Said) -> bool:
    """Tell whether the desk's own answer belongs beside it: a clause, advice, a question."""
    shown = ("clauses", "verdict", "ticket")
    return said.waiting_for is not None or any(r.get(n) for r in said.replies for n in shown)
