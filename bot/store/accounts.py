"""Accounts, their sign-ins, one-time links and sign-ins under way. Of secrets the hash alone."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from bot.domain.accounts import Account, Attempt, Duty, SavedView, SignedIn
from bot.store.tables import accounts, saved_views, sign_in_attempts, sign_in_links, web_sessions


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def add(
    connection: Connection, *, subject: str, email: str | None, name: str, duty: Duty, now: datetime
) -> Account:
    account = Account(secrets.token_urlsafe(12), subject, email, name, duty)
    connection.execute(
        accounts.insert().values(
            id=account.id, subject=subject, email=email, name=name, role=str(duty), created_at=now
        )
    )
    return account


def by_subject(connection: Connection, subject: str) -> Account | None:
    row = connection.execute(select(accounts).where(accounts.c.subject == subject)).first()
    return _account(row) if row else None


def by_id(connection: Connection, id: str) -> Account | None:
    row = connection.execute(select(accounts).where(accounts.c.id == id)).first()
    return _account(row) if row else None


def every(connection: Connection) -> list[tuple[Account, int]]:
    """All accounts by name, each with how many sign-ins of it are open."""
    open_ones = (
        select(func.count())
        .where(web_sessions.c.account_id == accounts.c.id, web_sessions.c.ended_at.is_(None))
        .scalar_subquery()
    )
    chosen = select(accounts, open_ones.label("open_ones")).order_by(accounts.c.name, accounts.c.id)
    return [(_account(row), row.open_ones) for row in connection.execute(chosen)]


def change(connection: Connection, id: str, **columns: Any) -> None:
    connection.execute(update(accounts).where(accounts.c.id == id).values(**columns))


def add_session(
    connection: Connection, account_id: str, token: str, now: datetime, *, confirmed_at: datetime
) -> None:
    connection.execute(
        web_sessions.insert().values(
            hash=hashed(token), account_id=account_id, began_at=now, seen_at=now,
            confirmed_at=confirmed_at,
        )
    )  # fmt: skip


def find_session(connection: Connection, token: str) -> SignedIn | None:
    """The sign-in of this cookie, unless it was ended. Whether it still holds is the rules'."""
    chosen = (
        select(web_sessions, *(c.label(f"known_{c.name}") for c in accounts.c))
        .join(accounts, accounts.c.id == web_sessions.c.account_id)
        .where(web_sessions.c.hash == hashed(token), web_sessions.c.ended_at.is_(None))
    )
    row = connection.execute(chosen).first()
    if row is None:
        return None
    account = Account(
        row.known_id, row.known_subject, row.known_email, row.known_name,
        Duty(row.known_role), row.known_disabled_at,
    )  # fmt: skip
    return SignedIn(account, row.began_at, row.seen_at, row.confirmed_at)


def touch_session(connection: Connection, token: str, now: datetime) -> None:
    chosen = web_sessions.c.hash == hashed(token)
    connection.execute(update(web_sessions).where(chosen).values(seen_at=now))


def end_session(connection: Connection, token: str, now: datetime) -> None:
    chosen = (web_sessions.c.hash == hashed(token), web_sessions.c.ended_at.is_(None))
    connection.execute(update(web_sessions).where(*chosen).values(ended_at=now))


def end_sessions(connection: Connection, account_id: str, now: datetime) -> int:
    """End every sign-in of an account. Returns how many were open."""
    chosen = (web_sessions.c.account_id == account_id, web_sessions.c.ended_at.is_(None))
    return connection.execute(update(web_sessions).where(*chosen).values(ended_at=now)).rowcount


def add_link(connection: Connection, account_id: str, secret: str, expires_at: datetime) -> None:
    values = {"hash": hashed(secret), "account_id": account_id, "expires_at": expires_at}
    connection.execute(sign_in_links.insert().values(**values))


def use_link(connection: Connection, secret: str, now: datetime) -> Account | None:
    """The account that this link signs in, once and before it expires."""
    account_id = connection.execute(
        update(sign_in_links)
        .where(
            sign_in_links.c.hash == hashed(secret),
            sign_in_links.c.expires_at > now,
            sign_in_links.c.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(sign_in_links.c.account_id)
    ).scalar()
    return by_id(connection, account_id) if account_id else None


def add_attempt(
    connection: Connection, state: str, browser: str, attempt: Attempt, expires_at: datetime
) -> None:
    connection.execute(
        sign_in_attempts.insert().values(
            state_hash=hashed(state),
            browser_hash=hashed(browser),
            nonce=attempt.nonce,
            verifier=attempt.verifier,
            then=attempt.then,
            expires_at=expires_at,
        )
    )


def take_attempt(connection: Connection, state: str, browser: str, now: datetime) -> Attempt | None:
    """The attempt of this state and browser, which it is taken away with; None for any other."""
    row = connection.execute(
        delete(sign_in_attempts)
        .where(
            sign_in_attempts.c.state_hash == hashed(state),
            sign_in_attempts.c.browser_hash == hashed(browser),
        )
        .returning(sign_in_attempts)
    ).first()
    if row is None or row.expires_at <= now:
        return None
    return Attempt(row.nonce, row.verifier, row.then)


def views(connection: Connection, account_id: str) -> list[SavedView]:
    chosen = select(saved_views).where(saved_views.c.account_id == account_id)
    rows = connection.execute(chosen.order_by(saved_views.c.name))
    return [SavedView(row.id, row.name, row.query) for row in rows]


def save_view(connection: Connection, account_id: str, name: str, query: str) -> None:
    """Keep these filters under a name; a name that is there already is given new ones."""
    same = (saved_views.c.account_id == account_id, saved_views.c.name == name)
    connection.execute(delete(saved_views).where(*same))
    connection.execute(saved_views.insert().values(account_id=account_id, name=name, query=query))


def forget_view(connection: Connection, account_id: str, id: int) -> None:
    own = (saved_views.c.account_id == account_id, saved_views.c.id == id)
    connection.execute(delete(saved_views).where(*own))


def _account(row: Row[Any]) -> Account:
    return Account(row.id, row.subject, row.email, row.name, Duty(row.role), row.disabled_at)
