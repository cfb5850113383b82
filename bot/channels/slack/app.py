"""Slack Bolt, wired: what comes in is stored, then acknowledged; modals open at once.

Bolt answers 200 before a listener has run, and even when authorization fails: so the row is
written in `before_authorize`, and an error there makes Slack send it again.
"""

from __future__ import annotations

import asyncio
import logging
import math
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fastapi import APIRouter, Request, Response
from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import SignatureVerifier

from bot.channels.slack.api import Api
from bot.channels.slack.intake import Intake, NotStored, read_arrival
from bot.channels.slack.listeners import Listeners

ANYTHING = re.compile(r".*", re.DOTALL)
COMMAND = "/privacy"
# Their own threads: neither a slow turn nor a slow post may hold back an acknowledgement.
INTAKE_THREADS = 8
MODAL_THREADS = 32
# Bodies and signatures are logged below this level.
LEAST_LEVEL = logging.WARNING
# Anybody may send what is not signed, and the secret may be in a file.
ASK_AGAIN_SECONDS = 5.0


def make_app(api: Api, intake: Intake, listeners: Listeners) -> App:
    """The Bolt application. What comes over HTTP is checked before it gets here, by Endpoint."""
    quiet = logging.getLogger("slack_bolt")
    # While it is put together Bolt warns of our choices; they are meant.
    quiet.setLevel(logging.ERROR)
    logging.getLogger("slack_sdk").setLevel(LEAST_LEVEL)

    def store(body: dict[str, Any], next: Callable[[], BoltResponse]) -> BoltResponse:
        arrival = read_arrival(body)
        if arrival is not None:
            intake.store(arrival)
        return next()

    def authorize(**_context: Any) -> AuthorizeResult:
        # Without asking Slack: an acknowledgement waits for no network.
        known = api.identity
        return AuthorizeResult(
            enterprise_id=None,
            team_id=known.get("team_id"),
            bot_id=known.get("bot_id"),
            bot_user_id=known.get("user_id"),
            bot_token=api.client.token,
        )

    app = App(
        logger=quiet,
        client=api.client,
        before_authorize=store,
        authorize=authorize,
        token_verification_enabled=False,
        request_verification_enabled=False,
        attaching_conversation_kwargs_enabled=False,
        listener_executor=ThreadPoolExecutor(MODAL_THREADS, thread_name_prefix="slack-modal"),
    )
    quiet.setLevel(LEAST_LEVEL)
    _register(app, listeners)
    return app


def _register(app: App, listeners: Listeners) -> None:
    def stored() -> None:
        """The row is written; the worker answers from it."""

    app.event(ANYTHING)(stored)
    app.command(COMMAND)(listeners.command)
    app.shortcut(ANYTHING)(listeners.shortcut)
    app.action(ANYTHING)(listeners.action)
    app.view(ANYTHING)(listeners.submission)

    @app.error
    def failed(error: Exception) -> BoltResponse | None:
        """Say no more than the kind: the text of an error may quote a person."""
        app.logger.error(f"a Slack request failed: {type(error).__name__}")
        return BoltResponse(status=500, body="") if isinstance(error, NotStored) else None


class Endpoint:
    """`POST /slack/events`: everything Slack sends over HTTP, once its signature is checked.

    `secret` is asked again when a signature does not fit: it is rotated while the desk runs.
    """

    def __init__(self, app: App, secret: Callable[[], str]) -> None:
        self.app, self._secret = app, secret
        self._known = secret()
        self._asked = -math.inf
        self._threads = ThreadPoolExecutor(INTAKE_THREADS, thread_name_prefix="slack-intake")

    def router(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route(
            "/slack/events", self.receive, methods=["POST"], include_in_schema=False
        )
        return router

    async def receive(self, request: Request) -> Response:
        """Check, store, acknowledge: 401 for what Slack did not sign, 500 for what is not kept."""
        headers = dict(request.headers)
        if not request.headers.get("x-slack-request-timestamp", "").isdecimal():
            return Response(status_code=401)
        body = await request.body()
        loop = asyncio.get_running_loop()
        if not await loop.run_in_executor(self._threads, self._is_signed, body, headers):
            return Response(status_code=401)
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            return Response(status_code=400)
        asked = BoltRequest(body=text, query=request.url.query, headers=dict(headers))
        told = await loop.run_in_executor(self._threads, self.app.dispatch, asked)
        answer = Response(content=told.body, status_code=told.status)
        for name, value in told.first_headers_without_set_cookie().items():
            answer.headers[name] = value
        return answer

    def _is_signed(self, body: bytes, headers: dict[str, str]) -> bool:
        if _fits(self._known, body, headers):
            return True
        now = time.monotonic()
        if now - self._asked < ASK_AGAIN_SECONDS:
            return False
        self._asked, known, self._known = now, self._known, self._secret()
        return self._known != known and _fits(self._known, body, headers)

    def close(self) -> None:
        self._threads.shutdown(wait=False)


def _fits(secret: str, body: bytes, headers: dict[str, str]) -> bool:
    """Tell whether this was signed with the secret, of late; without one nothing was."""
    return bool(secret) and SignatureVerifier(secret).is_valid_request(body, headers)
