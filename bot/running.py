"""Which desk runs in a home: the lock that one supervisor holds, and run.json beside it."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain.errors import DeskError

RUN_FILE = "run.json"
LOCK_FILE = "desk.lock"


class AlreadyRunning(DeskError):
    """A desk runs in this home already."""

    code = "already_running"


@dataclass(frozen=True, slots=True)
class RunningDesk:
    """Where the parts of a running desk answer, as its run.json says."""

    supervisor: int
    bot: str | None
    rasa: str
    actions: str


@contextmanager
def hold_home(home: Path) -> Iterator[None]:
    """Be the one desk of this home. Raises AlreadyRunning; the system frees it when we die."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / LOCK_FILE).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(_already(home)) from None
        try:
            yield
        finally:
            (home / RUN_FILE).unlink(missing_ok=True)


def _already(home: Path) -> str:
    desk = _read(home)
    where = f": {desk.bot}, process {desk.supervisor}" if desk else " and is just starting"
    return f"a desk runs in {home} already{where}"


def is_held(home: Path) -> bool:
    """Tell whether a desk runs, or is starting, in this home."""
    try:
        with (home / LOCK_FILE).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def find_running(home: Path) -> RunningDesk | None:
    """Return the desk that runs in this home, or None; what a killed one left does not count."""
    return _read(home) if is_held(home) else None


def _read(home: Path) -> RunningDesk | None:
    try:
        found = json.loads((home / RUN_FILE).read_text(encoding="utf-8"))
        return RunningDesk(
            found["supervisor"]["pid"],
            found["bot"]["url"] if "bot" in found else None,
            found["rasa"]["url"],
            found["actions"]["url"],
        )
    except (OSError, ValueError, KeyError):
        return None


def write_run_file(home: Path, content: Mapping[str, Any]) -> None:
    """Replace run.json in one step, so that a reader never sees half of it."""
    partial = home / f"{RUN_FILE}.{os.getpid()}"
    partial.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    partial.replace(home / RUN_FILE)
