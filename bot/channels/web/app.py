"""The web application, put together from its parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi

from bot.channels.web import problems
from bot.channels.web.chat import Chat
from bot.channels.web.edge import Edge
from bot.channels.web.officer import OfficerPages
from bot.channels.web.pages import Pages, make_templates, read_static
from bot.channels.web.ports import Library, RateCounts, Settings, Talk
from bot.channels.web.readiness import Readiness
from bot.channels.web.sessions import Sessions
from bot.channels.web.status import Requests, StatusPages

VERSION = "1"


def create_app(
    talk: Talk,
    library: Library,
    settings: Settings,
    readiness: Readiness,
    *,
    rates: RateCounts,
    store_errors: tuple[type[Exception], ...] = (),
    routers: Sequence[APIRouter] = (),
    officer: OfficerPages | None = None,
    requests: Requests | None = None,
) -> FastAPI:
    """Build the application that uvicorn serves.

    `store_errors` are the database's own exceptions that mean that nothing was stored (503).
    `routers` are further pages, served behind the same edge; `officer` are the staff's, and what
    makes an employee of a visitor; `requests` lets people follow theirs.
    """
    static = read_static()
    templates = make_templates(library, static)
    render = problems.renderer(templates)
    gate = officer.gate(settings) if officer else None
    sessions = Sessions(talk, settings.page_url, gate.find if gate else None)
    app = FastAPI(
        title="Privacy Desk",
        version=VERSION,
        description="Ask the privacy policy, and open requests, as the chat page does.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        redirect_slashes=False,
    )
    problems.install(app, render)
    app.include_router(Chat(talk, sessions, settings, rates).router())
    app.include_router(Pages(library, templates, static, readiness, settings).router())
    if officer is not None:
        app.include_router(officer.router(templates, settings, rates, sessions.cookie))
    app.include_router(StatusPages(templates, sessions, settings, rates, requests).router())
    for router in routers:
        app.include_router(router)
    app.add_middleware(
        Edge,
        page_url=settings.page_url,
        render=render,
        store_errors=store_errors,
    )
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]
    return app


def _described(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI description, without the 422 that this application never answers with."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        for path in schema["paths"].values():
            for operation in path.values():
                operation["responses"].pop("422", None)
        for name in ("HTTPValidationError", "ValidationError"):
            schema["components"]["schemas"].pop(name, None)
        schema["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        schema["security"] = [{}, {"token": []}]
        app.openapi_schema = schema
    return app.openapi_schema
