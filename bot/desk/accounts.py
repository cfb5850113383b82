"""Signing in and out, and who may: every step an event of the desk's own chain.

A secret is told once, to whoever shall use it, and kept as a hash. Every refusal is the same
NotFound, so that nothing can be learned from it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain.accounts import (
    ATTEMPT_LIVES,
    FRESH,
    LINK_LIVES,
    Account,
    AccountRules,
    Attempt,
    Duty,
    Identity,
    SavedView,
    SignedIn,
)
from bot.domain.errors import InvalidInput, NotFound
from bot.domain.tickets import Event
from bot.store import accounts, events
from bot.store.db import Connection, Store

TOKEN_BYTES = 32
# A sign-in that was just seen is not written again.
SEEN_EVERY = timedelta(minutes=1)
DESK = "desk"
LONGEST_VIEW_NAME = 60
NO_ENTRY = "There is no way in with this. A link works once, for ten minutes."


@dataclass(frozen=True, slots=True)
class Accounts:
    """Accounts and their sign-ins."""

    store: Store

    def issue_link(self, duty: Duty, email: str | None = None) -> str:
        """Return the secret of a fresh link that signs this account in, once, within 10 minutes.

        The account is made, or given this duty, as needed. Raises NotFound for a disabled one.
        """
        subject = f"mail:{(email or str(duty)).lower()}"
        secret = secrets.token_urlsafe(TOKEN_BYTES)
        with self.store.transaction() as connection:
            now = self.store.now(connection)
            account = accounts.by_subject(connection, subject)
            if account is None:
                name = email or str(duty).capitalize()
                account = accounts.add(
                    connection, subject=subject, email=email, name=name, duty=duty, now=now
                )
            if account.disabled_at is not None:
                raise NotFound("This account is disabled.")
            if account.duty is not duty:
                accounts.change(connection, account.id, role=str(duty))
            accounts.add_link(connection, account.id, secret, now + LINK_LIVES)
            _note(connection, now, DESK, "sign_in_link", {"account": account.id})
        return secret

    def enter_by_link(self, secret: str) -> tuple[str, Account]:
        """Sign in with a link's secret. Returns the new sign-in's token. Raises NotFound."""
        with self.store.transaction() as connection:
            now = self.store.now(connection)
            account = accounts.use_link(connection, secret, now)
            if account is not None and account.disabled_at is None:
                return self._enter(connection, account, now, "link", now), account
            refused = {"by": "link", "account": account and account.id}
            _note(connection, now, DESK, "sign_in_refused", refused)
        raise NotFound(NO_ENTRY)

    def enter_as(self, identity: Identity, rules: AccountRules) -> tuple[str, Account]:
        """Sign in someone whom the provider has identified. Raises NotFound.

        Who comes for the first time gets an account by the rules, or the one that a link made for
        their verified address. The sign-in is as fresh as the proof that the provider names; a
        provider may let someone in who proved it hours ago.
        """
        with self.store.transaction() as connection:
            now = self.store.now(connection)
            account = accounts.by_subject(connection, identity.subject)
            if account is None:
                account = self._first(connection, identity, rules, now)
            if account is not None and account.disabled_at is None:
                ago = FRESH if identity.proved_ago is None else identity.proved_ago
                return self._enter(connection, account, now, "provider", now - ago), account
            refused = {"by": "provider", "account": account and account.id}
            _note(connection, now, DESK, "sign_in_refused", refused)
        raise NotFound("There is no account for you here. Ask whoever runs this desk.")

    def _first(
        self, connection: Connection, identity: Identity, rules: AccountRules, now: datetime
    ) -> Account | None:
        if identity.email is not None:
            known = accounts.by_subject(connection, f"mail:{identity.email.lower()}")
            if known is not None:
                accounts.change(connection, known.id, subject=identity.subject, name=identity.name)
                return known
        duty = rules.duty_of(identity)
        if duty is None:
            return None
        return accounts.add(
            connection, subject=identity.subject, email=identity.email, name=identity.name,
            duty=duty, now=now,
        )  # fmt: skip

    def _enter(
        self, connection: Connection, account: Account, now: datetime, by: str, proved: datetime
    ) -> str:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        accounts.add_session(connection, account.id, token, now, confirmed_at=proved)
        _note(connection, now, account.id, "signed_in", {"by": by})
        return token

    def find(self, token: str, *, renew: bool = True) -> SignedIn | None:
        """The sign-in of this token, while it holds; being found renews its idle time."""
        with self.store.reading() as connection:
            now = self.store.now(connection)
            found = accounts.find_session(connection, token)
        if found is None or not found.holds(now):
            return None
        if renew and now - found.seen_at >= SEEN_EVERY:
            with self.store.transaction() as connection:
                accounts.touch_session(connection, token, now)
        return found

    def leave(self, token: str) -> None:
        """End a sign-in."""
        with self.store.transaction() as connection:
            accounts.end_session(connection, token, self.store.now(connection))

    def begin_attempt(self, attempt: Attempt) -> tuple[str, str]:
        """Keep a sign-in under way. Returns its state and the secret of the browser."""
        state, browser = secrets.token_urlsafe(TOKEN_BYTES), secrets.token_urlsafe(TOKEN_BYTES)
        with self.store.transaction() as connection:
            expires_at = self.store.now(connection) + ATTEMPT_LIVES
            accounts.add_attempt(connection, state, browser, attempt, expires_at)
        return state, browser

    def take_attempt(self, state: str, browser: str) -> Attempt:
        """The attempt that this browser began, once. Raises NotFound."""
        with self.store.transaction() as connection:
            now = self.store.now(connection)
            found = accounts.take_attempt(connection, state, browser, now)
        if found is None:
            raise NotFound("This sign-in was not begun here, or took too long. Begin again.")
        return found

    def every(self) -> list[tuple[Account, int]]:
        """All accounts, each with the number of its open sign-ins."""
        with self.store.reading() as connection:
            return accounts.every(connection)

    def change_duty(self, account_id: str, duty: Duty, *, who: str) -> None:
        """Give an account another duty; its sign-ins end. Raises NotFound, InvalidInput."""
        with self.store.transaction() as connection:
            account, now = self._other(connection, account_id, who), self.store.now(connection)
            accounts.change(connection, account_id, role=str(duty))
            accounts.end_sessions(connection, account_id, now)
            told = {"account": account_id, "from": str(account.duty), "to": str(duty)}
            _note(connection, now, who, "role_changed", told)

    def disable(self, account_id: str, disabled: bool, *, who: str) -> None:
        """Let an account sign in no more, or again; its sign-ins end. As `change_duty` raises."""
        with self.store.transaction() as connection:
            self._other(connection, account_id, who)
            now = self.store.now(connection)
            accounts.change(connection, account_id, disabled_at=now if disabled else None)
            accounts.end_sessions(connection, account_id, now)
            what = "account_disabled" if disabled else "account_enabled"
            _note(connection, now, who, what, {"account": account_id})

    def end_sign_ins(self, account_id: str, *, who: str) -> int:
        """End every sign-in of an account. Returns how many were open. Raises NotFound."""
        with self.store.transaction() as connection:
            if accounts.by_id(connection, account_id) is None:
                raise NotFound
            now = self.store.now(connection)
            ended = accounts.end_sessions(connection, account_id, now)
            told = {"account": account_id, "open": ended}
            _note(connection, now, who, "sign_ins_ended", told)
        return ended

    def note(self, who: str, what: str, told: Mapping[str, Any] | None = None) -> None:
        """Record a step that belongs to no ticket, such as an export."""
        with self.store.transaction() as connection:
            _note(connection, self.store.now(connection), who, what, told)

    def views(self, account_id: str) -> list[SavedView]:
        """The saved views of an account, by name."""
        with self.store.reading() as connection:
            return accounts.views(connection, account_id)

    def save_view(self, account_id: str, name: str, query: str) -> None:
        """Keep filters of the queue under a name. InvalidInput for no name or a long one."""
        words = name.strip()
        if not words or len(words) > LONGEST_VIEW_NAME:
            raise InvalidInput(f"A view needs a name of at most {LONGEST_VIEW_NAME} characters.")
        with self.store.transaction() as connection:
            accounts.save_view(connection, account_id, words, query)

    def forget_view(self, account_id: str, id: int) -> None:
        with self.store.transaction() as connection:
            accounts.forget_view(connection, account_id, id)

    def _other(self, connection: Connection, account_id: str, who: str) -> Account:
        """An account that is not one's own: nobody locks themselves out by mistake."""
        account = accounts.by_id(connection, account_id)
        if account is None:
            raise NotFound("There is no such account.")
        if account_id == who:
            raise InvalidInput("Somebody else changes your own account.")
        return account


def _note(
    connection: Connection, now: datetime, who: str, what: str, told: Mapping[str, Any] | None
) -> None:
    events.append(connection, None, 0, Event(now, who, what, "", None, told))
