"""The gate of the officer's pages: every route names the right it needs, and nothing else decides.

Who is not signed in is led to the sign-in; who lacks the right is told that there is no such page.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from fastapi import Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from bot.channels.web.problems import Problem, wants_page
from bot.desk.accounts import Accounts
from bot.domain.accounts import Right, SignedIn

SIGN_IN = "/officer/sign-in"
CONFIRM = "/officer/confirm"
LONGEST_TOKEN = 200
LONGEST_WAY = 300
OWN_PATH = re.compile(r"/|/officer(/[A-Za-z0-9._-]+)*")

Endpoint = Callable[[Request], Awaitable[Response]]
Page = Callable[[Request, SignedIn], Response]
Step = Callable[[Request, SignedIn, FormData], Response]


@dataclass(frozen=True, slots=True)
class Gate:
    """Finds who is signed in, and lets them as far as their rights go."""

    accounts: Accounts
    page_url: str

    @property
    def secure(self) -> bool:
        return urlsplit(self.page_url).scheme == "https"

    @property
    def cookie(self) -> str:
        return "__Host-privacydesk-staff" if self.secure else "privacydesk-staff"

    def token(self, request: Request) -> str | None:
        token = request.cookies.get(self.cookie, "")
        return token if token.isascii() and 0 < len(token) <= LONGEST_TOKEN else None

    def find(self, request: Request, *, renew: bool = True) -> SignedIn | None:
        """Who is signed in with this request, if anyone."""
        token = self.token(request)
        return self.accounts.find(token, renew=renew) if token else None

    def require(self, request: Request, right: Right) -> SignedIn:
        """Who is signed in, and has this right. Raises Problem."""
        signed = self.find(request)
        if signed is None:
            raise _sign_in_first(request)
        if not signed.account.may(right):
            raise Problem(404, "not_found", "There is no such page here.")
        return signed

    def page(self, right: Right, work: Page) -> Endpoint:
        """An endpoint that shows something to those who have the right."""

        async def endpoint(request: Request) -> Response:
            signed = await asyncio.to_thread(self.require, request, right)
            return await asyncio.to_thread(work, request, signed)

        return endpoint

    def step(self, right: Right, work: Step, *, fresh: bool = False) -> Endpoint:
        """An endpoint that takes a form from those who have the right.

        With `fresh` they must have proved who they are within the last minutes.
        """

        async def endpoint(request: Request) -> Response:
            signed = await asyncio.to_thread(self.require, request, right)
            if fresh and not signed.is_fresh(await asyncio.to_thread(self.accounts.store.now)):
                return see_other(request, f"{CONFIRM}?then={quote(_back(request), safe='/')}")
            async with request.form(max_files=1, max_fields=60) as form:
                return await asyncio.to_thread(work, request, signed, form)

        return endpoint


def see_other(request: Request, path: str) -> Response:
    """Lead on to another page; htmx is told to load it whole."""
    if "hx-request" in request.headers:
        return Response(status_code=204, headers={"HX-Redirect": path})
    return RedirectResponse(path, status_code=303)


def _sign_in_first(request: Request) -> Problem:
    """To the sign-in, and back afterwards; a program is told that it is not signed in."""
    way = request.url.path if request.method in {"GET", "HEAD"} else "/officer"
    target = f"{SIGN_IN}?then={quote(way, safe='/')}"
    detail = "Sign in first: the sign-in has ended, or was never made."
    if "hx-request" in request.headers:
        return Problem(401, "sign_in", detail, {"HX-Redirect": target})
    if wants_page(request):
        return Problem(303, "sign_in", detail, {"Location": target})
    return Problem(401, "sign_in", detail)


def _back(request: Request) -> str:
    """The page from which a step was taken."""
    return own_path(urlsplit(request.headers.get("referer", "")).path)


def own_path(path: str | None) -> str:
    """A way to one of the officer's pages or the chat; `/officer` for anything else."""
    if path is None or len(path) > LONGEST_WAY or ".." in path or not OWN_PATH.fullmatch(path):
        return "/officer"
    return path


def text_of(form: FormData, name: str) -> str:
    """A field of a form as text; empty when it is not there, or is a file."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
