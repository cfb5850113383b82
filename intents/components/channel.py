"""The desk's own input channel: a shared secret, our message id, and turns that run to their end.

Rasa's REST channel cancels an action half-way when its caller gives up, logs what people wrote,
and answers 200 when it failed. This one does none of that.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
import time
from collections import OrderedDict
from functools import wraps
from pathlib import Path
from typing import Any, Awaitable, Callable, Dict, List, Optional, Text

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.exceptions import RasaException
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

from components.action_results import use_compiled_validator
from components.policy import read_policy

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Desk-Secret"  # noqa: S105
LONGEST = 20_000
TURNS_KEPT = 256

Handler = Callable[[Request], Awaitable[HTTPResponse]]


class SecretMissing(RasaException):
    """RASA_SECRET must be set: without it anyone on this machine could speak as anyone."""

    def __init__(self) -> None:
        super().__init__(" ".join((self.__doc__ or "").split()))


def secret_from_environment() -> Text:
    """Read RASA_SECRET, or the file that RASA_SECRET_FILE names."""
    path = os.environ.get("RASA_SECRET_FILE")
    secret = Path(path).read_text(encoding="utf-8") if path else os.environ.get("RASA_SECRET", "")
    if not secret.strip():
        raise SecretMissing
    return secret.strip()


class DeskInput(InputChannel):
    """Mounted at /webhooks/desk."""

    def __init__(self, secret: Text) -> None:
        self._secret = secret.encode("utf-8")
        # Turns under way and just ended, by message id: delivered twice, a message is run once.
        self._turns: OrderedDict[Text, asyncio.Task[List[Dict[Text, Any]]]] = OrderedDict()

    @classmethod
    def name(cls) -> Text:
        return "desk"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[Text, Any]]) -> DeskInput:
        """Build from the environment. Raises SecretMissing."""
        use_compiled_validator()
        return cls(secret_from_environment())

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        desk = Blueprint("desk", __name__)
        desk.add_route(self._guarded(self._turn(on_new_message)), "/turn", methods=["POST"])
        desk.add_route(self._guarded(parse), "/parse", methods=["POST"])
        desk.add_route(self._guarded(rank), "/rank", methods=["POST"])
        desk.add_route(self._guarded(ready), "/ready", methods=["GET"])
        desk.listener("after_server_start")(stop_without_model)
        return desk

    def _guarded(self, handler: Handler) -> Handler:
        @wraps(handler)
        async def checked(request: Request) -> HTTPResponse:
            given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
            if not hmac.compare_digest(given, self._secret):
                return json({"error": "unauthorized"}, status=401)
            try:
                return await handler(request)
            except MalformedRequest as error:
                return json({"error": "malformed", "field": str(error)}, status=400)
            except Exception as error:
                # The text of the error may hold what the person wrote: its type alone is logged.
                logger.error("desk request failed: %s", type(error).__name__)
                return json({"error": f"{handler.__name__}_failed"}, status=500)

        return checked

    def _turn(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Handler:
        async def turn(request: Request) -> HTTPResponse:
            body = object_in(request)
            if not request.app.ctx.agent.is_ready():
                return json({"error": "not_ready"}, status=503)
            message = user_message(body)
            task = self._turns.get(message.message_id)
            if task is None:
                task = asyncio.get_running_loop().create_task(run(on_new_message, message))
                self._remember(message.message_id, task)
            # The caller may go away; the task is not cancelled with it.
            return json({"replies": await asyncio.shield(task)})

        return turn

    def _remember(self, message_id: Text, task: asyncio.Task[List[Dict[Text, Any]]]) -> None:
        task.add_done_callback(self._forget_failed(message_id))
        self._turns[message_id] = task
        for other in list(self._turns)[: max(0, len(self._turns) - TURNS_KEPT)]:
            if self._turns[other].done():
                del self._turns[other]

    def _forget_failed(self, message_id: Text) -> Callable[[asyncio.Task[Any]], None]:
        def forget(task: asyncio.Task[Any]) -> None:
            # A turn whose action failed ends without an error and without a word.
            if task.cancelled() or task.exception() is not None or not task.result():
                self._turns.pop(message_id, None)

        return forget


class MalformedRequest(Exception):
    """A field of the request is missing or of another kind; the text names the field."""


async def run(
    on_new_message: Callable[[UserMessage], Awaitable[Any]], message: UserMessage
) -> List[Dict[Text, Any]]:
    """Run the turn to its end and return what was uttered, our own objects as they are."""
    await on_new_message(message)
    uttered: List[Dict[Text, Any]] = message.output_channel.messages  # type: ignore[attr-defined]
    return [reply.get("custom") or {"text": reply.get("text", "")} for reply in uttered]


async def parse(request: Request) -> HTTPResponse:
    """Read messages alone: no tracker, no actions, nothing kept. `seconds` is the reading's own."""
    body = object_in(request)
    messages = field(body, "messages", list)
    processor = request.app.ctx.agent.processor
    parses = []
    for entry in messages:
        if not isinstance(entry, dict):
            raise MalformedRequest("messages")
        given = entry | (entry.get("metadata") or {})
        details = {"role": given.get("role") or "customer"}
        details.update((name, given.get(name)) for name in ("asked", "about"))
        message = UserMessage(text_in(entry, "text"), metadata=details)
        started = time.perf_counter()
        parsed = await processor.parse_message(message)
        parses.append({**parsed, "seconds": time.perf_counter() - started})
        # Let turns of people in between the lines of a long file.
        await asyncio.sleep(0)
    return json({"parses": parses})


async def rank(request: Request) -> HTTPResponse:
    """Score the sentences of any policy for one question."""
    body = object_in(request)
    policy = field(body, "policy", list)
    if not policy or not all(isinstance(sentence, str) and sentence for sentence in policy):
        raise MalformedRequest("policy")
    details = {"policy": policy, "role": "customer"}
    message = UserMessage(text_in(body, "question"), metadata=details)
    parsed = await request.app.ctx.agent.processor.parse_message(message)
    return json(parsed["rank"])


async def ready(request: Request) -> HTTPResponse:
    """Say whether a model is loaded, and for which policy."""
    if not request.app.ctx.agent.is_ready():
        return json({"ready": False}, status=503)
    return json({"ready": True, "policy_fingerprint": read_policy().fingerprint})


async def stop_without_model(app: Sanic, *_: Any) -> None:
    """Rasa goes on without a model that it could not load; a desk without one must not."""
    if not app.ctx.agent.is_ready():
        logger.critical("no model could be loaded: stopping")
        app.stop()


def user_message(body: Dict[Text, Any]) -> UserMessage:
    metadata = body.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise MalformedRequest("metadata")
    message_id = field(body, "message_id", str)
    return UserMessage(
        text_in(body, "message"),
        CollectingOutputChannel(),
        field(body, "sender", str),
        input_channel=DeskInput.name(),
        message_id=message_id,
        metadata={**metadata, "message_id": message_id},
    )


def object_in(request: Request) -> Dict[Text, Any]:
    try:
        body = request.json
    except Exception as error:
        raise MalformedRequest("body") from error
    if not isinstance(body, dict):
        raise MalformedRequest("body")
    return body


def field(body: Dict[Text, Any], name: Text, kind: type) -> Any:
    value = body.get(name)
    if not isinstance(value, kind) or value == "":
        raise MalformedRequest(name)
    return value


def text_in(body: Dict[Text, Any], name: Text) -> Text:
    text = body.get(name)
    if not isinstance(text, str) or len(text) > LONGEST:
        raise MalformedRequest(name)
    return text
