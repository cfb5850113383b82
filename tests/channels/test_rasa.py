"""Rasa over HTTP: asked with the secret, and every kind of failure is one kind of error."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from bot.channels import rasa
from bot.channels.rasa import RasaAssistant
from bot.conversation import AssistantError, TurnRequest
from bot.domain.replies import Reply

REQUEST = TurnRequest("sender-1", "my secret story", "message-1", {"role": "customer"})
ANSWER = Reply("An answer.").to_json()


@dataclass
class Rasa:
    """What it was asked, and what it shall answer."""

    status: int = 200
    body: bytes = json.dumps({"replies": [ANSWER]}).encode()
    silent: bool = False
    asked: list[tuple[str, str | None, Any]] = field(default_factory=list)
    address: str = ""


@pytest.fixture
def server() -> Iterator[Rasa]:
    played = Rasa()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            asked = json.loads(body) if body else None
            played.asked.append((self.path, self.headers.get("X-Desk-Secret"), asked))
            if played.silent:
                self.connection.recv(1)
                return
            self.send_response(played.status)
            self.send_header("content-length", str(len(played.body)))
            self.end_headers()
            self.wfile.write(played.body)

        do_GET = do_POST

        def log_message(self, *_: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    played.address = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, args=(0.01,))
    thread.start()
    yield played
    http.shutdown()
    thread.join()
    http.server_close()


def ask(address: str, what: str = "turn", *given: Any) -> Any:
    asked = (REQUEST,) if what == "turn" else given

    async def one() -> Any:
        assistant = RasaAssistant(address, "s3cret")
        try:
            return await getattr(assistant, what)(*asked)
        finally:
            await assistant.close()

    return asyncio.run(one())


def test_a_turn_carries_the_secret_and_our_ids(server: Rasa) -> None:
    assert ask(server.address) == [ANSWER]
    assert server.asked == [
        (
            "/webhooks/desk/turn",
            "s3cret",
            {
                "sender": "sender-1",
                "message": "my secret story",
                "message_id": "message-1",
                "metadata": {"role": "customer"},
            },
        )
    ]


def test_what_is_no_reply_of_ours_is_left_out(server: Rasa) -> None:
    mixed = [{"text": "from Rasa itself"}, "words", None, ANSWER]
    server.body = json.dumps({"replies": mixed}).encode()
    assert ask(server.address) == [ANSWER]


@pytest.mark.parametrize("status", [400, 401, 404, 449, 500, 503])
def test_an_error_status_is_a_failure(server: Rasa, status: int) -> None:
    server.status = status
    with pytest.raises(AssistantError) as failed:
        ask(server.address)
    assert "story" not in f"{failed.value} {failed.value.__cause__}"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'"words"',
        b"{not json",
        b"\xff\xfe",
        b"{}",
        b'{"replies": []}',
        b'{"replies": null}',
        b'{"replies": [{"text": "no lead"}]}',
    ],
)
def test_an_answer_that_is_none_is_a_failure(server: Rasa, body: bytes) -> None:
    server.body = body
    with pytest.raises(AssistantError):
        ask(server.address)


def test_rasa_that_is_away_is_a_failure() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
    for what in ("turn", "ready"):
        with pytest.raises(AssistantError):
            ask(address, what)


def test_rasa_that_never_answers_is_given_up(server: Rasa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rasa, "TURN_SECONDS", 0.2)
    server.silent = True
    with pytest.raises(AssistantError, match="ReadTimeout"):
        ask(server.address)


def test_parses_and_ranks_come_back_as_they_are(server: Rasa) -> None:
    server.body = b'{"parses": [{"intent": {"name": "greet"}}]}'
    assert ask(server.address, "parse", [{"text": "hi"}]) == [{"intent": {"name": "greet"}}]
    server.body = b'{"scores": [0.9]}'
    assert ask(server.address, "rank", ["A sentence."], "a question") == {"scores": [0.9]}
    assert [asked[0] for asked in server.asked] == ["/webhooks/desk/parse", "/webhooks/desk/rank"]


def test_a_parse_without_parses_is_a_failure(server: Rasa) -> None:
    server.body = b"{}"
    with pytest.raises(AssistantError):
        ask(server.address, "parse", [{"text": "hi"}])


def test_ready_tells_which_policy_the_model_knows(server: Rasa) -> None:
    server.body = b'{"ready": true, "policy_fingerprint": "abc"}'
    assert ask(server.address, "ready") == {"ready": True, "policy_fingerprint": "abc"}
    for status, body in ((503, b'{"ready": false}'), (200, b"no json"), (200, b"[]")):
        server.status, server.body = status, body
        with pytest.raises(AssistantError):
            ask(server.address, "ready")
