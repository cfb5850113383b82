"""Signing in: by the identity provider, or by a one-time link where there is none."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from bot.channels.web.chat import address_key
from bot.channels.web.officer.gate import (
    CONFIRM,
    LONGEST_TOKEN,
    SIGN_IN,
    Gate,
    own_path,
    text_of,
)
from bot.channels.web.officer.oidc import VERIFIER_BYTES, Provider
from bot.channels.web.officer.view import View
from bot.channels.web.ports import RateCounts
from bot.channels.web.problems import Problem
from bot.domain.accounts import Account, AccountRules, Attempt, Duty, SignedIn
from bot.domain.errors import DeskError, NotFound
from bot.domain.hosts import is_loopback, keeps_secrets

TRIES_AN_ADDRESS = 20
TRIES_SECONDS = 600
NO_PROOF = (
    "Your identity provider did not say that you have just proved who you are, so this is not "
    "confirmed yet. Confirm it there once more, or with a one-time link from where the desk runs."
)
HOME = {Duty.EMPLOYEE: "/", Duty.OPERATOR: "/officer/overview"}


@dataclass(frozen=True, slots=True)
class SignIn:
    """The pages on which someone proves who they are. `chat_cookie` ends with every change."""

    gate: Gate
    view: View
    rules: AccountRules
    rates: RateCounts
    provider: Provider | None
    chat_cookie: str
    limited: bool

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        router.add_api_route(SIGN_IN, self.page, methods=["GET"])
        router.add_api_route(SIGN_IN, self.by_code, methods=["POST"])
        router.add_api_route(f"{SIGN_IN}/provider", self.begin, methods=["POST"])
        router.add_api_route(f"{SIGN_IN}/callback", self.come_back, methods=["GET"])
        router.add_api_route("/officer/sign-out", self.leave, methods=["POST"])
        router.add_api_route(CONFIRM, self.confirm, methods=["GET"])
        return router

    async def page(self, request: Request) -> Response:
        """How to sign in; with a link's secret, the link itself: it is spent and forgotten.

        What another site leads to, and what a browser or a mail program fetches ahead, is asked
        about first: neither may spend a link, or sign anyone in as somebody else.
        """
        secret = request.query_params.get("link")
        if secret is None:
            return self._show(request, "sign_in.html")
        if _is_led(request):
            return self._show(request, "sign_in.html", link=secret[:LONGEST_TOKEN])
        return await self._enter_by_link(request, secret, own_path(None))

    async def confirm(self, request: Request) -> Response:
        """What a step asks for that needs a fresh proof of identity."""
        signed = await asyncio.to_thread(self.gate.find, request)
        if signed is None:
            return self._show(request, "sign_in.html")
        now = await asyncio.to_thread(self.gate.accounts.store.now)
        trouble = NO_PROOF if signed.is_unproved(now) and self.provider is not None else ""
        return self._show(request, "confirm.html", signed=signed, trouble=trouble)

    async def by_code(self, request: Request) -> Response:
        """Sign in with a link's secret that was typed or pasted."""
        async with request.form(max_files=0, max_fields=4) as form:
            then = own_path(text_of(form, "then"))
            return await self._enter_by_link(request, _secret(text_of(form, "link")), then)

    async def begin(self, request: Request) -> Response:
        """Go to the provider."""
        provider = self._provided()
        await self._count(request, "provider")
        async with request.form(max_files=0, max_fields=4) as form:
            then, again = own_path(text_of(form, "then")), text_of(form, "again") == "yes"
        nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(VERIFIER_BYTES)
        attempt = Attempt(nonce, verifier, then)
        state, browser = await asyncio.to_thread(self.gate.accounts.begin_attempt, attempt)
        url = await provider.begin(state, nonce, verifier, again=again)
        response = RedirectResponse(url, status_code=303)
        self._set(response, self._attempt_cookie, browser)
        return response

    async def come_back(self, request: Request) -> Response:
        """Come back from the provider, in the browser that went there."""
        provider, asked = self._provided(), request.query_params
        await self._count(request, "provider")
        browser = request.cookies.get(self._attempt_cookie, "")
        accounts = self.gate.accounts
        try:
            attempt = await asyncio.to_thread(
                accounts.take_attempt, asked.get("state", ""), browser
            )
            if "code" not in asked:
                raise NotFound("The provider did not sign you in.")
            identity = await provider.identify(
                asked["code"], attempt.nonce, attempt.verifier, asked.get("iss")
            )
            token, account = await asyncio.to_thread(accounts.enter_as, identity, self.rules)
        except DeskError as error:
            response = self._show(request, "sign_in.html", trouble=error.sentence, status=403)
        else:
            response = await self._entered(request, token, account, attempt.then)
        response.delete_cookie(
            self._attempt_cookie, path="/", secure=self.gate.secure, httponly=True, samesite="lax"
        )
        return response

    async def leave(self, request: Request) -> Response:
        """Sign out: the sign-in ends at the desk, not in the browser alone."""
        token = self.gate.token(request)
        if token is not None:
            await asyncio.to_thread(self.gate.accounts.leave, token)
        response = RedirectResponse(SIGN_IN, status_code=303)
        for name in (self.gate.cookie, self.chat_cookie):
            response.delete_cookie(
                name, path="/", secure=self.gate.secure, httponly=True, samesite="lax"
            )
        return response

    async def _enter_by_link(self, request: Request, secret: str, then: str) -> Response:
        if not self._is_private(request):
            raise Problem(403, "not_private", "One-time links work over https or on this machine.")
        await self._count(request, "link")
        if not secret.isascii() or len(secret) > LONGEST_TOKEN:
            secret = ""
        try:
            entered = await asyncio.to_thread(self.gate.accounts.enter_by_link, secret)
        except NotFound as error:
            return self._show(request, "sign_in.html", trouble=error.sentence, status=403)
        return await self._entered(request, *entered, then)

    async def _entered(self, request: Request, token: str, account: Account, then: str) -> Response:
        """A new sign-in under a new secret; the one that this browser had is over."""
        earlier = self.gate.token(request)
        if earlier is not None:
            await asyncio.to_thread(self.gate.accounts.leave, earlier)
        home = HOME.get(account.duty, "/officer")
        response = RedirectResponse(then if home == "/officer" else home, status_code=303)
        self._set(response, self.gate.cookie, token)
        # A conversation belongs to whoever began it: staff begin their own.
        response.delete_cookie(
            self.chat_cookie, path="/", secure=self.gate.secure, httponly=True, samesite="lax"
        )
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    @property
    def _attempt_cookie(self) -> str:
        return f"{self.gate.cookie}-attempt"

    def _set(self, response: Response, name: str, value: str) -> None:
        response.set_cookie(
            name, value, path="/", secure=self.gate.secure, httponly=True, samesite="lax"
        )

    def _show(
        self,
        request: Request,
        template: str,
        *,
        signed: SignedIn | None = None,
        status: int = 200,
        trouble: str = "",
        link: str = "",
    ) -> Response:
        return self.view.render(
            request,
            template,
            signed,
            status=status,
            trouble=trouble,
            link=link,
            then=own_path(request.query_params.get("then")),
            provider=self.provider is not None,
            by_link=keeps_secrets(self.gate.page_url),
        )

    def _provided(self) -> Provider:
        if self.provider is None:
            raise Problem(404, "not_found", "There is no such page here.")
        return self.provider

    def _is_private(self, request: Request) -> bool:
        """Tell whether a secret in this request travelled under TLS or within the machine."""
        if self.gate.secure:
            return True
        host = request.client.host if request.client else ""
        return is_loopback(host) and keeps_secrets(self.gate.page_url)

    async def _count(self, request: Request, what: str) -> None:
        """Slow down whoever guesses. Raises Problem 429.

        Whoever guesses links locks nobody out who comes by the provider, nor anyone who is signed
        in and confirms it, even behind one address.
        """
        if not self.limited:
            return
        signed = await asyncio.to_thread(self.gate.find, request, renew=False)
        whose = f"account:{signed.account.id}" if signed else address_key(request)
        key = f"sign-in:{what}:{whose}"
        wait = await asyncio.to_thread(self.rates.take, key, TRIES_AN_ADDRESS, TRIES_SECONDS)
        if wait:
            detail = f"That was tried very often. Please wait {wait} seconds."
            raise Problem(429, "too_many", detail, {"Retry-After": str(wait)})


def _secret(given: str) -> str:
    """The secret out of what was pasted: the whole link, or its end alone."""
    words = given.strip()
    return words.rpartition("?link=")[2]


def _is_led(request: Request) -> bool:
    """Tell whether another site, or a fetch ahead of a person's press, caused this request."""
    ahead = f"{request.headers.get('sec-purpose', '')} {request.headers.get('purpose', '')}"
    site = request.headers.get("sec-fetch-site", "none")
    return site in {"cross-site", "same-site"} or "prefetch" in ahead
