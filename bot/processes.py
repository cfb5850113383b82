"""The three processes of a desk: how each is started, and how one sees that it is ready."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bot.config import ROOT, Settings
from bot.domain.errors import ConfigurationError
from bot.keys import rasa_secret
from bot.training import INTENTS, Model, assistant_python, rasa_environment

LOOPBACK = "127.0.0.1"
PROBE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Process:
    """One process to keep alive. It is ready when GET of `probe` is answered with 200.

    Where it names another in `after`, it waits for that one to be ready before its first start.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    url: str
    probe: str
    headers: Mapping[str, str] = field(default_factory=dict)
    after: str | None = None

    def is_ready(self) -> bool:
        try:
            answered = httpx.get(
                self.url + self.probe,
                headers=dict(self.headers),
                timeout=PROBE_SECONDS,
                trust_env=False,
            )
        except httpx.HTTPError:
            return False
        return answered.status_code == httpx.codes.OK


@dataclass(frozen=True, slots=True)
class Addresses:
    """The ports that were settled on."""

    bot: int
    rasa: int
    actions: int


def settle_addresses(settings: Settings, *, temporary: bool = False) -> Addresses:
    """Choose the ports; 0 takes a free one. ConfigurationError names a port that is taken."""
    if temporary:
        return Addresses(_free_port(), _free_port(), _free_port())
    return Addresses(
        _settled("BOT_PORT", settings.bot_host, settings.bot_port),
        _settled("RASA_PORT", LOOPBACK, settings.rasa_port),
        _settled("ACTIONS_PORT", LOOPBACK, settings.actions_port),
    )


def _settled(name: str, host: str, port: int) -> int:
    if port == 0:
        return _free_port()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ConfigurationError(
                f"{name}: port {port} cannot be used ({error.strerror}); stop what uses it, or set "
                f"{name} to another port (0 takes a free one)"
            ) from error
    return port


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def desk_processes(
    settings: Settings, addresses: Addresses, model: Model, *, with_bot: bool = True
) -> tuple[Process, ...]:
    """The processes of this desk. Without the bot: what the command line needs to understand.

    The page comes first: on a small machine the assistant's start would keep it waiting.
    """
    first = "bot" if with_bot else None
    secret = rasa_secret(settings)
    rasa_url = f"http://{LOOPBACK}:{addresses.rasa}"
    actions_url = f"http://{LOOPBACK}:{addresses.actions}"
    ours = {
        **os.environ,
        "PRIVACYDESK_HOME": str(settings.home),
        "DATA_DIR": str(settings.data_dir.resolve()),
        "BOT_PORT": str(addresses.bot),
        "RASA_PORT": str(addresses.rasa),
        "ACTIONS_PORT": str(addresses.actions),
        "RASA_URL": rasa_url,
        "RASA_SECRET": secret,
        "SANIC_HOST": LOOPBACK,
        "PYTHONUNBUFFERED": "1",
        "OMP_NUM_THREADS": "1",
    }
    rasa = Process(
        "rasa",
        (
            *(str(assistant_python()), "-m", "rasa", "run"),
            *("-i", LOOPBACK, "-p", str(addresses.rasa), "--model", str(model.path)),
            *("--credentials", "credentials.yml", "--endpoints", "endpoints.yml"),
        ),
        {
            **rasa_environment(settings),
            "RASA_SECRET": secret,
            "ACTIONS_URL": f"{actions_url}/webhook",
        },
        INTENTS,
        rasa_url,
        "/webhooks/desk/ready",
        {"X-Desk-Secret": secret},
        after=first,
    )
    actions = Process(
        "actions",
        (sys.executable, "-m", "actions"),
        ours,
        ROOT,
        actions_url,
        "/health",
        after=first,
    )
    bot = Process(
        "bot",
        (sys.executable, "-m", "bot", "serve"),
        ours,
        ROOT,
        f"http://{_reachable(settings.bot_host)}:{addresses.bot}",
        "/healthz",
    )
    return (bot, rasa, actions) if with_bot else (rasa, actions)


def _reachable(host: str) -> str:
    return LOOPBACK if host in {"0.0.0.0", "::", ""} else host  # noqa: S104
