"""Who is told of a ticket, by which way: who has the duty, the owner, the requester."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.letters import REQUESTER
from bot.domain.people import Channel
from bot.domain.thresholds import ReminderRules, route
from bot.domain.tickets import Ticket
from bot.notices import Ladder, Recipient
from bot.store import notices
from bot.store.db import Connection
from bot.store.notices import NoticeRow


@dataclass(frozen=True, slots=True)
class Recipients:
    """Finds them by the ladder, and an owner by their account as it is now."""

    connection: Connection
    rules: ReminderRules
    ladder: Ladder

    def people(
        self, threshold: str, owner: str | None, page: Sequence[str] = ()
    ) -> tuple[Recipient, ...]:
        """To whom, and by which ways, a threshold of a ticket with this owner goes first."""
        chosen = route(threshold, self.rules, page)
        duties = [duty for duty in chosen.duties if duty != "owner"]
        found = self.ladder.reach(duties) if chosen.every_way else self.ladder.card(duties)
        mine = [self.owner(owner)] if "owner" in chosen.duties else []
        # An owner who is told as the deputy as well is told once.
        wanted = {(r.to, r.by): r for r in (*mine, *found) or self.ladder.recipients[:1]}
        return tuple(wanted.values())

    def owner(self, owner: str | None) -> Recipient:
        """The way to a ticket's owner: an account by its address, while it is not disabled."""
        if owner is None:
            return self.ladder.owner(None)
        address = notices.address_of(self.connection, owner)
        return self.ladder.owner(owner if address is None else address)

    def is_told(self, row: NoticeRow, owner: str | None) -> bool:
        """Tell whether this row's person still has anything to do with it."""
        places = {(r.to, r.by) for r in self.ladder.recipients}
        mine = self.owner(owner)
        return (row.to, row.by) in places | {(mine.to, mine.by)}


def way_to(ticket: Ticket, ladder: Ladder) -> Recipient | None:
    """The way the requester chose: their e-mail address, else the thread they wrote in."""
    if ticket.email is not None and "e-mail" in ladder.letters_by:
        return Recipient(REQUESTER, ticket.email, "e-mail")
    if ticket.channel is Channel.SLACK and "slack" in ladder.letters_by:
        return Recipient(REQUESTER, ticket.person, "slack")
    if ticket.conversation is not None and "web" in ladder.letters_by:
        return Recipient(REQUESTER, ticket.conversation, "web")
    return None
