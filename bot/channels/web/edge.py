"""The outermost layer: what holds for every request, whichever route serves it.

Security headers on every answer, cross-site requests refused, bodies limited while they arrive,
and the last resort for errors that nobody foresaw.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.channels.web.problems import Problem, Render, broken, route_of, unavailable
from bot.channels.web.sessions import is_foreign
from bot.domain.attachments import LARGEST

log = structlog.get_logger(__name__)

LONGEST_BODY = 256 * 1024
# Where files are sent to, bodies may carry one, with what the form puts around it.
UPLOADS = "/attachments"
LONGEST_UPLOAD = LARGEST + 64 * 1024
# After a refusal the rest of a body is read and thrown away, or the answer might be lost in the
# reset that closing on unread data causes; no further than this.
DRAINED_AT_MOST = 32 * 1024 * 1024
DRAIN_SECONDS = 5.0

# Where programs call, too: with a token or a signature of their own, and no cookie.
FOR_PROGRAMS = ("/api/", "/slack/")

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cache-Control": "no-store",
}
TRANSPORT_SECURITY = "max-age=63072000; includeSubDomains"


@dataclass(frozen=True, slots=True)
class Edge:
    """ASGI middleware around the whole application.

    `store_errors` are the exceptions that mean that the database did not take anything.
    """

    app: ASGIApp
    page_url: str
    render: Render
    store_errors: tuple[type[Exception], ...] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = _Exchange(receive, send, self._is_secure(), longest_body(scope["path"]))
        request = Request(scope)
        try:
            self._check(request)
            await self.app(scope, exchange.receive, exchange.send)
        except Problem as problem:
            await self._answer(request, exchange, problem)
        except self.store_errors as error:
            log.error("store_unavailable", path=route_of(scope), error=type(error).__name__)
            await self._answer(request, exchange, unavailable())
        except Exception as error:  # the process edge: nothing but a number leaves it
            incident = secrets.token_hex(4)
            log.error(
                "incident", incident=incident, path=route_of(scope), error=type(error).__name__,
                at=_place(error),
            )  # fmt: skip
            await self._answer(request, exchange, broken(incident))

    def _is_secure(self) -> bool:
        return urlsplit(self.page_url).scheme == "https"

    def _check(self, request: Request) -> None:
        length = request.headers.get("content-length", "")
        if length.isdecimal() and (
            len(length) > 12 or int(length) > longest_body(request.url.path)
        ):
            raise too_large(request.url.path)
        if request.method in SAFE_METHODS or not self._speaks_for_a_browser(request):
            return
        if is_foreign(request.headers, self.page_url) is not False:
            raise Problem(
                403,
                "cross_site",
                "This request did not come from the desk's own page, so it was not carried out.",
            )

    def _speaks_for_a_browser(self, request: Request) -> bool:
        """A cookie is sent by the browser on its own, whoever made it send; a token is not.

        What is not meant for programs is always a browser's: a sign-in, too, can be forged.
        """
        if not request.url.path.startswith(FOR_PROGRAMS):
            return True
        authorization = request.headers.get("authorization", "").lower()
        return bool(request.cookies) and not authorization.startswith("bearer ")

    async def _answer(self, request: Request, exchange: _Exchange, problem: Problem) -> None:
        if exchange.started:
            raise ConnectionAbortedError("the answer had begun") from None
        if problem.status == 413:
            exchange.overfull = True
            # A client that waits for "100 Continue" sends no body after a refusal.
            exchange.ended = exchange.ended or "expect" in request.headers
        response = await self.render(request, problem)
        await response(request.scope, exchange.receive, exchange.send)


def longest_body(path: str) -> int:
    """How many bytes a body sent to this path may have."""
    return LONGEST_UPLOAD if path.endswith(UPLOADS) else LONGEST_BODY


def too_large(path: str = "") -> Problem:
    limit = (
        f"A file may have {LARGEST // 2**20} MB."
        if path.endswith(UPLOADS)
        else "A message may have 20,000 characters."
    )
    return Problem(413, "too_large", f"This is too large. {limit}", {"Connection": "close"})


def _place(error: BaseException) -> str:
    """Where an error was raised, as module and line: never its text, which may quote a person."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    if last is None:
        return "unknown"
    file = re.sub(r"^.*[/\\](?=[^/\\]+[/\\][^/\\]+$)", "", last.tb_frame.f_code.co_filename)
    return f"{file}:{last.tb_lineno}"


@dataclass(slots=True)
class _Exchange:
    """One request and its answer, with the body counted and the headers added."""

    inner_receive: Receive
    inner_send: Send
    secure: bool
    longest: int = LONGEST_BODY
    started: bool = False
    overfull: bool = False
    read: int = field(default=0)
    ended: bool = False

    async def receive(self) -> Message:
        message = await self.inner_receive()
        if message["type"] == "http.request":
            self.read += len(message.get("body", b""))
            self.ended = not message.get("more_body", False)
            if self.read > self.longest and not self.overfull:
                self.overfull = True
                raise too_large(UPLOADS if self.longest == LONGEST_UPLOAD else "")
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if self.secure:
                headers.setdefault("Strict-Transport-Security", TRANSPORT_SECURITY)
        last = message["type"] == "http.response.body" and not message.get("more_body", False)
        if last and self.overfull and not self.ended:
            await self.inner_send({**message, "more_body": True})
            await self._drain()
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self.inner_send(message)

    async def _drain(self) -> None:
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                while not self.ended and self.read < DRAINED_AT_MOST:
                    message = await self.inner_receive()
                    if message["type"] != "http.request":
                        return
                    self.read += len(message.get("body", b""))
                    self.ended = not message.get("more_body", False)
        except TimeoutError:
            log.info("body_not_drained")
