"""A stand-in for Slack's Web API and one for Rasa, on loopback, for measuring the bot between."""

from __future__ import annotations

import json
import threading
import time
import urllib.parse
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bot.domain.replies import Reply

TEAM = "T0BENCH"
ANSWER = "An answer."


@dataclass
class Stub:
    """What was posted, by channel; `awake` is cleared to stop the assistant."""

    posts: dict[str, list[tuple[float, dict[str, Any]]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    awake: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    url: str = ""

    def answers(self, channel: str) -> int:
        """How often the answer stands in this channel."""
        with self.lock:
            return sum(ANSWER in str(body.get("text")) for _, body in self.posts[channel])

    def receipts(self, channel: str) -> int:
        with self.lock:
            bodies = [str(body.get("text")) for _, body in self.posts[channel]]
        return sum("Your reference is" in text for text in bodies)

    def moments(self, channel: str) -> list[float]:
        with self.lock:
            return [at for at, _ in self.posts[channel]]

    def slack(self, method: str, body: Mapping[str, Any]) -> dict[str, Any]:
        channel = str(body.get("channel") or body.get("users") or "")
        if channel.startswith("U"):
            channel = f"D{channel[1:]}"
        if method == "auth.test":
            return {"team_id": TEAM, "user_id": "U0BOT", "bot_id": "B0BOT"}
        if method == "users.info":
            return {"user": {"team_id": TEAM}}
        if method == "conversations.open":
            return {"channel": {"id": channel}}
        if method == "conversations.history":
            with self.lock:
                return {"messages": [dict(body) for _, body in self.posts[channel]][::-1]}
        if method == "chat.postMessage":
            with self.lock:
                at = time.time()
                self.posts[channel].append((at, {**body, "ts": f"{at:.6f}"}))
                return {"channel": channel, "ts": f"{at:.6f}"}
        return {"channels": [], "messages": [], "members": []}

    def rasa(self) -> dict[str, Any]:
        self.awake.wait()
        return {"replies": [Reply(ANSWER).to_json()]}


@contextmanager
def running_stub() -> Iterator[Stub]:
    """Serve both on one free port: Slack under /api/, Rasa under /webhooks/desk/."""
    stub = Stub()
    stub.awake.set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            if self.path.startswith("/webhooks/"):
                answer = stub.rasa()
            else:
                is_json = "json" in str(self.headers.get("Content-Type"))
                body = json.loads(raw or "{}") if is_json else dict(urllib.parse.parse_qsl(raw))
                answer = {"ok": True, **stub.slack(self.path.rpartition("/")[2], body)}
            data = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

        def handle(self) -> None:
            # A bot that is killed leaves its connections half done.
            try:
                super().handle()
            except OSError:
                self.close_connection = True

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 256

    server = Server(("127.0.0.1", 0), Handler)
    stub.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield stub
    finally:
        stub.awake.set()
        server.shutdown()
        server.server_close()
