"""What holds for every request: headers, limits on bodies, problems, and pages for browsers."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import httpx
import pytest
from httpx import Client

from bot.channels.web.edge import DRAINED_AT_MOST, LONGEST_BODY
from tests.channels.web.conftest import SAME_ORIGIN, Site, StoreDown, WebSettings, is_problem
from tests.channels.web.serving import serving

ANSWERS = [
    ("GET", "/", 200),
    ("GET", "/policy", 200),
    ("GET", "/about-this-desk", 200),
    ("GET", "/status", 200),
    ("GET", "/healthz", 200),
    ("GET", "/readyz", 200),
    ("GET", "/static/chat.js", 200),
    ("GET", "/api/openapi.json", 200),
    ("GET", "/api/chat", 200),
    ("POST", "/api/chat", 400),
    ("PUT", "/api/chat", 405),
    ("GET", "/nowhere", 404),
    ("GET", "/static/nothing.js", 404),
]


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
class TestHeaders:
    def test_every_answer_has_them(
        self, client: Client, method: str, path: str, status: int
    ) -> None:
        response = client.request(method, path)
        assert response.status_code == status
        headers = response.headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "strict-transport-security" not in headers
        assert "cache-control" in headers

    def test_https_stays_https(self, method: str, path: str, status: int) -> None:
        client = Site(settings=WebSettings(page_url="https://desk.example")).client()
        age = client.request(method, path).headers["strict-transport-security"]
        assert int(re.findall(r"max-age=(\d+)", age)[0]) >= 365 * 24 * 3600


def test_what_is_said_is_not_cached(client: Client) -> None:
    said = client.post("/api/chat", json={"message": "keep"})
    read = client.get("/api/chat")
    assert said.headers["cache-control"] == read.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/api/nowhere", 404, "not_found"),
        ("GET", "/policy/", 404, "not_found"),
        ("PUT", "/api/chat", 405, "method_not_allowed"),
        ("POST", "/policy", 405, "method_not_allowed"),
        ("GET", "/api/chat?after=x", 400, "malformed"),
        ("GET", "/static/../app.py", 404, "not_found"),
        ("GET", "/static/%2e%2e%2fapp.py", 404, "not_found"),
    ],
)
def test_errors_are_problems(
    client: Client, method: str, path: str, status: int, code: str
) -> None:
    is_problem(client.request(method, path, headers=SAME_ORIGIN), status, code)


def test_a_wrong_method_learns_the_right_ones(client: Client) -> None:
    assert set(client.put("/policy", headers=SAME_ORIGIN).headers["allow"].split(", ")) == {
        "GET",
        "HEAD",
    }


def test_a_browser_gets_a_page(client: Client) -> None:
    response = client.get("/<script>alert(1)</script>", headers={"Accept": "text/html,*/*"})
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")
    assert "There is no such page here." in response.text
    assert "alert" not in response.text


def test_the_api_never_answers_with_a_page(client: Client) -> None:
    is_problem(client.get("/api/nowhere", headers={"Accept": "text/html"}), 404, "not_found")


def test_a_page_survives_a_store_that_is_away(site: Site) -> None:
    site.talk.broken = StoreDown()
    client = site.client()
    assert client.get("/").status_code == 200
    headers = {"Authorization": "Bearer x"}
    is_problem(client.get("/api/chat", headers=headers), 503, "unavailable")


class Body:
    """A request body in pieces that counts how much of it was asked for."""

    def __init__(self, pieces: int, size: int = 64 * 1024) -> None:
        self.left = pieces
        self.piece = b"x" * size
        self.asked = 0

    async def receive(self) -> dict[str, Any]:
        self.asked += 1
        self.left -= 1
        return {"type": "http.request", "body": self.piece, "more_body": self.left > 0}


def call(
    site: Site, body: Body, headers: dict[str, str]
) -> tuple[int, dict[str, Any], list[tuple[int, bool]]]:
    """Post a body; returns status, problem, and for each sent piece: bodies asked for, whether
    more follows."""
    sent: list[tuple[int, bool]] = []
    parts: list[bytes] = []
    status = 0

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            parts.append(message.get("body", b""))
            sent.append((body.asked, message.get("more_body", False)))

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/chat",
        "raw_path": b"/api/chat",
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "client": ("198.51.100.7", 1),
        "server": ("127.0.0.1", 8000),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    asyncio.run(site.app()(scope, body.receive, send))  # type: ignore[arg-type]
    return status, json.loads(b"".join(parts)), sent


class TestBody:
    def test_a_declared_length_is_refused_unread(self, site: Site) -> None:
        body = Body(1000)
        status, problem, sent = call(site, body, {"content-length": str(64 * 1024 * 1000)})
        assert (status, problem["code"]) == (413, "too_large")
        assert sent[0] == (0, True)  # the whole answer went out before any of the body was read
        assert body.asked <= DRAINED_AT_MOST // (64 * 1024)

    def test_an_absurd_length_is_refused(self, site: Site) -> None:
        status, _, _ = call(site, Body(1), {"content-length": "9" * 40})
        assert status == 413

    def test_a_client_that_waits_to_be_asked_is_not_asked(self, site: Site) -> None:
        body = Body(1000)
        headers = {"content-length": str(64 * 1024 * 1000), "expect": "100-continue"}
        status, _, _ = call(site, body, headers)
        assert (status, body.asked) == (413, 0)

    def test_an_undeclared_length_is_counted(self, site: Site) -> None:
        body = Body(1000)
        status, problem, sent = call(site, body, {"transfer-encoding": "chunked"})
        assert (status, problem["code"]) == (413, "too_large")
        assert sent[0] == (LONGEST_BODY // (64 * 1024) + 1, True)
        assert sent[-1][1] is False
        assert site.talk.people == {}

    def test_ten_megabytes_over_a_real_connection(self, site: Site) -> None:
        body = json.dumps({"message": "x" * 10_000_000})
        with serving(site.app()) as address:
            response = httpx.post(f"{address}/api/chat", content=body, timeout=30)
            is_problem(response, 413, "too_large")
            alive = httpx.get(f"{address}/healthz", timeout=30)
        assert alive.status_code == 200

    def test_ten_megabytes_in_pieces(self, site: Site) -> None:
        pieces = (b"x" * 65536 for _ in range(160))
        with serving(site.app()) as address:
            response = httpx.post(f"{address}/api/chat", content=pieces, timeout=30)
        is_problem(response, 413, "too_large")
