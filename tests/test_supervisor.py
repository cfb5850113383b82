"""Keeping processes alive, with small processes in place of the real ones."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from bot import supervisor as supervision
from bot.config import ROOT, read_settings
from bot.domain.errors import ConfigurationError
from bot.processes import Process, settle_addresses
from bot.running import AlreadyRunning, find_running, hold_home, is_held, write_run_file
from bot.supervisor import KeepsDying, Supervisor

SERVER = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *words): print("asked", flush=True)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SERVER


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def server(name: str, script: str = SERVER, after: str | None = None) -> Process:
    port = free_port()
    command = (sys.executable, "-c", script, str(port))
    url = f"http://127.0.0.1:{port}"
    return Process(name, command, dict(os.environ), ROOT, url, "/", after=after)


class Watched:
    """A supervisor with what it said and started."""

    def __init__(self, processes: list[Process], logs: Path) -> None:
        self.said: list[str] = []
        self.pids: dict[str, int] = {}
        self.supervisor = Supervisor(processes, logs, self.said.append, self._note)

    def _note(self, parts: object) -> None:
        assert isinstance(parts, dict)
        self.pids = {name: part["pid"] for name, part in parts.items() if part["pid"]}

    def until(self, look: Callable[[], bool], seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while not look():
            assert time.monotonic() < deadline, self.said
            self.supervisor.tick()
            time.sleep(0.02)


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Callable[[list[Process]], Watched]]:
    made: list[Watched] = []

    def start(processes: list[Process]) -> Watched:
        made.append(Watched(processes, tmp_path / "logs"))
        return made[-1]

    yield start
    for watched in made:
        watched.supervisor.stop()


Watch = Callable[[list[Process]], Watched]


def test_processes_become_ready_and_stop(watch: Watch, tmp_path: Path) -> None:
    watched = watch([server("rasa"), server("bot")])
    watched.supervisor.wait_until_ready()
    assert watched.supervisor.ready() == {"rasa", "bot"}
    running = [psutil.Process(pid) for pid in watched.pids.values()]
    watched.supervisor.stop()
    assert not any(process.is_running() for process in running)
    assert "asked" in (tmp_path / "logs" / "rasa.log").read_text(encoding="utf-8")


def test_a_dead_process_is_started_again_and_the_log_says_so(watch: Watch) -> None:
    watched = watch([server("rasa"), server("bot")])
    watched.supervisor.wait_until_ready()
    first = dict(watched.pids)
    os.kill(first["rasa"], signal.SIGKILL)
    watched.until(lambda: "rasa" not in watched.supervisor.ready())
    watched.until(lambda: "rasa" in watched.supervisor.ready())
    assert watched.pids["rasa"] != first["rasa"]
    assert watched.pids["bot"] == first["bot"]
    assert any("rasa stopped (signal 9)" in line for line in watched.said)


def test_five_deaths_stop_the_desk(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "FIRST_BACK_OFF_SECONDS", 0.01)
    watched = watch([server("bot")])
    for death in range(1, 6):
        watched.until(lambda: "bot" in watched.supervisor.ready())
        os.kill(watched.pids["bot"], signal.SIGKILL)
        if death < 5:
            watched.until(lambda: not watched.supervisor.ready())
    with pytest.raises(KeepsDying, match=r"bot keeps stopping \(5 times.*bot\.log"):
        watched.until(lambda: not watched.supervisor.ready())


def test_one_that_never_gets_ready_stops_the_desk(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "FIRST_BACK_OFF_SECONDS", 0.01)
    watched = watch([server("rasa", "raise SystemExit(3)")])
    with pytest.raises(KeepsDying, match="exit status 3"):
        watched.supervisor.wait_until_ready()
    assert len(watched.said) == 2


def test_one_that_will_not_stop_is_killed(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "BOT_STOP_SECONDS", 0.2)
    watched = watch([server("bot", STUBBORN)])
    watched.supervisor.wait_until_ready()
    running = psutil.Process(watched.pids["bot"])
    watched.supervisor.stop()
    assert not running.is_running()


def test_a_signal_ends_the_run(watch: Watch) -> None:
    watched = watch([server("bot")])
    told: list[str] = []

    def when_ready() -> None:
        told.append("ready")
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM)).start()

    watched.supervisor.run({"bot": when_ready})
    assert told == ["ready"]
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_children_die_with_a_killed_parent(tmp_path: Path) -> None:
    script = (
        "import subprocess, sys, os, time\n"
        f"tether = {str(ROOT / 'bot' / 'tether.py')!r}\n"
        "child = subprocess.Popen([sys.executable, tether, str(os.getpid()), 'sleep', '600'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        while "sleep" not in child.name():
            time.sleep(0.02)
        parent.kill()
        parent.wait()
        child.wait(timeout=10)
    assert not child.is_running()


def test_a_tether_without_its_parent_starts_nothing(tmp_path: Path) -> None:
    made = tmp_path / "made"
    done = subprocess.run(
        [sys.executable, ROOT / "bot" / "tether.py", "1", "touch", made], check=False
    )
    assert done.returncode == 1
    assert not made.exists()


def test_a_home_is_held_once(tmp_path: Path) -> None:
    assert not is_held(tmp_path)
    with hold_home(tmp_path):
        assert is_held(tmp_path)
        parts = {name: {"url": f"http://{name}", "pid": 1} for name in ("bot", "rasa", "actions")}
        write_run_file(tmp_path, {"supervisor": {"pid": 7}, **parts})
        running = find_running(tmp_path)
        assert running is not None
        assert (running.supervisor, running.bot) == (7, "http://bot")
        with pytest.raises(AlreadyRunning, match="http://bot, process 7"), hold_home(tmp_path):
            pass
    assert find_running(tmp_path) is None


def test_what_a_killed_desk_left_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "desk.lock").touch()
    parts = {name: {"url": f"http://{name}", "pid": 1} for name in ("bot", "rasa", "actions")}
    write_run_file(tmp_path, {"supervisor": {"pid": 7}, **parts})
    assert find_running(tmp_path) is None


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        environ = {"BOT_PORT": str(port), "RASA_PORT": "0", "ACTIONS_PORT": "0"}
        with pytest.raises(ConfigurationError, match=f"BOT_PORT: port {port}"):
            settle_addresses(read_settings(environ, None))


def test_port_nought_takes_a_free_one() -> None:
    environ = {"BOT_PORT": "0", "RASA_PORT": "0", "ACTIONS_PORT": "0"}
    found = settle_addresses(read_settings(environ, None))
    assert all((found.bot, found.rasa, found.actions))


def test_who_comes_after_another_waits_for_it_once(watch: Watch) -> None:
    """The page first; when it dies later, the assistant is not held back by that."""
    watched = watch([server("bot"), server("rasa", after="bot")])
    watched.until(lambda: "bot" in watched.pids)
    assert "rasa" not in watched.pids
    watched.until(lambda: watched.supervisor.ready() == {"bot", "rasa"})
    first = watched.pids["rasa"]
    os.kill(watched.pids["bot"], signal.SIGKILL)
    os.kill(first, signal.SIGKILL)
    watched.until(lambda: watched.pids.get("rasa", first) != first)
