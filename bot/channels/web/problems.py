"""Errors as people and programs see them: RFC 9457 problem details, or a page for a browser.

No problem ever carries what a person wrote, nor the text of an exception that is not ours.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.templating import Jinja2Templates
from starlette.types import Scope

from bot.domain.errors import DeskError

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"

STATUS_OF = {
    "invalid_input": 400,
    "not_found": 404,
    "conflict": 409,
    "too_long": 413,
    "unavailable": 503,
}

SENTENCES = {
    404: "There is no such page here.",
    405: "This address does not take that method.",
}


class Problem(Exception):
    """An answer other than success; `detail` is one sentence fit to be shown."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members

    def response(self) -> JSONResponse:
        """The problem as RFC 9457 writes it; `code` is ours and does not change with wording."""
        content = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            **self.members,
        }
        return JSONResponse(
            content, status_code=self.status, headers=self.headers, media_type=MEDIA_TYPE
        )


def unavailable() -> Problem:
    """Not even the message could be stored."""
    return Problem(
        503,
        "unavailable",
        "The desk cannot store anything just now, so your message was not taken. "
        "Please try again in a minute.",
        {"Retry-After": "30"},
    )


def broken(incident: str) -> Problem:
    """Something went wrong that we did not foresee; the log knows it by the incident's number."""
    return Problem(
        500,
        "internal",
        f"Something went wrong on our side. If it happens again, tell us this number: {incident}.",
        incident=incident,
    )


def from_desk(error: DeskError) -> Problem:
    """Translate an error of the desk."""
    return Problem(STATUS_OF.get(error.code, 500), error.code, error.sentence)


def wants_page(request: Request) -> bool:
    """Tell whether a person with a browser is asking, outside the API."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(
        "/api/"
    )


Render = Callable[[Request, Problem], Awaitable[Response]]


def renderer(templates: Jinja2Templates) -> Render:
    """Give the function that answers with a problem, as a page where a page was asked for."""

    async def render(request: Request, problem: Problem) -> Response:
        if not wants_page(request):
            return problem.response()
        page: HTMLResponse = templates.TemplateResponse(
            request,
            "problem.html",
            {"problem": problem, "phrase": HTTPStatus(problem.status).phrase},
            status_code=problem.status,
            headers=problem.headers,
        )
        return page

    return render


def install(app: FastAPI, render: Render) -> None:
    """Turn every error of this application into a problem."""

    async def problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return await render(request, error)

    async def desk(request: Request, error: Exception) -> Response:
        assert isinstance(error, DeskError)
        translated = from_desk(error)
        if translated.status >= 500:
            log.error("desk_error", code=error.code, path=route_of(request.scope))
        return await render(request, translated)

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        status = HTTPStatus(error.status_code)
        detail = SENTENCES.get(status, f"{status.phrase}.")
        code, headers = status.name.lower(), dict(error.headers or {})
        documented = app.openapi()["paths"].get(request.url.path)
        if status is HTTPStatus.METHOD_NOT_ALLOWED and documented:
            # The router names the methods of the first route alone; an address may have several.
            headers["Allow"] = ", ".join(sorted(method.upper() for method in documented))
        return await render(request, Problem(status, code, detail, headers))

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        places = sorted({".".join(map(str, e["loc"])) for e in error.errors()})
        detail = f"This cannot be read: {', '.join(places)}."
        return await render(request, Problem(400, "malformed", detail))

    app.add_exception_handler(Problem, problem)
    app.add_exception_handler(DeskError, desk)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)


def route_of(scope: Scope) -> str:
    """The route of a request as it is declared, for a log: an address itself may hold a secret."""
    return str(getattr(scope.get("route"), "path", "no route"))
