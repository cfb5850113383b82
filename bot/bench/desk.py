"""A real desk in a home of its own, started for a measurement and stopped after it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import psutil

from bot.channels.rasa import RasaAssistant
from bot.config import SECRETS, Settings
from bot.domain.errors import DeskError
from bot.keys import kept

START_SECONDS = 240.0
POLL_SECONDS = 0.02


class NotStarted(DeskError):
    """The desk that the bench measures did not start."""

    code = "bench_not_started"


class MeasuredDesk:
    """`privacydesk up` as a user starts it, on free ports, with PRIVACYDESK_ENV=test."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._log = (home / "up.log").open("wb")
        self._started = time.perf_counter()
        self._running = subprocess.Popen(
            [sys.executable, "-m", "bot", "up"],
            env=environment(home),
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.page_seconds = self._until_page()
        self.answer_seconds = self._until_answer()

    def __enter__(self) -> MeasuredDesk:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._running.terminate()
        try:
            self._running.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._running.kill()
        self._log.close()

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self._parts()["bot"]["url"], timeout=60)

    def address(self, process: str) -> str:
        """Where one of its processes answers."""
        return str(self._parts()[process]["url"])

    def assistant(self) -> RasaAssistant:
        """Its assistant, for a question past the conversation."""
        return RasaAssistant(self.address("rasa"), kept(self.home, "rasa_secret"))

    def memory_bytes(self) -> int:
        """Proportional set size of all processes of the desk."""
        root = psutil.Process(self._running.pid)
        return sum(p.memory_full_info().pss for p in [root, *root.children(recursive=True)])

    def _parts(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.home / "run.json").read_text(encoding="utf-8"))
        return found

    def _until_page(self) -> float:
        return self._until(lambda: self.client().get("/").status_code == httpx.codes.OK)

    def _until_answer(self) -> float:
        def answered() -> bool:
            client = self.client()
            if client.get("/readyz").status_code != httpx.codes.OK:
                return False
            said = client.post("/api/chat", json={"message": "how long do you keep my data?"})
            return bool(said.json()["replies"][0]["clauses"])

        return self._until(answered)

    def _until(self, look: Any) -> float:
        while time.perf_counter() - self._started < START_SECONDS:
            if self._running.poll() is not None:
                break
            try:
                if look():
                    return time.perf_counter() - self._started
            except (OSError, ValueError, KeyError, httpx.HTTPError):
                pass
            time.sleep(POLL_SECONDS)
        raise NotStarted


def environment(home: Path) -> dict[str, str]:
    """The machine's environment without any setting of a desk, and those of a measured one."""
    own = {name.upper() for name in Settings.model_fields} | {f"{name}_FILE" for name in SECRETS}
    return {name: value for name, value in os.environ.items() if name not in own} | {
        "PRIVACYDESK_HOME": str(home),
        "PRIVACYDESK_ENV": "test",
        "BOT_PORT": "0",
        "RASA_PORT": "0",
        "ACTIONS_PORT": "0",
    }
