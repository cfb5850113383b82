"""Slack Bolt, wired: what comes in is stored, then acknowledged; modals open at once.

Bolt answers 200 before a listener has run, and even when authorization fails: so the row is
written in `before_authorize`, and an error there makes Slack send it again.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fastapi import APIRouter, Request, Response
from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult

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


def make_app(api: Api, signing_secret: str | None, intake: Intake, listeners: Listeners) -> App:
    """The Bolt application. In socket mode nothing is signed, so the secret may be absent."""
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
        signing_secret=signing_secret or "none",
        client=api.client,
        before_authorize=store,
        authorize=authorize,
        token_verification_enabled=False,
        request_verification_enabled=signing_secret is not None,
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
    """`POST /slack/events`: everything Slack sends over HTTP."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._threads = ThreadPoolExecutor(INTAKE_THREADS, thread_name_prefix="slack-intake")

    def router(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route(
            "/slack/events", self.receive, methods=["POST"], include_in_schema=False
        )
        return router

    async def receive(self, request: Request) -> Response:
        """Check, store, acknowledge: 401 for what Slack did not sign, 500 for what is not kept."""
        headers: dict[str, str | Sequence[str]] = dict(request.headers)
        if not request.headers.get("x-slack-request-timestamp", "").isdecimal():
            return Response(status_code=401)
        body = await request.body()
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            return Response(status_code=400)
        asked = BoltRequest(body=text, query=request.url.query, headers=headers)
        loop = asyncio.get_running_loop()
        told = await loop.run_in_executor(self._threads, self.app.dispatch, asked)
        answer = Response(content=told.body, status_code=told.status)
        for name, value in told.first_headers_without_set_cookie().items():
            answer.headers[name] = value
        return answer

    def close(self) -> None:
        self._threads.shutdown(wait=False)
