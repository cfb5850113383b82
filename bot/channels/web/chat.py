"""The chat API: one address to write to, and to read the conversation again.

It translates between HTTP and bot.conversation. What a message means is decided elsewhere.
"""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from bot.channels.web.models import (
    LONGEST_MESSAGE,
    LONGEST_PAYLOAD,
    Answer,
    ChatMessage,
    History,
    ProblemDetails,
)
from bot.channels.web.ports import RateCounts, Settings, Talk
from bot.channels.web.problems import MEDIA_TYPE, Problem
from bot.channels.web.sessions import Session, Sessions
from bot.conversation import Said

A_MINUTE = 60
MESSAGES_A_CONVERSATION = 20
MESSAGES_AN_ADDRESS = 120
LONGEST_KEY = 100
# Printable ASCII; around it a header keeps no spaces.
KEY = re.compile(r"[!-~](?:[ -~]*[!-~])?")
LARGEST_NUMBER = 2**31 - 1
BODY_SECONDS = 30.0


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe these errors for OpenAPI."""
    content = {MEDIA_TYPE: {"schema": ProblemDetails.model_json_schema()}}
    return {status: {"content": content} for status in statuses}


@dataclass(frozen=True, slots=True)
class Sent:
    """One message as it was sent; exactly one of `message` and `payload` is given."""

    message: str | None
    payload: str | None
    key: str | None


@dataclass(frozen=True, slots=True)
class Chat:
    """The chat API over a Talk."""

    talk: Talk
    sessions: Sessions
    settings: Settings
    rates: RateCounts

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/api", tags=["chat"])
        router.add_api_route(
            "/chat",
            self.say,
            methods=["POST"],
            summary="Write a message, or press a button",
            responses={200: {"model": Answer}, **problems(400, 401, 403, 408, 413, 429, 503)},
            openapi_extra={"requestBody": _request_body(), "parameters": [_KEY_PARAMETER]},
        )
        router.add_api_route(
            "/chat",
            self.history,
            methods=["GET"],
            summary="Read the conversation again, late answers included",
            responses={200: {"model": History}, **problems(400, 401, 503)},
        )
        router.add_api_route(
            "/session",
            self.leave,
            methods=["DELETE"],
            status_code=204,
            response_class=Response,
            summary="Let this browser forget the conversation",
            responses=problems(403),
        )
        return router

    async def say(self, request: Request) -> Response:
        """Take one message. Without cookie and token a new conversation begins.

        With an `Idempotency-Key` the same message may be sent again: it is answered once.
        """
        session = await self.sessions.find(request)
        sent = await read_message(request)
        await self._count(request, session)
        if session is None:
            session = await self.sessions.start(request)
        said = await self.talk.say(
            session.conversation, text=sent.message, payload=sent.payload, source_key=sent.key
        )
        response = JSONResponse(answer(said, session))
        self.sessions.remember(request, response, session)
        return response

    async def history(
        self,
        request: Request,
        after: Annotated[
            int, Query(ge=0, le=LARGEST_NUMBER, description="Only messages after this number.")
        ] = 0,
    ) -> Response:
        """Give the session's conversation."""
        session = await self.sessions.find(request)
        if session is None:
            return JSONResponse({"conversation": None, "messages": [], "waiting_for": None})
        messages = await asyncio.to_thread(self.talk.history, session.conversation, after)
        waiting = await asyncio.to_thread(self.talk.waiting_for, session.conversation)
        return JSONResponse(
            {"conversation": session.conversation, "messages": messages, "waiting_for": waiting}
        )

    async def leave(self, request: Request) -> Response:
        """Drop the session's cookie; what was written stays as long as the notice says."""
        response = Response(status_code=204)
        self.sessions.forget(response)
        return response

    async def _count(self, request: Request, session: Session | None) -> None:
        if not self.settings.rate_limited:
            return
        keys = [(f"address:{address_key(request)}", MESSAGES_AN_ADDRESS)]
        if session is not None:
            keys.append((f"conversation:{session.conversation}", MESSAGES_A_CONVERSATION))
        waits = [
            await asyncio.to_thread(self.rates.take, key, limit, A_MINUTE) for key, limit in keys
        ]
        wait = max(waits)
        if wait:
            raise Problem(
                429,
                "too_many",
                f"That was a lot of messages in a short time. Please wait {wait} seconds.",
                {"Retry-After": str(wait)},
            )


def answer(said: Said, session: Session) -> Mapping[str, Any]:
    """The answer to one message (design section 6).

    Where the cookie carries the session the token is left out: scripts need not see it again.
    """
    return {
        "conversation": said.conversation,
        "token": None if session.proof == "cookie" else session.token,
        "number": said.number,
        "replies": list(said.replies),
        "waiting_for": said.waiting_for,
        "late": said.late,
        "pending": said.pending,
    }


async def read_message(request: Request) -> Sent:
    """Read the body of a message. Raises Problem 400, 408 or 413."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await request.body()
    except TimeoutError:
        raise Problem(408, "too_slow", "The message did not arrive in time.") from None
    except ClientDisconnect:
        raise _malformed("The message did not arrive whole.") from None
    given = _read_json(body)
    message, payload = given.get("message"), given.get("payload")
    if (message is None) == (payload is None):
        raise _malformed("Send either a message or a payload.")
    if not isinstance(message, str | None) or not isinstance(payload, str | None):
        raise _malformed("A message or payload is text.")
    if message is not None and len(message) > LONGEST_MESSAGE:
        raise Problem(
            413, "too_long", f"A message may have 20,000 characters; this one has {len(message):,}."
        )
    if payload is not None and len(payload) > LONGEST_PAYLOAD:
        raise _malformed("This is not the payload of a button.")
    return Sent(_whole(message), _whole(payload), _key(request))


def _read_json(body: bytes) -> Mapping[str, Any]:
    try:
        given = json.loads(body.decode())
    except (ValueError, RecursionError):
        raise _malformed("The body is not JSON in UTF-8.") from None
    if not isinstance(given, dict):
        raise _malformed("The body is not a JSON object.")
    return given


def _whole(text: str | None) -> str | None:
    """Replace halves of surrogate pairs, which JSON can carry and no database can keep."""
    if text is None:
        return None
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and (len(key) > LONGEST_KEY or not KEY.fullmatch(key)):
        raise _malformed(f"An Idempotency-Key has 1 to {LONGEST_KEY} printable characters.")
    return key


def _malformed(detail: str) -> Problem:
    return Problem(400, "malformed", detail)


def address_key(request: Request) -> str:
    """A pseudonym of where a request came from; IPv6 hosts count as their /64 network."""
    host = request.client.host if request.client else "unknown"
    try:
        address = ipaddress.ip_address(host)
        if address.version == 6:
            host = str(ipaddress.ip_network((address, 64), strict=False))
    except ValueError:
        pass
    return hashlib.sha256(host.encode()).hexdigest()[:32]


_KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Names this message, so that it is taken once however often it is sent.",
    "schema": {"type": "string", "maxLength": LONGEST_KEY, "pattern": f"^{KEY.pattern}$"},
}


def _request_body() -> dict[str, Any]:
    schema = ChatMessage.model_json_schema()
    text, nothing = {"type": "string"}, {"type": "null"}
    schema["oneOf"] = [
        {"required": [one], "properties": {one: text, other: nothing}}
        for one, other in (("message", "payload"), ("payload", "message"))
    ]
    return {"required": True, "content": {"application/json": {"schema": schema}}}
