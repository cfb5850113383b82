"""The web application over a scripted desk, without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import Client, Response

from bot.channels.web import Part, create_app
from tests.channels.web.script import LIBRARY, script
from tests.fakes import asgi
from tests.fakes.rate_counts import FakeRateCounts
from tests.fakes.talk import FakeTalk

BASE = "http://127.0.0.1:8000"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


class StoreDown(Exception):
    """What a database driver might raise."""


@dataclass(frozen=True)
class WebSettings:
    page_url: str = BASE
    rate_limited: bool = True


@dataclass
class Site:
    """One application with what it stands on."""

    settings: WebSettings = field(default_factory=WebSettings)
    talk: FakeTalk = field(default_factory=lambda: FakeTalk(script))
    rates: FakeRateCounts = field(default_factory=FakeRateCounts)
    parts: Sequence[Part] = (Part("database", True, "answers"),)

    def app(self) -> FastAPI:
        async def readiness() -> Sequence[Part]:
            return self.parts

        return create_app(
            self.talk,
            LIBRARY,
            self.settings,
            readiness,
            rates=self.rates,
            store_errors=(StoreDown,),
        )

    def client(self) -> Client:
        """A caller with a cookie jar of its own."""
        return asgi.client(self.app(), self.settings.page_url)


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def client(site: Site) -> Iterator[Client]:
    with site.client() as client:
        yield client


Ask = Callable[..., Response]


@pytest.fixture
def ask(client: Client) -> Ask:
    """Write one message; without a token it is a first call."""

    def ask(message: str = "How long do you keep it?", token: str | None = None) -> Response:
        client.cookies.clear()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return client.post("/api/chat", json={"message": message}, headers=headers)

    return ask


def is_problem(response: Response, status: int, code: str) -> dict[str, Any]:
    """Check the answer against RFC 9457 and return it."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert {"type", "title", "status", "detail", "code"} <= problem.keys()
    assert problem["status"] == status
    assert problem["code"] == code
    return problem
