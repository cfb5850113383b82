"""Every dialogue of tests/dialogues against the real processes.

Customers write to the chat API; employees to `privacydesk chat`, which takes a role.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from bot.domain.clocks import local_date
from bot.store.db import Store
from bot.store.library import DATA, load_library
from bot.store.tables import drafts, tickets
from tests.e2e.player import Dialogue, FiledTicket, Heard, Rows, load, play
from tests.e2e.running import COMMAND, RunningDesk, until

pytestmark = pytest.mark.processes

DIALOGUES = load(Path(__file__).parents[1] / "dialogues")
LATE_SECONDS = 60.0


def left_by(store: Store, conversation: str) -> Rows:
    with store.reading() as connection:
        filed = connection.execute(
            select(tickets.c.kind, tickets.c.fields)
            .where(tickets.c.conversation_id == conversation)
            .order_by(tickets.c.id)
        ).all()
        half = connection.execute(
            select(drafts.c.id).where(
                drafts.c.conversation_id == conversation, drafts.c.state != "filed"
            )
        ).all()
    found = [FiledTicket(t.kind, {n: v["value"] for n, v in t.fields.items()}) for t in filed]
    return Rows(found, len(half))


@dataclass
class ChatApi:
    """A customer at the chat API."""

    client: httpx.Client
    store: Store
    conversation: str = ""

    def say(self, text: str) -> Heard:
        return self._post({"message": text})

    def press(self, payload: str) -> Heard:
        return self._post({"payload": payload})

    def rows(self) -> Rows:
        return left_by(self.store, self.conversation)

    def _post(self, body: Mapping[str, str]) -> Heard:
        answered = self.client.post("/api/chat", json=body)
        assert answered.status_code == 200, answered.text
        said = answered.json()
        self.conversation = said["conversation"]
        self.client.headers["Authorization"] = f"Bearer {said['token']}"
        return self._late(said["number"]) if said["pending"] else heard(said)

    def _late(self, number: int) -> Heard:
        """A slow turn's answer comes late, in the history."""

        def come() -> Heard | None:
            told = self.client.get("/api/chat", params={"after": number - 1}).json()
            replies = told["messages"][0]["replies"]
            return None if replies is None else Heard(replies, told["waiting_for"])

        late = until(come, LATE_SECONDS, "the late answer")
        assert late is not None
        return late


@dataclass
class Terminal:
    """A person at `privacydesk chat --json`."""

    process: subprocess.Popen[str]
    store: Store
    person: str
    role: str
    conversation: str = ""

    def say(self, text: str) -> Heard:
        return self._line({"message": text})

    def press(self, payload: str) -> Heard:
        return self._line({"payload": payload})

    def rows(self) -> Rows:
        return left_by(self.store, self.conversation)

    def _line(self, said: Mapping[str, str]) -> Heard:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(
            json.dumps({**said, "person": self.person, "role": self.role}) + "\n"
        )
        self.process.stdin.flush()
        answered = json.loads(self.process.stdout.readline())
        self.conversation = answered["conversation"]
        return heard(answered)


def heard(said: Mapping[str, Any]) -> Heard:
    return Heard(said["replies"], said["waiting_for"])


@dataclass
class Around:
    """Time and processes of the running desk."""

    desk: RunningDesk

    def today(self) -> date:
        return local_date(self.desk.store.now(), load_library(DATA).zone)

    def move_clock(self, duration: str) -> None:
        self.desk.move_clock(duration)

    def restart(self, process: str) -> None:
        assert process == "rasa"
        self.desk.restart_rasa()


@pytest.fixture(scope="module")
def chat_command(desk: RunningDesk) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [COMMAND, "chat", "--json"],
        env=desk.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda dialogue: dialogue.name)
def test_dialogue(dialogue: Dialogue, desk: RunningDesk, request: pytest.FixtureRequest) -> None:
    if dialogue.role == "customer":
        with httpx.Client(base_url=desk.base_url, timeout=30.0, trust_env=False) as client:
            play(dialogue, ChatApi(client, desk.store), Around(desk))
    else:
        command: subprocess.Popen[str] = request.getfixturevalue("chat_command")
        play(dialogue, Terminal(command, desk.store, dialogue.name, dialogue.role), Around(desk))
