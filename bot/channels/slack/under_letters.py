"""What a requester writes under a letter, or under the receipt: it belongs to that request.

What lives here: which request that is, and the sentence back. What the words do to it is the
desk's to say.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.slack.people import person_id
from bot.channels.slack.ports import Posts
from bot.conversation import Said
from bot.desk import Addition, Desk
from bot.domain.additions import Outcome
from bot.domain.errors import InvalidInput, NotFound
from bot.domain.slack import Delivery
from bot.domain.tickets import Ticket, is_open

ADDED = "I have added this to {reference}, where the Privacy Officer reads it."
REOPENED = "It was resolved; it is open again."
STAYS_CLOSED = "It is closed and stays so, unless the Privacy Officer takes it up again."


@dataclass(frozen=True, slots=True)
class UnderLetters:
    """Blocking; runs in threads."""

    desk: Desk
    posts: Posts

    def take(self, row: Delivery, said: Said) -> str:
        """Add what was written to the request, once for its row, and say so; "" where it belongs
        to none, and for a courtesy, which has its own answer."""
        if row.kind != "message" or not row.thread_ts or said.pending:
            return ""
        reference = self.posts.reference_at(row.channel, row.thread_ts)
        ticket = self._own(reference, row) if reference else None
        if ticket is None:
            return ""
        read_as = {str(reply.get("intent")) for reply in said.replies}
        try:
            added = self.desk.own.add(ticket.reference, row.text, key=row.key, read_as=read_as)
        except InvalidInput:
            return ""
        return _sentence(added)

    def _own(self, reference: str, row: Delivery) -> Ticket | None:
        try:
            ticket = self.desk.tickets.show(reference)
        except NotFound:
            return None
        return ticket if ticket.person == person_id(row.team, row.user) else None


def _sentence(added: Addition) -> str:
    if added.outcome is Outcome.KEPT:
        return ""
    told = ADDED.format(reference=added.ticket.reference)
    if added.outcome is Outcome.REOPENED:
        return f"{told} {REOPENED}"
    return told if is_open(added.ticket.status) else f"{told} {STAYS_CLOSED}"


def says_more(said: Said) -> bool:
    """Tell whether the desk's own answer belongs beside it: a clause, advice, a question."""
    shown = ("clauses", "verdict", "ticket")
    return said.waiting_for is not None or any(r.get(n) for r in said.replies for n in shown)
