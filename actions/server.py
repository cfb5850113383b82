"""The action server: our actions behind rasa-sdk, on loopback, with the shared secret."""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable, Mapping
from typing import Any

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, empty

from actions.answers import Respond
from actions.reply import DeskAction
from actions.requests import Ask, TakeTurn, questions
from bot import wiring
from bot.config import Settings, read_settings
from bot.desk import Desk
from bot.domain.forms import CONFIRM, Form
from bot.keys import rasa_secret
from bot.logs import configure_logs


def every_action(desk: Desk, forms: Mapping[str, Form]) -> Iterable[DeskAction]:
    """The actions that Rasa's domain names: answering, and two kinds for each form."""

    def same_desk() -> Desk:
        return desk

    yield Respond(same_desk)
    for kind, form in forms.items():
        yield TakeTurn(same_desk, form)
        for name in [*questions(form), CONFIRM]:
            yield Ask(same_desk, kind, name)


def build_app(settings: Settings) -> Sanic[Any, Any]:
    """The server, wired. Raises ConfigurationError."""
    application = wiring.build(settings)
    executor = ActionExecutor()
    for action in every_action(application.desk, application.desk.guide.forms):
        executor.register_action(action)
    app: Sanic[Any, Any] = create_app(executor, cors_origins=None)
    expected = rasa_secret(settings).encode()

    async def require_secret(request: Request) -> HTTPResponse | None:
        if request.path == "/health":
            return None
        given = request.headers.get("x-desk-secret", "").encode("utf-8", "surrogateescape")
        return None if hmac.compare_digest(given, expected) else empty(status=401)

    app.register_middleware(require_secret, "request")
    return app


def serve() -> None:
    """Run the server until it is stopped; the address comes from SANIC_HOST and ACTIONS_PORT."""
    settings = read_settings()
    configure_logs(settings.log_level, "actions")
    host = os.environ.get("SANIC_HOST", "127.0.0.1")
    build_app(settings).run(
        host=host,
        port=settings.actions_port,
        single_process=True,
        access_log=False,
        motd=False,
    )
