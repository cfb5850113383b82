"""`up`, `serve`, `train`, `migrate`: bringing the desk to life."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.text import Text

from bot.commands.terminal import say, show
from bot.config import Settings, read_settings
from bot.domain.errors import ConfigurationError
from bot.processes import Process, desk_processes, settle_addresses
from bot.running import hold_home, write_run_file
from bot.store.db import Store
from bot.store.migrate import bring_up_to_date
from bot.supervisor import Supervisor
from bot.training import ensure_model


def up() -> None:
    """Train if needed, migrate, start the three processes and keep them alive until Ctrl-C."""
    run_desk(read_settings())


def run_desk(settings: Settings) -> None:
    """Run the desk of these settings until it is stopped. Raises AlreadyRunning, KeepsDying."""
    # Until the supervisor takes over, a polite stop is the same as Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with hold_home(settings.home):
        addresses = settle_addresses(settings)
        model = ensure_model(settings, say)
        _migrate(settings)
        processes = desk_processes(settings, addresses, model)
        say(f"Starting {', '.join(p.name for p in processes)} (4 of 4) ...")
        _supervise(settings, processes)
    say("The desk is stopped.")


def _supervise(settings: Settings, processes: tuple[Process, ...]) -> None:
    started_at = datetime.now(UTC).isoformat()
    urls = {p.name: p.url for p in processes}

    def tell_run_file(parts: Mapping[str, Any]) -> None:
        head = {"home": str(settings.home), "started_at": started_at}
        write_run_file(settings.home, {**head, "supervisor": {"pid": os.getpid()}, **parts})

    def tell_page() -> None:
        show(f"Chat page: {settings.public_url or urls['bot']}")

    def tell_ready() -> None:
        _tell_sign_in(settings, urls["bot"])
        say(f"Ready. Ctrl-C stops the desk; logs are in {settings.home / 'logs'}.")

    supervisor = Supervisor(processes, settings.home / "logs", say, tell_run_file)
    supervisor.run({"bot": tell_page, "rasa": tell_ready})


def _tell_sign_in(settings: Settings, address: str) -> None:
    """Print the officer's way in, where no identity provider is theirs."""
    if settings.oidc_issuer is not None:
        return
    # Only now: what it takes along would have kept the page waiting.
    from bot.commands.link import sign_in_link

    try:
        link = sign_in_link(settings, settings.public_url or address)
    except ConfigurationError as error:
        say(f"Officer page: nobody can sign in yet. {error.sentence}.")
    else:
        show(Text(f"Officer page (once, within 10 minutes): {link}"))


def _migrate(settings: Settings) -> bool:
    store = Store(settings.database, shiftable=settings.moved_clock_allowed)
    try:
        return bring_up_to_date(store)
    finally:
        store.close()


def serve() -> None:
    """Run the bot alone: the page and the clock, beside a Rasa at RASA_URL."""
    from bot.server import serve as serve_bot

    serve_bot(read_settings())


def train(
    force: Annotated[bool, typer.Option("--force", help="Train although nothing changed.")] = False,
) -> None:
    """Train the assistant when its files or the policy changed."""
    settings = read_settings()
    model = ensure_model(settings, say, force=force)
    show(str(model.path))


def migrate() -> None:
    """Bring the database's tables to this version."""
    changed = _migrate(read_settings())
    show("The tables were brought to this version." if changed else "Nothing to do.")
