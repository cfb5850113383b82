"""Keeps a set of processes alive: starts, watches, restarts with back-off, stops; no orphans.

What lives here: the life of processes. What does not: which ones there are (processes).
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import FrameType
from typing import Any

from bot.domain.errors import DeskError
from bot.processes import Process

TICK_SECONDS = 0.1
PROBE_EVERY_SECONDS = 0.5
WAITING_LINE_SECONDS = 15.0
FIRST_BACK_OFF_SECONDS = 0.5
LONGEST_BACK_OFF_SECONDS = 15.0
DEATHS_WINDOW_SECONDS = 120.0
DEATHS_ALLOWED = 5
NEVER_READY_ALLOWED = 3
# The bot first, so that turns under way can end; the whole stop stays under ten seconds.
BOT_STOP_SECONDS = 5.5
REST_STOP_SECONDS = 3.0
LOG_BYTES = 5_000_000
LOGS_KEPT = 3
TETHER = Path(__file__).with_name("tether.py")

Say = Callable[[str], None]


class KeepsDying(DeskError):
    """A process of the desk keeps stopping."""

    code = "keeps_dying"


@dataclass(slots=True)
class _Child:
    """One process and its history. Moments are of the monotonic clock."""

    process: Process
    running: subprocess.Popen[bytes] | None = None
    reader: threading.Thread | None = None
    started: float = 0.0
    ready_after: float | None = None
    was_ready: bool = False
    probed: float = 0.0
    start_at: float | None = 0.0
    deaths: list[float] = field(default_factory=list)
    deaths_unready: int = 0


class Supervisor:
    """Runs processes as children in groups of their own; use it from the main thread alone.

    The kernel ties a child's life to the thread that started it.
    """

    def __init__(
        self,
        processes: Iterable[Process],
        logs: Path,
        say: Say,
        when_started: Callable[[Mapping[str, Any]], None] | None = None,
    ) -> None:
        """`when_started` is given each process's address and id whenever one was started."""
        self.say = say
        self._children = [_Child(process) for process in processes]
        self._when_started = when_started
        self._stop_signals = 0
        self._logs = logs
        self._logs.mkdir(parents=True, exist_ok=True)
        self._waited = time.monotonic()

    def run(self, when_ready: Mapping[str, Callable[[], None]]) -> None:
        """Keep the processes alive until SIGINT, SIGTERM or SIGHUP, then stop them all.

        `when_ready` holds what to do the first time that a process is ready. Raises KeepsDying,
        with everything stopped.
        """
        told: set[str] = set()
        before = [(s, signal.signal(s, self._note_signal)) for s in _STOPPING]
        try:
            while not self._stop_signals:
                self.tick()
                for name in self.ready() - told:
                    told.add(name)
                    when_ready.get(name, _nothing)()
                time.sleep(TICK_SECONDS)
        finally:
            self.stop()
            for number, handler in before:
                signal.signal(number, handler)

    def wait_until_ready(self) -> None:
        """Start the processes and return when all are ready. Raises KeepsDying."""
        while len(self.ready()) < len(self._children):
            self.tick()
            time.sleep(TICK_SECONDS)

    def ready(self) -> set[str]:
        return {c.process.name for c in self._children if c.ready_after is not None}

    def tick(self) -> None:
        """Look after every process once: start what shall run, notice deaths and readiness."""
        now = time.monotonic()
        changed = False
        been_ready = {c.process.name for c in self._children if c.was_ready}
        for child in self._children:
            if child.running is not None and child.running.poll() is not None:
                self._bury(child, now)
            held_back = child.process.after not in {None, *been_ready}
            due = child.start_at is not None and now >= child.start_at
            if child.running is None and due and not held_back:
                self._start(child)
                changed = True
            self._probe(child, now)
        if changed and self._when_started is not None:
            self._when_started(self._parts())
        self._tell_waiting(now)

    def stop(self) -> None:
        """Stop every process group within ten seconds; a second signal kills at once."""
        bots = [c for c in self._children if c.process.name == "bot"]
        rest = [c for c in self._children if c.process.name != "bot"]
        for group, seconds in ((bots, BOT_STOP_SECONDS), (rest, REST_STOP_SECONDS)):
            for child in group:
                _signal_group(child, signal.SIGTERM)
            self._wait_for(group, seconds)
        for child in self._children:
            _signal_group(child, signal.SIGKILL)
            if child.running is not None:
                child.running.wait()
            if child.reader is not None:
                child.reader.join(timeout=1)
            child.running = None

    def _wait_for(self, group: Sequence[_Child], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._stop_signals < 2:
            if all(c.running is None or c.running.poll() is not None for c in group):
                return
            time.sleep(TICK_SECONDS / 2)

    def _note_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop_signals += 1

    def _start(self, child: _Child) -> None:
        process = child.process
        child.start_at, child.started = None, time.monotonic()
        child.running = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), *process.command],
            cwd=process.folder,
            env=dict(process.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        child.reader = threading.Thread(
            target=_copy_log, args=(child.running, self._logs / f"{process.name}.log"), daemon=True
        )
        child.reader.start()

    def _bury(self, child: _Child, now: float) -> None:
        """Note a death and plan the next start. Raises KeepsDying when there were too many."""
        running, name = child.running, child.process.name
        if running is None:
            return
        # Whatever the dead one had started must not hold its port.
        _signal_group(child, signal.SIGKILL)
        how = _how_it_ended(running.returncode)
        child.deaths = [t for t in child.deaths if now - t < DEATHS_WINDOW_SECONDS] + [now]
        child.deaths_unready = 0 if child.ready_after is not None else child.deaths_unready + 1
        child.running, child.ready_after = None, None
        log_path = self._logs / f"{name}.log"
        if len(child.deaths) >= DEATHS_ALLOWED or child.deaths_unready >= NEVER_READY_ALLOWED:
            raise KeepsDying(
                f"{name} keeps stopping ({len(child.deaths)} times, the last with {how}), so the "
                f"desk stops; the reason is at the end of {log_path}"
            )
        wait = min(FIRST_BACK_OFF_SECONDS * 2 ** (len(child.deaths) - 1), LONGEST_BACK_OFF_SECONDS)
        child.start_at = now + wait
        self.say(f"  {name} stopped ({how}); it starts again in {wait:g} s; see {log_path}")

    def _probe(self, child: _Child, now: float) -> None:
        if child.running is None or child.ready_after is not None:
            return
        if now - child.probed < PROBE_EVERY_SECONDS:
            return
        child.probed = now
        if child.process.is_ready() and child.running.poll() is None:
            child.ready_after, child.was_ready = time.monotonic() - child.started, True
            self.say(f"  {child.process.name} is ready ({child.ready_after:.0f} s)")
            self._waited = time.monotonic()

    def _tell_waiting(self, now: float) -> None:
        waiting = [c for c in self._children if c.running is not None and c.ready_after is None]
        if waiting and now - self._waited >= WAITING_LINE_SECONDS:
            self._waited = now
            since = {c.process.name: max(0.0, now - c.started) for c in waiting}
            names = ", ".join(f"{name} ({seconds:.0f} s)" for name, seconds in since.items())
            self.say(f"  ... waiting for {names}")

    def _parts(self) -> dict[str, Any]:
        return {
            child.process.name: {
                "url": child.process.url,
                "pid": child.running.pid if child.running is not None else None,
            }
            for child in self._children
        }


_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _nothing() -> None:
    """What is done when a process without an errand is ready."""


def _signal_group(child: _Child, number: signal.Signals) -> None:
    if child.running is None:
        return
    try:
        os.killpg(child.running.pid, number)
    except (ProcessLookupError, PermissionError):
        return


def _how_it_ended(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit status {status}"


def _copy_log(running: subprocess.Popen[bytes], path: Path) -> None:
    """Copy what a process writes into its log file, which is rotated."""
    handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=LOGS_KEPT, encoding="utf-8")
    os.chmod(path, 0o600)
    assert running.stdout is not None
    with running.stdout as lines:
        for line in lines:
            text = line.decode("utf-8", "replace").rstrip("\n")
            handler.emit(logging.LogRecord("", logging.INFO, "", 0, text, None, None))
    handler.close()
