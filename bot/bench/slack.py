"""How Slack is answered: acknowledged in time, paced, and nothing lost or doubled when killed.

The bot process is the real one; Slack and Rasa are stand-ins on loopback.
"""

from __future__ import annotations

import itertools
import json
import random
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
from slack_sdk.signature import SignatureVerifier
from sqlalchemy import select

from bot.bench.desk import NotStarted, environment
from bot.bench.figures import Figure, percentile
from bot.bench.slack_stub import TEAM, Stub, running_stub
from bot.channels.slack.answers import plain_message
from bot.channels.slack.outbox import POST
from bot.store.db import Store
from bot.store.slack_posts import SlackPosts
from bot.store.tables import slack_inbox, tickets

SECRET = "bench-signing-secret"  # noqa: S105
OFFICERS = "C0BENCH"
FORM = "application/x-www-form-urlencoded"
COMPLAINT = {
    "what": "A clerk read my bill out loud at the counter",
    "when": "last Tuesday",
    "reach": "pat@example.ca",
}
# One event in so many is a form.
FORMS = 5
INSIST_SECONDS = 120.0


class Bot:
    """The bot process, that may be killed and started again on its port."""

    def __init__(self, home: Path, stub: Stub) -> None:
        self.port = _fixed_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = environment(home) | {
            "BOT_PORT": str(self.port), "RASA_URL": stub.url, "SLACK_MODE": "http",
            "SLACK_BOT_TOKEN": "xoxb-bench", "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": f"{stub.url}/api/", "LOG_LEVEL": "ERROR",
        }  # fmt: skip
        self._log = (home / "bot.log").open("ab")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, seconds: float = 120.0) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve"], env=self._environment, stdout=self._log,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if httpx.get(f"{self.url}/healthz", timeout=2, trust_env=False).is_success:
                    return
            except httpx.HTTPError:
                time.sleep(0.05)
        raise NotStarted

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def close(self) -> None:
        self.kill()
        self._log.close()


def _fixed_port() -> int:
    """A free port below those that outgoing connections take.

    Who calls a port of theirs while nobody listens may be given it, and be answered by itself.
    """
    for port in random.sample(range(20_000, 30_000), 50):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise NotStarted


class Sender:
    """Sends signed requests, as Slack does."""

    def __init__(self, url: str) -> None:
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
        self._client = httpx.Client(timeout=10, trust_env=False, limits=limits)
        self._url = f"{url}/slack/events"
        self._verifier = SignatureVerifier(SECRET)

    def event(self, number: int) -> tuple[int, float]:
        """One direct message of somebody of their own. Returns the status and the seconds."""
        ts = f"{time.time():.6f}"
        event = {
            "type": "message", "channel_type": "im", "channel": f"D{number}", "user": f"U{number}",
            "text": "How long do you keep it?", "ts": ts, "team": TEAM,
        }  # fmt: skip
        body = {"type": "event_callback", "team_id": TEAM, "event_id": f"Ev{number}",
                "event": event}  # fmt: skip
        return self._send(json.dumps(body), "application/json")

    def form(self, number: int) -> tuple[int, float]:
        """One complaint by form."""
        values = {
            name: {"value": {"type": "plain_text_input", "value": text}}
            for name, text in COMPLAINT.items()
        }
        view = {
            "type": "modal", "id": f"V{number}", "callback_id": "request",
            "state": {"values": values},
            "private_metadata": json.dumps({"kind": "complaint", "source": ""}),
        }  # fmt: skip
        payload = {
            "type": "view_submission", "trigger_id": f"trigger-{number}", "team": {"id": TEAM},
            "user": {"id": f"U{number}", "team_id": TEAM}, "view": view,
        }  # fmt: skip
        return self._send(urllib.parse.urlencode({"payload": json.dumps(payload)}), FORM)

    def _send(self, body: str, kind: str) -> tuple[int, float]:
        stamp = str(int(time.time()))
        headers = {
            "Content-Type": kind, "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": str(
                self._verifier.generate_signature(timestamp=stamp, body=body)
            ),
        }  # fmt: skip
        started = time.perf_counter()
        try:
            status = self._client.post(self._url, content=body, headers=headers).status_code
        except httpx.HTTPError:
            status = 0
        return status, time.perf_counter() - started

    def close(self) -> None:
        self._client.close()


def measure(home: Path, factor: float) -> list[Figure]:
    """50 events a second for 10 s, 30 pings in one channel, 300 events with 15 kills."""
    found: list[Figure] = []
    parts: dict[str, Callable[[Path], list[Figure]]] = {
        "acks": lambda folder: acknowledgements(folder, factor, rate=50, seconds=10),
        "pings": lambda folder: pings(folder, 30),
        "kills": lambda folder: kills(folder, events=300, kills=15),
    }
    for name, part in parts.items():
        folder = home / name
        folder.mkdir()
        found += part(folder)
    return found


def acknowledgements(home: Path, factor: float, *, rate: int, seconds: int) -> list[Figure]:
    """How quickly events are acknowledged while the assistant is stopped; then it returns."""
    events = rate * seconds
    with running_stub() as stub:
        bot = Bot(home, stub)
        bot.start()
        sender = Sender(bot.url)
        try:
            sender.event(events)  # The first request of a process pays for imports.
            stub.awake.clear()
            told = _at_rate(sender.event, events, rate)
            stub.awake.set()
            answered = _wait(
                lambda: sum(stub.answers(f"D{n}") > 0 for n in range(events)), events, 150 * factor
            )
        finally:
            sender.close()
            bot.close()
    took = [seconds * 1000 for status, seconds in told if status == 200]
    return [
        Figure.at_least(f"of {events} events acknowledged", len(took), "events", events),
        Figure.at_most("acknowledged, assistant stopped: p99", percentile(took, 0.99) if took
                       else None, "ms", 500 * factor),
        Figure.at_most("acknowledged, assistant stopped: slowest", max(took, default=0.0) or None,
                       "ms", 3000),
        Figure.at_least(f"of {events} answered after it returns", answered, "events", events),
    ]  # fmt: skip


