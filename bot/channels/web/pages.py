"""The pages: chat, policy, about this desk, status, and whether the desk is alive and ready."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import JSONResponse, Response
from starlette.templating import Jinja2Templates

from bot.channels.web.language import remember_language, spoken_here
from bot.channels.web.ports import Library, Settings
from bot.channels.web.problems import MEDIA_TYPE, Problem
from bot.channels.web.prose import clause_lines, linked, prose
from bot.channels.web.readiness import Readiness
from bot.domain.dates import spoken
from bot.locale import DEFAULT, mark, script_sentences, translator

FOLDER = Path(__file__).parent
MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FOR_A_YEAR = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
READ = ["GET", "HEAD"]

EXAMPLES = (
    mark("How long do you keep my information?"),
    mark("Who do you share my information with?"),
    mark("I want to see what you hold about me"),
    mark("Stop sending me marketing messages"),
    mark("I want to complain about my privacy"),
)


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file of ours, held in memory; `version` changes with its content."""

    content: bytes
    media_type: str
    version: str


def read_static(folder: Path = FOLDER / "static") -> Mapping[str, StaticFile]:
    """Read every file that the pages may load; nothing else can be asked for."""
    return {
        path.relative_to(folder).as_posix(): StaticFile(
            content := path.read_bytes(),
            MEDIA_TYPES[path.suffix],
            hashlib.sha256(content).hexdigest()[:12],
        )
        for path in sorted(folder.rglob("*"))
        if path.suffix in MEDIA_TYPES
    }


@cache
def script_words(language: str) -> Mapping[str, str]:
    """The sentences of the chat's script in this language; empty in English, which it has."""
    if language == DEFAULT:
        return {}
    tr = translator(language)
    return {m: tr(m) for m in script_sentences(FOLDER / "static" / "chat.js")}


def make_templates(library: Library, static: Mapping[str, StaticFile]) -> Jinja2Templates:
    """The templates, with what every page needs."""
    environment = Environment(
        loader=FileSystemLoader([FOLDER / "templates", FOLDER / "officer" / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        prose=prose, linked=linked, clause_lines=clause_lines, spoken=spoken, local=local
    )

    def static_url(name: str) -> str:
        return f"/static/{name}?v={static[name].version}"

    environment.globals.update(
        company=library.company,
        policy=library.policy,
        static_url=static_url,
        script_words=script_words,
    )
    return Jinja2Templates(env=environment, context_processors=[spoken_here])


def local(moment: datetime | str, zone: ZoneInfo) -> str:
    """A moment on the wall clock of the zone, such as `2026-12-04 09:30`."""
    known = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return known.astimezone(zone).strftime("%Y-%m-%d %H:%M")


@dataclass(frozen=True, slots=True)
class Pages:
    """The public pages; none of them shows anything of a person."""

    library: Library
    templates: Jinja2Templates
    static: Mapping[str, StaticFile]
    readiness: Readiness
    settings: Settings

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        contents: Mapping[str, tuple[str, dict[str, Any]]] = {
            "/": ("chat.html", {"notice": self.library.notice_in, "examples": EXAMPLES}),
            "/policy": ("policy.html", {}),
            "/about-this-desk": ("about.html", self._about()),
        }
        for path, (template, values) in contents.items():
            router.add_api_route(path, self._page(template, values), methods=READ)
        router.add_api_route("/static/{name:path}", self.file, methods=READ)
        router.add_api_route("/healthz", self.healthz, methods=READ)
        router.add_api_route("/readyz", self.readyz, methods=READ)
        return router

    def _about(self) -> dict[str, Any]:
        return {
            "notice": self.library.notice_in,
            "procedure": self.library.procedure_in,
            "retention": list(self.library.retention.values()),
        }

    def _page(self, template: str, values: dict[str, Any]) -> Callable[[Request], Response]:
        def page(request: Request) -> Response:
            response = self.templates.TemplateResponse(request, template, values)
            response.headers["Cache-Control"] = ASK_AGAIN
            remember_language(request, response, self.settings.page_url)
            return response

        return page

    def file(self, request: Request, name: str) -> Response:
        """Serve a file of ours, for a year under the address that carries its version."""
        found = self.static.get(name)
        if found is None:
            raise Problem(404, "not_found", "There is no such file here.")
        current = request.query_params.get("v") == found.version
        tag = f'"{found.version}"'
        headers = {"Cache-Control": FOR_A_YEAR if current else ASK_AGAIN, "ETag": tag}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(found.content, media_type=found.media_type, headers=headers)

    def healthz(self) -> Response:
        """The process is alive."""
        return JSONResponse({"alive": True})

    async def readyz(self) -> Response:
        """Each part by name: 200 when all are ready, else 503."""
        parts = await self.readiness()
        ready = all(part.ok for part in parts)
        shown = {part.name: {"ok": part.ok, "detail": part.detail} for part in parts}
        if ready:
            return JSONResponse({"ready": True, "parts": shown})
        waiting = ", ".join(part.name for part in parts if not part.ok)
        content = {
            "type": "about:blank",
            "title": "Service Unavailable",
            "status": 503,
            "detail": f"Not ready: {waiting}.",
            "code": "not_ready",
            "ready": False,
            "parts": shown,
        }
        return JSONResponse(content, status_code=503, media_type=MEDIA_TYPE)
