"""A Slack on loopback: a real HTTP server and a real websocket that keep what they are told, and
misbehave as the test asks."""

from __future__ import annotations

import hashlib
import itertools
import json
import socket
import threading
import time
import urllib.parse
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
from slack_sdk.signature import SignatureVerifier
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from tests.fakes.block_kit import problems, render, view_problems

TEAM, OTHER_TEAM = "T0DESK", "T0OTHER"
SECRET = "a-signing-secret"
BOT_TOKEN, APP_TOKEN = "xoxb-one", "xapp-one"
OFFICER, DEPUTY, ALICE, BOB, GUEST, STRANGER = (
    "U0OFFICER", "U0DEPUTY", "U0ALICE", "U0BOB", "U0GUEST", "U0STRANGER",
)  # fmt: skip
OFFICERS_CHANNEL, GENERAL = "C0OFFICERS", "C0GENERAL"


@dataclass(frozen=True)
class Fault:
    """What a call gets instead of its answer.

    `status` and `headers` are answered; `error` is Slack's own word; `drop` carries the call out
    and closes without an answer; `delay` waits first.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    drop: bool = False
    delay: float = 0.0


@dataclass(frozen=True)
class Call:
    """One call that came in."""

    method: str
    body: Mapping[str, Any]
    at: float
    token: str


@dataclass
class Posted:
    """A message that is there."""

    channel: str
    ts: str
    body: dict[str, Any]
    at: float
    user: str | None = None

    @property
    def text(self) -> str:
        return str(self.body.get("text", ""))


def member(**more: Any) -> dict[str, Any]:
    return {"team_id": TEAM, "deleted": False, "is_bot": False, **more}


class FakeSlack:
    """The state of a workspace, and its faults."""

    def __init__(self) -> None:
        self.users: dict[str, dict[str, Any]] = {
            OFFICER: member(), DEPUTY: member(), ALICE: member(), BOB: member(),
            GUEST: member(is_restricted=True), STRANGER: member(team_id=OTHER_TEAM),
        }  # fmt: skip
        self.channels: dict[str, dict[str, Any]] = {
            OFFICERS_CHANNEL: {"id": OFFICERS_CHANNEL, "is_private": True, "is_member": True},
            GENERAL: {"id": GENERAL, "is_private": False, "is_member": True},
        }
        self.members = {OFFICERS_CHANNEL: [OFFICER, DEPUTY]}
        self.tokens = {BOT_TOKEN, APP_TOKEN}
        self.scopes = "chat:write,im:history,im:read,im:write,users:read"
        self.unreadable: set[str] = set()
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.calls: list[Call] = []
        self.posts: list[Posted] = []
        self.whispers: list[Posted] = []
        self.responses: list[tuple[str, dict[str, Any]]] = []
        self.modals: list[dict[str, Any]] = []
        self.homes: dict[str, dict[str, Any]] = {}
        self.url = ""
        self.socket_url = ""
        self.tap: Tap
        self._lock = threading.RLock()
        self._ticks = itertools.count(1)
        self.sockets: list[ServerConnection] = []
        self.acknowledged: dict[str, Any] = {}
        # What Slack would have refused of what it was given.
        self.refused: list[str] = []

    # --- what the test looks at

    def messages(self, channel: str) -> list[Posted]:
        with self._lock:
            return [p for p in self.posts if p.channel == channel]

    def direct(self, user: str) -> list[Posted]:
        """What is in the direct messages of this person."""
        return self.messages(direct_of(user))

    def called(self, method: str) -> list[Call]:
        with self._lock:
            return [call for call in self.calls if call.method == method]

    def new_ts(self) -> str:
        return f"{int(time.time())}.{next(self._ticks):06d}"

    def write(self, user: str, text: str, at: float | None = None, thread: str = "") -> str:
        """Someone writes in their direct message, and no event of it is delivered."""
        ts = f"{at:.6f}" if at is not None else self.new_ts()
        channel = direct_of(user)
        with self._lock:
            body = {"text": text, **({"thread_ts": thread} if thread else {})}
            self.posts.append(Posted(channel, ts, body, time.time(), user))
        return ts

    # --- the Web API

    def answer(self, method: str, body: dict[str, Any], token: str) -> dict[str, Any]:
        if token not in self.tokens:
            return {"ok": False, "error": "invalid_auth"}
        handler = getattr(self, "_" + method.replace(".", "_"), None)
        if handler is None:
            return {"ok": False, "error": "unknown_method"}
        self._check(method, body)
        with self._lock:
            given: dict[str, Any] = handler(body)
        return {"ok": True, **given} if "error" not in given else {"ok": False, **given}

    def _check(self, method: str, body: dict[str, Any]) -> None:
        """Note what breaks a limit; the tests look at it in the end."""
        if method in {"chat.postMessage", "chat.postEphemeral", "chat.update"}:
            self.refused += [f"{method}: {problem}" for problem in problems(body)]
        if method in {"views.open", "views.publish"}:
            self.refused += [f"{method}: {problem}" for problem in view_problems(body["view"])]

    def _auth_test(self, _body: dict[str, Any]) -> dict[str, Any]:
        return {"team_id": TEAM, "user_id": "U0DESK", "bot_id": "B0DESK", "url": self.url}

    def _apps_connections_open(self, _body: dict[str, Any]) -> dict[str, Any]:
        return {"url": self.socket_url}

    def _users_info(self, body: dict[str, Any]) -> dict[str, Any]:
        about = self.users.get(body["user"])
        return {"user": about} if about else {"error": "user_not_found"}

    def _conversations_open(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"channel": {"id": direct_of(body["users"])}}

    def _conversations_list(self, _body: dict[str, Any]) -> dict[str, Any]:
        channels = sorted({p.channel for p in self.posts if p.channel.startswith("D")})
        return {"channels": [{"id": channel} for channel in channels]}

    def _conversations_info(self, body: dict[str, Any]) -> dict[str, Any]:
        about = self.channels.get(body["channel"])
        return {"channel": about} if about else {"error": "channel_not_found"}

    def _conversations_members(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"members": self.members.get(body["channel"], [])}

    def _conversations_history(self, body: dict[str, Any]) -> dict[str, Any]:
        return self._listed(body, lambda p: not p.body.get("thread_ts"))

    def _conversations_replies(self, body: dict[str, Any]) -> dict[str, Any]:
        above = self._listed({**body, "oldest": None}, lambda p: p.ts == body["ts"])
        return self._listed(body, lambda p: p.body.get("thread_ts") == body["ts"], above)

    def _latest_reply(self, posted: Posted) -> dict[str, str]:
        replies = [
            p.ts for p in self.posts
            if p.channel == posted.channel and p.body.get("thread_ts") == posted.ts
        ]  # fmt: skip
        return {"thread_ts": posted.ts, "latest_reply": max(replies)} if replies else {}

    def _listed(
        self, body: dict[str, Any], fits: Any, above: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        if body["channel"] in self.unreadable:
            return {"error": "missing_scope"}
        oldest = float(body.get("oldest") or 0)
        found = [p for p in self.posts if p.channel == body["channel"] and fits(p)]
        shown = [
            {"type": "message", "ts": p.ts, "text": p.text}
            | ({"user": p.user} if p.user else {"user": "U0DESK", "bot_id": "B0DESK"})
            | ({"metadata": p.body["metadata"]} if p.body.get("metadata") else {})
            | ({"thread_ts": p.body["thread_ts"]} if p.body.get("thread_ts") else {})
            | self._latest_reply(p)
            for p in found
            if float(p.ts) >= oldest
        ]
        first = above["messages"] if above else []
        return {"messages": first + shown[::-1][: int(body.get("limit") or 100)]}

    def _chat_postMessage(self, body: dict[str, Any]) -> dict[str, Any]:
        channel = body["channel"]
        channel = direct_of(channel) if channel.startswith("U") else channel
        posted = Posted(channel, self.new_ts(), body, time.time())
        self.posts.append(posted)
        return {"channel": channel, "ts": posted.ts}

    def _chat_postEphemeral(self, body: dict[str, Any]) -> dict[str, Any]:
        self.whispers.append(
            Posted(body["channel"], self.new_ts(), body, time.time(), body["user"])
        )
        return {"message_ts": self.whispers[-1].ts}

    def _chat_update(self, body: dict[str, Any]) -> dict[str, Any]:
        for posted in self.posts:
            if (posted.channel, posted.ts) == (body["channel"], body["ts"]):
                posted.body = {**posted.body, **body}
                return {"channel": body["channel"], "ts": body["ts"]}
        return {"error": "message_not_found"}

    def _views_open(self, body: dict[str, Any]) -> dict[str, Any]:
        self.modals.append(body["view"])
        return {"view": {"id": f"V{len(self.modals)}"}}

    def _views_publish(self, body: dict[str, Any]) -> dict[str, Any]:
        self.homes[body["user_id"]] = body["view"]
        return {"view": {"id": "VHOME"}}

    def _assistant_threads_setStatus(self, _body: dict[str, Any]) -> dict[str, Any]:
        return {}

    def _assistant_threads_setSuggestedPrompts(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"error": "invalid_thread_ts"} if "thread_ts" in body else {}

    # --- the socket

    def connected(self, connection: ServerConnection) -> None:
        """Serve one connection: greet, then keep what is acknowledged."""
        self.sockets.append(connection)
        connection.send(json.dumps({"type": "hello", "num_connections": 1}))
        try:
            for raw in connection:
                told = json.loads(raw)
                self.acknowledged[told["envelope_id"]] = told.get("payload")
        except ConnectionClosed:
            pass
        finally:
            self.sockets.remove(connection)

    def push(self, kind: str, payload: Mapping[str, Any], envelope: str) -> None:
        """Send an envelope on the newest connection."""
        message = {"type": kind, "envelope_id": envelope, "payload": dict(payload)}
        self.sockets[-1].send(json.dumps(message))

    def ask_to_disconnect(self, reason: str) -> None:
        self.sockets[-1].send(json.dumps({"type": "disconnect", "reason": reason}))


def direct_of(user: str) -> str:
    return "D0" + user.removeprefix("U0")


class _Handler(BaseHTTPRequestHandler):
    slack: FakeSlack
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length).decode()
        if self.path.startswith("/respond/"):
            self._respond(self.path.removeprefix("/respond/"), json.loads(raw))
            return
        method = self.path.removeprefix("/api/")
        is_json = "json" in (self.headers.get("Content-Type") or "")
        body = json.loads(raw or "{}") if is_json else dict(urllib.parse.parse_qsl(raw))
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        slack = self.slack
        with slack._lock:
            slack.calls.append(Call(method, body, time.time(), token))
            fault = slack.faults[method].popleft() if slack.faults[method] else None
        if fault is None:
            self._send(200, slack.answer(method, body, token))
            return
        time.sleep(fault.delay)
        if fault.drop or (fault.status == 200 and not fault.error):
            answered = slack.answer(method, body, token)
            if not fault.drop:
                self._send(200, answered)
                return
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        answer = {"ok": False, "error": fault.error or "ratelimited"}
        self._send(fault.status, answer, fault.headers)

    def _respond(self, name: str, body: dict[str, Any]) -> None:
        slack = self.slack
        with slack._lock:
            fault = slack.faults["respond"].popleft() if slack.faults["respond"] else None
            if fault is None:
                slack.responses.append((name, body))
                slack.refused += [f"response: {problem}" for problem in problems(body)]
        self._send(fault.status if fault else 200, {"ok": fault is None})

    def _send(
        self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-OAuth-Scopes", self.slack.scopes)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_arguments: Any) -> None:
        """Keep the tests quiet."""


class Tap:
    """A relay of TCP connections that can be frozen: nothing passes, nothing is closed."""

    def __init__(self, target: int) -> None:
        self._target = target
        self.frozen = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                inward, _ = self._listening.accept()
            except OSError:
                return
            outward = socket.create_connection(("127.0.0.1", self._target))
            self._open += [inward, outward]
            for source, sink in ((inward, outward), (outward, inward)):
                threading.Thread(target=self._relay, args=(source, sink), daemon=True).start()

    def _relay(self, source: socket.socket, sink: socket.socket) -> None:
        silent = False
        while True:
            try:
                data = source.recv(65536)
                # Frozen once, this connection never speaks again.
                silent = silent or self.frozen.is_set()
                if not data and not silent:
                    sink.shutdown(socket.SHUT_WR)
                if not data:
                    return
                if not silent:
                    sink.sendall(data)
            except OSError:
                return

    def close(self) -> None:
        self._listening.close()
        for each in self._open:
            each.close()


@contextmanager
def running_slack() -> Iterator[FakeSlack]:
    """Serve a fresh workspace on loopback."""
    slack = FakeSlack()
    handler = type("Handler", (_Handler,), {"slack": slack})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    sockets = serve(slack.connected, "127.0.0.1", 0, ping_interval=None)
    tap = Tap(sockets.socket.getsockname()[1])
    slack.url = f"http://127.0.0.1:{server.server_port}/api/"
    slack.socket_url = f"ws://127.0.0.1:{tap.port}/"
    slack.tap = tap
    threads = [
        threading.Thread(target=run, daemon=True)
        for run in (server.serve_forever, sockets.serve_forever)
    ]
    for thread in threads:
        thread.start()
    try:
        yield slack
    finally:
        tap.close()
        sockets.shutdown()
        server.shutdown()
        server.server_close()


# --- what Slack sends


def event_body(event: Mapping[str, Any], event_id: str) -> dict[str, Any]:
    return {
        "type": "event_callback", "team_id": TEAM, "api_app_id": "A0", "event_id": event_id,
        "event": dict(event), "authorizations": [{"team_id": TEAM, "user_id": "U0DESK"}],
    }  # fmt: skip


def message_event(user: str, text: str, ts: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "message", "channel_type": "im", "channel": direct_of(user), "user": user,
        "text": text, "ts": ts, "event_ts": ts, "team": TEAM, **more,
    }  # fmt: skip


def mention_event(user: str, text: str, ts: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "app_mention", "channel": GENERAL, "user": user, "text": f"<@U0DESK> {text}",
        "ts": ts, "event_ts": ts, "team": TEAM, **more,
    }  # fmt: skip


def signed(body: str, *, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    """The headers with which Slack signs a body."""
    stamp = str(int(at if at is not None else time.time()))
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
    assert signature is not None
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}


@dataclass
class Deliverer:
    """Delivers to an app as Slack does: signed, at the one address."""

    app_url: str
    slack_url: str
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=10, trust_env=False))
    _triggers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def event(
        self, event: Mapping[str, Any], event_id: str, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        body = json.dumps(event_body(event, event_id))
        return self._post(body, "application/json", headers)

    def command(self, user: str, text: str, channel: str = GENERAL) -> httpx.Response:
        form = {
            "command": "/privacy", "text": text, "user_id": user, "team_id": TEAM,
            "channel_id": channel, "trigger_id": self.trigger(),
            "response_url": self.response_url(user),
        }  # fmt: skip
        return self._post(urllib.parse.urlencode(form), FORM)

    def interact(self, payload: Mapping[str, Any]) -> httpx.Response:
        """A button, a form, a shortcut."""
        whole = {"team": {"id": TEAM}, "trigger_id": self.trigger(), **payload}
        return self._post(urllib.parse.urlencode({"payload": json.dumps(whole)}), FORM)

    def press(
        self, user: str, element: Mapping[str, Any], message: Posted | None = None,
        channel: str = "", **more: Any,
    ) -> httpx.Response:  # fmt: skip
        action = {
            "type": element["type"], "action_id": element["action_id"],
            "value": element.get("value"), "action_ts": str(time.time()), **more,
        }  # fmt: skip
        shown = {"ts": message.ts, "blocks": message.body.get("blocks")} if message else {}
        return self.interact(
            {
                "type": "block_actions", "user": {"id": user, "team_id": TEAM},
                "channel": {"id": channel or (message.channel if message else "")},
                "message": shown, "actions": [action], "response_url": self.response_url(user),
            }
        )  # fmt: skip

    def submit(
        self, user: str, view: Mapping[str, Any], values: Mapping[str, Any], view_id: str
    ) -> httpx.Response:
        state = {block: {"value": given} for block, given in values.items()}
        return self.interact(
            {
                "type": "view_submission", "user": {"id": user, "team_id": TEAM},
                "view": {**view, "id": view_id, "state": {"values": state}},
            }
        )  # fmt: skip

    def trigger(self) -> str:
        seed = f"{next(self._triggers)}{time.time()}"
        return "1.2." + hashlib.sha256(seed.encode()).hexdigest()[:32]

    def response_url(self, user: str) -> str:
        return self.slack_url.replace("/api/", f"/respond/{user}")

    def _post(
        self, body: str, kind: str, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        sent = {"Content-Type": kind, **signed(body), **(headers or {})}
        return self.client.post(f"{self.app_url}/slack/events", content=body, headers=sent)


FORM = "application/x-www-form-urlencoded"


def typed(text: str) -> dict[str, Any]:
    return {"type": "plain_text_input", "value": text}


def chosen(*values: str) -> dict[str, Any]:
    return {"type": "checkboxes", "selected_options": [{"value": v} for v in values]}


def picked(value: str) -> dict[str, Any]:
    return {"type": "radio_buttons", "selected_option": {"value": value}}


def render_body(body: Mapping[str, Any]) -> str:
    """A message as a person reads it, links and all."""
    return render(body.get("blocks") or [])
