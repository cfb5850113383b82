"""The language of a page: the one asked for in the address, the one chosen before, the browser's.

The choice is kept in a cookie of its own that says `en` or `fr` and nothing else.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from starlette.responses import Response

from bot.locale import LANGUAGES, preferred, translator

COOKIE = "privacydesk-language"
A_YEAR = 365 * 24 * 3600
NAMES = {"en": "English", "fr": "Français"}


def language_of(request: Request) -> str:
    """One of the desk's languages."""
    for wish in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if wish in LANGUAGES:
            return str(wish)
    return preferred(request.headers.get("accept-language", ""))


def spoken_here(request: Request) -> dict[str, Any]:
    """What every page is given: its language, the sentences in it, and the way to the others."""
    language = language_of(request)
    others = [(code, NAMES[code]) for code in LANGUAGES if code != language]
    return {"language": language, "tr": translator(language), "languages": others}


def remember_language(request: Request, response: Response, page_url: str) -> None:
    """Say what language the page is in, and keep one that was asked for in the address."""
    response.headers["Content-Language"] = language_of(request)
    response.headers["Vary"] = "Accept-Language, Cookie"
    wish = request.query_params.get("lang")
    if wish in LANGUAGES:
        response.set_cookie(
            COOKIE, str(wish), max_age=A_YEAR, path="/", httponly=True, samesite="lax",
            secure=urlsplit(page_url).scheme == "https",
        )  # fmt: skip
