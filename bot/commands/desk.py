"""What every command needs: the settings, the wired desk, and an assistant that is ready."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from bot import wiring
from bot.commands.terminal import say
from bot.config import Settings, read_settings
from bot.domain.errors import DeskError
from bot.keys import rasa_secret
from bot.processes import LOOPBACK, desk_processes, settle_addresses
from bot.running import RunningDesk, find_running, is_held
from bot.store.migrate import bring_up_to_date
from bot.supervisor import Supervisor
from bot.training import ensure_model
from bot.wiring import Application

STARTING_SECONDS = 600.0


class AssistantAway(DeskError):
    """The desk of this home is running, but its assistant does not become ready."""

    code = "assistant_away"


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[Application]:
    """Give the wired desk with its tables at this version. Raises ConfigurationError."""
    application = wiring.build(settings or read_settings())
    try:
        bring_up_to_date(application.store)
        yield application
    finally:
        application.close()


@contextmanager
def with_assistant() -> Iterator[Application]:
    """Give the wired desk with an assistant: this home's, or one started for the while."""
    settings = read_settings()
    if settings.rasa_url is not None:
        with opened(settings) as application:
            yield application
    elif is_held(settings.home):
        desk = _wait_for_desk(settings)
        with opened(_led_to(settings, desk.rasa)) as application:
            yield application
    else:
        with _temporary(settings) as url, opened(_led_to(settings, url)) as application:
            yield application


def _led_to(settings: Settings, rasa_url: str) -> Settings:
    return Settings.model_validate(settings.model_dump() | {"rasa_url": rasa_url})


def _wait_for_desk(settings: Settings) -> RunningDesk:
    deadline, told = time.monotonic() + STARTING_SECONDS, False
    while time.monotonic() < deadline and is_held(settings.home):
        desk = find_running(settings.home)
        if desk is not None and _is_ready(settings, desk):
            return desk
        if not told:
            say("The desk of this home is starting; waiting for its assistant ...")
            told = True
        time.sleep(0.5)
    raise AssistantAway


def _is_ready(settings: Settings, desk: RunningDesk) -> bool:
    headers = {"X-Desk-Secret": rasa_secret(settings)}
    try:
        answered = httpx.get(
            f"{desk.rasa}/webhooks/desk/ready", headers=headers, timeout=2.0, trust_env=False
        )
    except httpx.HTTPError:
        return False
    return answered.is_success


@contextmanager
def _temporary(settings: Settings) -> Iterator[str]:
    """Start Rasa and the actions for this command alone, and stop them again."""
    model = ensure_model(settings, say)
    with opened(settings):
        pass
    say("No desk runs in this home; starting the assistant for this command ...")
    addresses = settle_addresses(settings, temporary=True)
    processes = desk_processes(settings, addresses, model, with_bot=False)
    supervisor = Supervisor(processes, settings.home / "logs", _ignore)
    try:
        supervisor.wait_until_ready()
        yield f"http://{LOOPBACK}:{addresses.rasa}"
    finally:
        supervisor.stop()
        say("The assistant is stopped again.")


def _ignore(_line: str) -> None:
    """A short life needs no progress lines."""