def pings(home: Path, count: int) -> list[Figure]:
    """How pings that are due at once reach one channel."""
    with running_stub() as stub:
        bot = Bot(home, stub)
        bot.start()
        store = Store(f"sqlite:///{home / 'desk.db'}", shiftable=True)
        try:
            posts = SlackPosts(store)
            for number in range(count):
                body = plain_message(f"Ping {number}").to_body()
                posts.plan(f"ping:{number}", POST, OFFICERS, body)
            delivered = _wait(lambda: len(stub.moments(OFFICERS)), count, count * 2.5 + 20)
        finally:
            store.close()
            bot.close()
    moments = stub.moments(OFFICERS)
    gaps = [after - before for before, after in itertools.pairwise(moments)]
    return [
        Figure.at_least(f"of {count} pings at once delivered", delivered, "pings", count),
        Figure.at_most("pings delivered twice", len(moments) - delivered, "pings", 0),
        Figure.at_least("least time between two in a channel", min(gaps, default=0.0), "s", 1.0),
    ]


def kills(home: Path, *, events: int, kills: int) -> list[Figure]:
    """Events at random while the bot is killed at random; Slack sends again what got no 200."""
    chance = random.Random(7)  # noqa: S311
    with running_stub() as stub:
        bot = Bot(home, stub)
        bot.start()
        sender = Sender(bot.url)
        killed = threading.Thread(target=_kill_often, args=(bot, kills, chance))
        killed.start()
        forms = {n for n in range(events) if n % FORMS == 0}
        try:
            with ThreadPoolExecutor(8) as pool:
                sent = list(pool.map(lambda n: _insist(sender, n, n in forms, killed),
                                     range(events)))  # fmt: skip
            killed.join()
            acknowledged = {number for number, status in enumerate(sent) if status == 200}
            written, filed = acknowledged - forms, acknowledged & forms
            _wait(
                lambda: sum(stub.answers(f"D{n}") > 0 for n in written)
                + sum(stub.receipts(f"D{n}") > 0 for n in filed),
                len(acknowledged), 120 + events / 5,
            )  # fmt: skip
        finally:
            killed.join()
            sender.close()
            bot.close()
        keys, by_person = _rows(home)
    return [
        Figure.at_least("kills", kills, "kills", kills),
        Figure.at_least(f"of {events} events acknowledged, with kills", len(acknowledged),
                        "events", events),
        Figure.at_most("acknowledged without a row", sum(f"event:Ev{n}" not in keys
                       for n in written), "events", 0),
        Figure.at_most("acknowledged and not answered", sum(stub.answers(f"D{n}") == 0
                       for n in written), "events", 0),
        Figure.at_most("answered twice", sum(stub.answers(f"D{n}") > 1 for n in range(events)),
                       "events", 0),
        Figure.at_most("forms acknowledged without a ticket", sum(by_person.get(n, 0) == 0
                       for n in filed), "forms", 0),
        Figure.at_most("most tickets of one form", max(by_person.values(), default=0), "tickets",
                       1),
    ]  # fmt: skip


def _kill_often(bot: Bot, times: int, chance: random.Random) -> None:
    for _ in range(times):
        time.sleep(chance.uniform(0.2, 1.5))
        bot.kill()
        bot.start()


def _insist(sender: Sender, number: int, is_form: bool, killing: threading.Thread) -> int:
    """Send until there is a 200, now and then twice, spread over the time of the killing."""
    send = sender.form if is_form else sender.event
    end = time.monotonic() + INSIST_SECONDS
    status = 0
    while status != 200 and time.monotonic() < end:
        status, _ = send(number)
        if status != 200:
            time.sleep(0.25)
    if number % 7 == 0:
        send(number)
    if killing.is_alive():
        time.sleep(0.3)
    return status


def _rows(home: Path) -> tuple[set[str], dict[int, int]]:
    """The keys of all rows, and the tickets of each person by number."""
    store = Store(f"sqlite:///{home / 'desk.db'}", shiftable=True)
    try:
        with store.reading() as connection:
            keys = set(connection.execute(select(slack_inbox.c.key)).scalars())
            people = list(connection.execute(select(tickets.c.person)).scalars())
    finally:
        store.close()
    numbers = [int(person.rpartition(":U")[2]) for person in people]
    return keys, {number: numbers.count(number) for number in set(numbers)}


def _at_rate(send: Callable[[int], Any], count: int, rate: int) -> list[Any]:
    """Send at this rate, whatever each takes."""
    started = time.perf_counter()

    def at_its_time(number: int) -> Any:
        time.sleep(max(0.0, started + number / rate - time.perf_counter()))
        return send(number)

    with ThreadPoolExecutor(32) as pool:
        return list(pool.map(at_its_time, range(count)))


def _wait(count: Callable[[], int], wanted: int, seconds: float) -> int:
    """Wait until there are so many, or the time is over; returns how many there are."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and count() < wanted:
        time.sleep(0.2)
    return count()
