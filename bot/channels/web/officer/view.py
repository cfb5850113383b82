"""Rendering the officer's pages: a nonce for each, nothing kept by any cache."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from bot.domain.accounts import Right, SignedIn


def content_security_policy(nonce: str) -> str:
    """Scripts and styles of ours with this nonce, and nothing else.

    htmx writes what our own server rendered into the page, so trusted types cannot be asked for
    here as on the chat page; that it never evaluates text is set in its configuration.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'nonce-{nonce}'",
            f"style-src 'nonce-{nonce}' 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "object-src 'none'",
            "frame-ancestors 'none'",
        )
    )


@dataclass(frozen=True, slots=True)
class View:
    """The templates, with what each of the officer's pages needs."""

    templates: Jinja2Templates

    def render(
        self,
        request: Request,
        template: str,
        signed: SignedIn | None = None,
        *,
        status: int = 200,
        **values: Any,
    ) -> Response:
        """A page, or a part of one, for this person."""
        nonce = secrets.token_urlsafe(16)
        rights = {str(right): bool(signed and signed.account.may(right)) for right in Right}
        response = self.templates.TemplateResponse(
            request,
            template,
            {"signed": signed, "may": rights, "nonce": nonce, **values},
            status_code=status,
        )
        response.headers["Content-Security-Policy"] = content_security_policy(nonce)
        response.headers["Cache-Control"] = "no-store"
        return response
