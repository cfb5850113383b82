"""Letting a requester see their ticket: a secret link, or a code to the address on file.

A reference opens nothing. Every refusal is the same NotFound, so that nothing can be learned
from it; the channel limits how often an address may ask.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from bot.desk.intake import Intake
from bot.domain.errors import NotFound
from bot.domain.tickets import Event, Ticket, parse_reference
from bot.store import ticket_access, tickets
from bot.store.db import Connection

LINK_BYTES = 16
LINK_LIVES = timedelta(days=90)
CODE_LIVES = timedelta(minutes=10)
# How long a browser keeps a ticket open after its link or code was used.
SESSION_LIVES = timedelta(hours=1)
CODE_TRIES = 5
CODES_AN_HOUR = 3
REQUESTER = "requester"


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A code on its way: six digits, and the address on file that it goes to."""

    code: str
    email: str


@dataclass(frozen=True, slots=True)
class TicketAccess:
    """Secret links and one-time codes."""

    intake: Intake

    def issue_link(self, reference: str, *, who: str) -> str:
        """Return a fresh 128-bit secret that opens the ticket for 90 days.

        It is kept as a hash only: nobody can tell it a second time. Raises NotFound.
        """
        store = self.intake.store
        secret = secrets.token_urlsafe(LINK_BYTES)
        with store.transaction() as connection:
            ticket = self._find(connection, reference)
            if ticket is None:
                raise NotFound
            now = store.now(connection)
            ticket_access.add_link(connection, ticket.id, secret, now + LINK_LIVES)
            tickets.add_event(connection, ticket.id, Event(now, who, "link_issued"))
        return secret

    def revoke_links(self, reference: str, *, who: str, why: str = "") -> None:
        """Make every link of the ticket useless. Raises NotFound."""
        store = self.intake.store
        with store.transaction() as connection:
            ticket = self._find(connection, reference)
            if ticket is None:
                raise NotFound
            ticket_access.revoke_links(connection, ticket.id)
            event = Event(store.now(connection), who, "links_revoked", why)
            tickets.add_event(connection, ticket.id, event)

    def enter(self, ticket: Ticket) -> str:
        """Open the ticket in one browser for an hour. Returns the secret that its cookie carries.

        It is another one than the link's or the code: what is in a cookie opens no other browser.
        """
        store, secret = self.intake.store, secrets.token_urlsafe(LINK_BYTES)
        with store.transaction() as connection:
            now = store.now(connection)
            ticket_access.add_session(
                connection, ticket.id, secret, now=now, expires_at=now + SESSION_LIVES
            )
        return secret

    def by_session(self, secret: str) -> Ticket | None:
        """The ticket that is open in the browser with this secret."""
        store = self.intake.store
        with store.reading() as connection:
            now = store.now(connection)
            id = ticket_access.find_session(connection, secret, now)
            if id is None:
                return None
            return tickets.load_by_id(connection, id, self.intake.rebuilder(now))

    def leave(self, secret: str) -> None:
        """Close the ticket in the browser with this secret."""
        with self.intake.store.transaction() as connection:
            ticket_access.end_session(connection, secret)

    def by_link(self, secret: str) -> Ticket:
        """The ticket that this secret opens. Raises NotFound."""
        store = self.intake.store
        with store.transaction() as connection:
            now = store.now(connection)
            id = ticket_access.find_link(connection, secret, now)
            if id is None:
                raise NotFound
            return self._opened(connection, id, "link")

    def issue_code(self, reference: str) -> IssuedCode | None:
        """Make a code for the address on file, for the channel to send; the last one counts.

        None, whatever the reason: an unknown reference, no address on file, or three codes within
        the hour already. What the person is told is the same every time.
        """
        store = self.intake.store
        with store.transaction() as connection:
            now, ticket = store.now(connection), self._find(connection, reference)
            if ticket is None or ticket.email is None:
                return None
            hour_ago = now - timedelta(hours=1)
            tickets.add_event(connection, ticket.id, Event(now, REQUESTER, "code_asked"))
            if ticket_access.codes_since(connection, ticket.id, hour_ago) >= CODES_AN_HOUR:
                return None
            code = f"{secrets.randbelow(1_000_000):06d}"
            ticket_access.add_code(
                connection, ticket.id, code, now=now, expires_at=now + CODE_LIVES
            )
            return IssuedCode(code, ticket.email)

    def by_code(self, reference: str, code: str) -> Ticket:
        """The ticket, for who knows its newest code: within 10 minutes, 5 tries, once.

        Raises NotFound.
        """
        store = self.intake.store
        with store.transaction() as connection:
            now, ticket = store.now(connection), self._find(connection, reference)
            opened = ticket is not None and ticket_access.use_code(
                connection, ticket.id, code.strip(), now=now, tries=CODE_TRIES
            )
            if ticket is not None and opened:
                return self._opened(connection, ticket.id, "code")
        # Raised only now: a failed try is counted whether or not it was the right ticket.
        raise NotFound

    def _find(self, connection: Connection, reference: str) -> Ticket | None:
        known = parse_reference(reference)
        if known is None:
            return None
        try:
            return self.intake.load(connection, known, self.intake.store.now(connection))
        except NotFound:
            return None

    def _opened(self, connection: Connection, ticket_id: int, by: str) -> Ticket:
        now = self.intake.store.now(connection)
        event = Event(now, REQUESTER, "opened", "", None, {"by": by})
        tickets.add_event(connection, ticket_id, event)
        return tickets.load_by_id(connection, ticket_id, self.intake.rebuilder(now))
