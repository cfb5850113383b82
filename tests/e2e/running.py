"""A whole desk, really running: three processes in a home of their own, driven over HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil

from bot.commands.terminal import say as tell
from bot.config import ROOT, SECRETS, Settings, read_settings
from bot.store.db import Store
from bot.training import Model, ensure_model

COMMAND = Path(sys.executable).with_name("privacydesk")
START_SECONDS = 180.0
STOP_SECONDS = 15.0
T = TypeVar("T")


class NotInTime(AssertionError):
    """Something that was waited for did not happen."""


def until(look: Callable[[], T], seconds: float, what: str) -> T:
    """Return the first true thing that `look` gives. Raises NotInTime naming `what`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise NotInTime(what)


class RunningDesk:
    """One desk in a home of its own, on free ports."""

    def __init__(self, home: Path, settings: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.environment = environment(home, settings)
        self._process: subprocess.Popen[bytes] | None = None
        self._said = home / "up.stderr"
        self._store: Store | None = None

    def start(self) -> None:
        """Start `privacydesk up` and return when the assistant is ready."""
        self.home.mkdir(parents=True, exist_ok=True)
        with self._said.open("wb") as said:
            self._process = subprocess.Popen(
                [COMMAND, "up"],
                env=self.environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        until(self._is_ready, START_SECONDS, f"the desk is ready; it said: {self.said()}")

    def stop(self) -> int:
        """Stop the desk as an operator does; return the exit status of the supervisor."""
        if self._store is not None:
            self._store.close()
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise

    def said(self) -> str:
        return self._said.read_text(encoding="utf-8") if self._said.exists() else ""

    @property
    def supervisor(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    @property
    def parts(self) -> dict[str, Any]:
        """What run.json says: addresses and process ids, by name."""
        found: dict[str, Any] = json.loads((self.home / "run.json").read_text(encoding="utf-8"))
        return found

    @property
    def base_url(self) -> str:
        return str(self.parts["bot"]["url"])

    def pid(self, name: str) -> int:
        return int(self.parts[name]["pid"])

    @property
    def rasa_pid(self) -> int:
        return self.pid("rasa")

    @property
    def store(self) -> Store:
        """The desk's own database."""
        if self._store is None:
            self._store = Store(read_settings(self.environment, None).database, shiftable=True)
        return self._store

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run the command in this home."""
        return subprocess.run(
            [COMMAND, *arguments],
            env=self.environment,
            cwd=ROOT,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    def say(
        self,
        text: str | None = None,
        payload: str | None = None,
        token: str | None = None,
        key: str | None = None,
    ) -> dict[str, Any]:
        """Send one message; without a token a new conversation begins, whose token is returned."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"Idempotency-Key": key} if key else {}
        body = {"message": text} if payload is None else {"payload": payload}
        answered = httpx.post(
            f"{self.base_url}/api/chat", json=body, headers=headers, timeout=30, trust_env=False
        )
        answered.raise_for_status()
        said: dict[str, Any] = answered.json()
        return said

    def history(self, token: str, after: int = 0) -> list[dict[str, Any]]:
        answered = httpx.get(
            f"{self.base_url}/api/chat",
            params={"after": after},
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
            trust_env=False,
        )
        answered.raise_for_status()
        messages: list[dict[str, Any]] = answered.json()["messages"]
        return messages

    def move_clock(self, duration: str) -> None:
        """Move the desk's clock on, as `privacydesk clock advance` does."""
        done = self.run("clock", "advance", duration)
        assert done.returncode == 0, done.stderr

    def stop_rasa(self) -> None:
        """Freeze Rasa: it answers nobody, and is not dead."""
        os.kill(self.rasa_pid, signal.SIGSTOP)

    def continue_rasa(self) -> None:
        os.kill(self.rasa_pid, signal.SIGCONT)

    def kill_rasa(self) -> int:
        """Kill Rasa and return the id that it had; the supervisor starts it again."""
        pid = self.rasa_pid
        os.kill(pid, signal.SIGKILL)
        return pid

    def restart_rasa(self) -> None:
        """Kill Rasa and return when its successor is ready."""
        before = self.kill_rasa()
        until(lambda: self.rasa_pid != before, 30, "Rasa is started again")
        self.wait_until_ready()

    def descendants(self) -> list[psutil.Process]:
        return psutil.Process(self.supervisor.pid).children(recursive=True)

    def _is_ready(self) -> bool:
        if self.supervisor.poll() is not None:
            raise NotInTime(f"the desk ended with {self.supervisor.returncode}: {self.said()}")
        try:
            answered = httpx.get(f"{self.base_url}/readyz", timeout=5, trust_env=False)
        except (httpx.HTTPError, OSError, KeyError, ValueError):
            return False
        return answered.is_success


def environment(home: Path, settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment with nothing of the machine's settings: this home, free ports, test mode."""
    kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    unset = {name.upper(): "" for name in Settings.model_fields}
    unset |= {f"{secret}_FILE": "" for secret in SECRETS}
    ports = dict.fromkeys(("BOT_PORT", "RASA_PORT", "ACTIONS_PORT"), "0")
    ours = {"PRIVACYDESK_HOME": str(home), "PRIVACYDESK_ENV": "test"}
    return {**kept, **unset, **ports, **ours, **(settings or {})}


def trained_model() -> Model:
    """The model of today's files, trained where needed and kept under var/ for the next run."""
    return ensure_model(read_settings({"PRIVACYDESK_HOME": str(ROOT / "var")}, None), tell)
