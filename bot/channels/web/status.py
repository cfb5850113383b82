"""The status pages: a requester's own requests, opened by their conversation, a link or a code.

What lives here: HTTP. What does not: who may open what (bot.desk.access), what may be done with it
(bot.desk.own). No address ever carries a secret: a link has it behind the `#`, where browsers keep
it to themselves, and the page's script hands it over in the body of a request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, UploadFile
from starlette.background import BackgroundTask
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.templating import Jinja2Templates

from bot.channels.web.chat import address_key
from bot.channels.web.language import language_of, remember_language
from bot.channels.web.ports import RateCounts, Settings
from bot.channels.web.problems import Problem
from bot.channels.web.sessions import Sessions
from bot.channels.web.status_view import request_view, summary
from bot.desk import Desk
from bot.desk.codes import CodePost
from bot.domain.additions import Outcome
from bot.domain.errors import Conflict, InvalidInput, NotFound
from bot.domain.tickets import Ticket, parse_reference
from bot.locale import mark, translator

TEN_MINUTES = 600
CODES_AN_ADDRESS = 10
TRIES_AN_ADDRESS = 20
COOKIE_SECONDS = 3600
LONGEST_SECRET = 100
READ = ["GET", "HEAD"]
NOT_YOURS = mark("There is no such request here, or this browser may not see it (any more).")
NOT_OPENED = mark(
    "That did not open a request. The code may be wrong, used or older than ten minutes, or the "
    "link may be too old. Ask for a new code, or write to us."
)

Words = Annotated[str, Form()]


@dataclass(frozen=True, slots=True)
class Requests:
    """What the status pages need of the desk."""

    desk: Desk
    codes: CodePost


@dataclass(frozen=True, slots=True)
class StatusPages:
    """The status pages. Without `requests` they only say where to turn."""

    templates: Jinja2Templates
    sessions: Sessions
    settings: Settings
    rates: RateCounts
    requests: Requests | None

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/status", self.find, methods=READ)
        router.add_api_route("/status/own", self.own, methods=READ)
        if self.requests is None:
            return router
        router.add_api_route("/status/code", self.send_code, methods=["POST"])
        router.add_api_route("/status/open", self.open, methods=["POST"])
        router.add_api_route("/status/leave", self.leave, methods=["POST"])
        one = "/status/{reference}"
        router.add_api_route(one, self.show, methods=READ)
        router.add_api_route(f"{one}/receipt.pdf", self.receipt, methods=READ)
        router.add_api_route(f"{one}/application.pdf", self.application, methods=READ)
        router.add_api_route(f"{one}/conversation.txt", self.transcript, methods=READ)
        router.add_api_route(f"{one}/files/{{id}}", self.file, methods=READ)
        router.add_api_route(f"{one}/add", self.add, methods=["POST"])
        router.add_api_route(f"{one}/attachments", self.attach, methods=["POST"])
        router.add_api_route(f"{one}/withdraw", self.withdraw, methods=["POST"])
        router.add_api_route(f"{one}/link", self.link, methods=["POST"])
        return router

    @property
    def cookie(self) -> str:
        return "__Host-privacydesk-status" if self.sessions.secure else "privacydesk-status"

    # ---- finding a request

    async def find(self, request: Request) -> Response:
        """The requests that this browser may see, and the ways to open another."""
        tr = translator(language_of(request))
        own = await self._own(request)
        return self._page(
            request, "status.html", {"requests": [summary(ticket, tr) for ticket in own]}
        )

    async def own(self, request: Request) -> Response:
        """The same list as JSON, for the chat page: references, standing, dates; no words."""
        tr = translator(language_of(request))
        own = await self._own(request)
        return JSONResponse({"requests": [summary(ticket, tr) for ticket in own]})

    async def send_code(self, request: Request, reference: Words = "") -> Response:
        """Ask for a code. The answer is the same for every reference, in words and in time."""
        await self._count(request, "code", CODES_AN_ADDRESS)
        known = parse_reference(reference)
        tr = translator(language_of(request))
        if known is None:
            wrong = tr("A reference looks like PD-7K3M-9QXD. Please check it for typing mistakes.")
            return self._page(request, "status.html", {"wrong": wrong, "reference": reference}, 400)
        response = self._page(request, "status.html", {"asked": known})
        # After the answer: whether the reference is known does not show in the time it takes.
        response.background = BackgroundTask(self._known.codes.send, known)
        return response

    async def open(
        self, request: Request, reference: Words = "", code: Words = "", secret: Words = ""
    ) -> Response:
        """Exchange a code or a link's secret for a cookie, and go on to the request."""
        await self._count(request, "open", TRIES_AN_ADDRESS)
        access = self._known.desk.access
        try:
            if secret:
                # A whole link may be pasted where no script takes the secret out of it.
                bare = secret.strip().rpartition("#")[2][:LONGEST_SECRET]
                ticket = await asyncio.to_thread(access.by_link, bare)
            else:
                ticket = await asyncio.to_thread(access.by_code, reference, code)
        except NotFound:
            tr = translator(language_of(request))
            values = {"wrong": tr(NOT_OPENED), "asked": parse_reference(reference)}
            return self._page(request, "status.html", values, 403)
        session = await asyncio.to_thread(access.enter, ticket)
        response = self._to(ticket.reference)
        response.set_cookie(
            self.cookie, session, max_age=COOKIE_SECONDS, path="/", httponly=True,
            secure=self.sessions.secure, samesite="lax",
        )  # fmt: skip
        return response

    async def leave(self, request: Request) -> Response:
        """Close the request in this browser."""
        session = request.cookies.get(self.cookie)
        if session:
            await asyncio.to_thread(self._known.desk.access.leave, session)
        response = RedirectResponse("/status", 303)
        response.delete_cookie(
            self.cookie, path="/", secure=self.sessions.secure, httponly=True, samesite="lax"
        )
        return response

    # ---- one request

    async def show(self, request: Request, reference: str) -> Response:
        return await self._shown(request, await self._ticket(request, reference))

    async def receipt(self, request: Request, reference: str) -> Response:
        ticket = await self._ticket(request, reference)
        made = await asyncio.to_thread(
            self._known.desk.papers.receipt, ticket.reference, self.settings.page_url
        )
        return _download(made, "application/pdf", f"receipt-{ticket.reference}.pdf")

    async def application(self, request: Request, reference: str) -> Response:
        ticket = await self._ticket(request, reference)
        made = await asyncio.to_thread(
            self._known.desk.papers.application, ticket.reference, self.settings.page_url
        )
        return _download(made, "application/pdf", f"application-{ticket.reference}.pdf")

    async def transcript(self, request: Request, reference: str) -> Response:
        """The conversation in which the request was made, as plain text."""
        ticket = await self._ticket(request, reference)
        tr = translator(language_of(request))
        said = await asyncio.to_thread(self._known.desk.papers.transcript, ticket.reference)
        names = {"requester": tr("You"), "desk": tr("The desk")}
        zone = ticket.clocks[0].zone
        lines = [
            f"{one.at.astimezone(zone):%Y-%m-%d %H:%M}  {names[one.who]}:\n{one.text}"
            for one in said
        ]
        text = "\n\n".join([ticket.reference, *lines]) + "\n"
        name = f"conversation-{ticket.reference}.txt"
        return _download(text.encode(), "text/plain; charset=utf-8", name)

    async def file(self, request: Request, reference: str, id: str) -> Response:
        ticket = await self._ticket(request, reference)
        kept, content = await asyncio.to_thread(
            lambda: self._known.desk.attachments.open(ticket.reference, id, for_requester=True)
        )
        return _download(content, kept.media_type, kept.name)

    async def add(self, request: Request, reference: str, text: Words = "") -> Response:
        """Add information. What was written comes back with the page when it is not taken."""
        ticket = await self._ticket(request, reference)
        try:
            added = await asyncio.to_thread(
                self._known.desk.own.add, ticket.reference, text.replace("\r\n", "\n")
            )
        except InvalidInput as error:
            return await self._shown(request, ticket, {"wrong": error.sentence, "text": text}, 400)
        if added.masked:
            return self._to(ticket.reference, "masked")
        reopened = added.outcome is Outcome.REOPENED
        return self._to(ticket.reference, "reopened" if reopened else "added")

    async def attach(
        self, request: Request, reference: str, file: UploadFile | None = None
    ) -> Response:
        ticket = await self._ticket(request, reference)
        tr = translator(language_of(request))
        if file is None or not file.filename:
            return await self._shown(
                request, ticket, {"wrong": tr("Please choose a file first.")}, 400
            )
        content = await file.read()
        try:
            await asyncio.to_thread(
                lambda: self._known.desk.attachments.add(
                    ticket.reference, str(file.filename), content, who="requester"
                )
            )
        except InvalidInput as error:
            return await self._shown(request, ticket, {"wrong": error.sentence}, 400)
        return self._to(ticket.reference, "attached")

    async def withdraw(self, request: Request, reference: str, sure: Words = "") -> Response:
        """Take the request back, once the box that says so is ticked."""
        ticket = await self._ticket(request, reference)
        tr = translator(language_of(request))
        if sure != "yes":
            wrong = tr("Nothing was changed: tick the box to take the request back.")
            return await self._shown(request, ticket, {"wrong": wrong}, 400)
        try:
            await asyncio.to_thread(self._known.desk.own.withdraw, ticket.reference)
        except Conflict:
            wrong = tr("Nothing was changed: this request is closed already.")
            return await self._shown(request, ticket, {"wrong": wrong}, 409)
        return self._to(ticket.reference, "withdrawn")

    async def link(self, request: Request, reference: str) -> Response:
        """Make a secret link, shown this once; as JSON where the chat page asks."""
        ticket = await self._ticket(request, reference)
        await self._count(request, "link", CODES_AN_ADDRESS)
        secret = await asyncio.to_thread(
            lambda: self._known.desk.access.issue_link(ticket.reference, who="requester")
        )
        link = f"{self.settings.page_url}/status#{secret}"
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse({"link": link})
        return await self._shown(request, ticket, {"link": link})

    # ---- beneath

    @property
    def _known(self) -> Requests:
        assert self.requests is not None
        return self.requests

    async def _own(self, request: Request) -> list[Ticket]:
        """The requests that the cookies of this browser open, each once."""
        if self.requests is None:
            return []
        found = {}
        session = request.cookies.get(self.cookie)
        if session:
            ticket = await asyncio.to_thread(self._known.desk.access.by_session, session)
            if ticket is not None:
                found[ticket.reference] = ticket
        chat = await self.sessions.find(request)
        if chat is not None:
            own = await asyncio.to_thread(self._known.desk.own.of_conversation, chat.conversation)
            found |= {ticket.reference: ticket for ticket in own}
        return list(found.values())

    async def _ticket(self, request: Request, reference: str) -> Ticket:
        """The request of this reference, where this browser may see it; else 404 for all alike."""
        known = parse_reference(reference)
        for ticket in await self._own(request) if known else []:
            if ticket.reference == known:
                return ticket
        if known and (chat := await self.sessions.find(request)):
            try:
                return await asyncio.to_thread(
                    self._known.desk.own.by_conversation, chat.conversation, known
                )
            except NotFound:
                pass
        raise Problem(404, "not_found", translator(language_of(request))(NOT_YOURS))

    async def _shown(
        self,
        request: Request,
        ticket: Ticket,
        values: Mapping[str, Any] | None = None,
        status: int = 200,
    ) -> Response:
        tr = translator(language_of(request))
        files = await asyncio.to_thread(
            lambda: self._known.desk.attachments.of_ticket(ticket.reference, for_requester=True)
        )
        shown = {"ticket": request_view(ticket, tr), "files": files, **(values or {})}
        return self._page(request, "request.html", shown, status)

    def _page(
        self, request: Request, template: str, values: Mapping[str, Any], status: int = 200
    ) -> Response:
        told = {
            "done": request.query_params.get("done", ""),
            "codes": self._codes_work(),
            # A page that answers a form has an address that only takes forms.
            "language_path": "/status" if template == "status.html" else values["ticket"]["page"],
        }
        response = self.templates.TemplateResponse(
            request, template, {**told, **values}, status_code=status
        )
        remember_language(request, response, self.settings.page_url)
        return response

    def _codes_work(self) -> bool:
        return self.requests is not None and self.requests.codes.works

    def _to(self, reference: str, done: str = "") -> RedirectResponse:
        """Go to the request with a plain GET, so that a reload repeats nothing."""
        return RedirectResponse(f"/status/{reference}" + (f"?done={done}" if done else ""), 303)

    async def _count(self, request: Request, what: str, limit: int) -> None:
        if not self.settings.rate_limited:
            return
        key = f"status:{what}:{address_key(request)}"
        wait = await asyncio.to_thread(self.rates.take, key, limit, TEN_MINUTES)
        if wait:
            minutes = -(-wait // 60)
            tr = translator(language_of(request))
            detail = tr("That was a lot of tries. Please wait {minutes} minutes.", minutes=minutes)
            raise Problem(429, "too_many", detail, {"Retry-After": str(wait)})


def _download(content: bytes, media_type: str, name: str) -> Response:
    """A file to keep: never shown inside the page."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in ".-_") else "_" for c in name)
    headers = {"Content-Disposition": f'attachment; filename="{plain}"'}
    return Response(content, media_type=media_type, headers=headers)
