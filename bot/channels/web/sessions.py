"""Whose conversation a request is about: the page's cookie, or a Bearer token.

The token is a random secret; only its hash is stored, so it exists in the browser or client alone.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers
from starlette.responses import Response

from bot.channels.web.ports import Talk, Thread
from bot.channels.web.problems import Problem
from bot.domain.accounts import SignedIn
from bot.domain.people import Channel, Person, Role

TOKEN_BYTES = 32
# How a person is named who has an account: their conversations open with their sign-in alone.
ACCOUNT = "account:"
LONGEST_TOKEN = 200
# As long as a conversation without a ticket is kept; each message renews it.
COOKIE_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Session:
    """A conversation and what proved it."""

    conversation: str
    token: str
    proof: Literal["bearer", "cookie", "new"]


@dataclass(frozen=True, slots=True)
class Sessions:
    """Finds, starts and ends sessions. `staff` tells who is signed in, where staff can be.

    Under https the cookie has the `__Host-` prefix and Secure; on loopback http it is plain.
    """

    talk: Talk
    page_url: str
    staff: Callable[[Request], SignedIn | None] | None = None

    @property
    def secure(self) -> bool:
        return urlsplit(self.page_url).scheme == "https"

    @property
    def cookie(self) -> str:
        return "__Host-privacydesk" if self.secure else "privacydesk"

    async def find(self, request: Request) -> Session | None:
        """Find the session of this request; None for a first call.

        A cookie that opens nothing any more (the conversation was deleted) counts as none. A
        Bearer token that opens nothing is an error: 401.
        """
        bearer = bearer_token(request)
        if bearer is not None:
            thread = await self._conversation(bearer)
            if thread is None or thread.person.id.startswith(ACCOUNT):
                raise _unknown_token()
            return Session(thread.id, bearer, "bearer")
        token = request.cookies.get(self.cookie)
        thread = await self._conversation(token) if token else None
        if token is None or thread is None:
            return None
        own = thread.person.id == await self._account(request)
        if thread.person.id.startswith(ACCOUNT) and not own:
            return None
        return Session(thread.id, token, "cookie")

    async def start(self, request: Request) -> Session:
        """Start a conversation with whoever came: a signed-in employee, else somebody unknown.

        An employee is one person in all their conversations; somebody unknown in each another.
        """
        token = secrets.token_urlsafe(TOKEN_BYTES)
        account = await self._account(request)
        if account is not None:
            person = Person(account, Role.EMPLOYEE, Channel.WEB)
        else:
            person = Person(f"web:{secrets.token_urlsafe(16)}", Role.CUSTOMER, Channel.WEB)
        id = await asyncio.to_thread(self.talk.open, person, token)
        return Session(id, token, "new")

    def remember(self, request: Request, response: Response, session: Session) -> None:
        """Let the browser keep the session, unless another site's page sent the message.

        That page could otherwise swap the person's conversation for one that it began.
        """
        if session.proof == "bearer" or is_foreign(request.headers, self.page_url):
            return
        response.set_cookie(
            self.cookie,
            session.token,
            max_age=COOKIE_SECONDS,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def forget(self, response: Response) -> None:
        """Let the browser drop the session."""
        response.delete_cookie(
            self.cookie, path="/", secure=self.secure, httponly=True, samesite="lax"
        )

    async def _account(self, request: Request) -> str | None:
        """Who is signed in, as the person that conversations and requests know."""
        signed = await asyncio.to_thread(self.staff, request) if self.staff else None
        return f"{ACCOUNT}{signed.account.id}" if signed else None

    async def _conversation(self, token: str) -> Thread | None:
        if not token or len(token) > LONGEST_TOKEN or not token.isascii():
            return None
        return await asyncio.to_thread(self.talk.by_token, token)


def is_foreign(headers: Headers, page_url: str) -> bool | None:
    """Tell whether another site caused this request; None when the request does not say.

    Sec-Fetch-Site decides where the browser sends it, else Origin against the host asked for.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site != "same-origin"
    origin = headers.get("origin")
    if origin is None:
        return None
    page = urlsplit(page_url)
    # Behind TLS a page of plain http is another site, whoever wrote it on the way.
    schemes = ("https",) if page.scheme == "https" else ("http", "https")
    hosts = {headers.get("host", "").lower(), page.netloc.lower()} - {""}
    return origin.lower() not in {f"{scheme}://{host}" for scheme in schemes for host in hosts}


def bearer_token(request: Request) -> str | None:
    """The token of an Authorization header; None without one or with another scheme's."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _unknown_token() -> Problem:
    return Problem(
        401,
        "unknown_token",
        "This token opens no conversation. Call without it to start a new one.",
        {"WWW-Authenticate": "Bearer"},
    )
