"""`backup`, `restore`, `purge`: a second copy, putting it back, and letting go."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from bot import wiring
from bot.commands.desk import opened
from bot.commands.terminal import emit, say, show
from bot.commands.tickets import Json
from bot.config import Settings, read_settings
from bot.domain.errors import Conflict, InvalidInput
from bot.keys import AUDIT_KEY_FILE
from bot.nightly import forget_logs
from bot.running import is_held
from bot.store import backup as backups
from bot.store import events

File = Annotated[Path, typer.Argument(help="The backup.", dir_okay=False)]


def backup(file: File, as_json: Json = False) -> None:
    """Write a backup while the desk runs, and prove it. Beside it goes FILE.key: keep it apart."""
    settings = read_settings()
    with opened(settings) as application:
        made = backups.back_up(application.store, file)
    key = _key_beside(file)
    with open(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as written:
        written.write(_key_file(settings).read_bytes())
    if as_json:
        emit(made.to_json())
        return
    counts = made.counts
    show(Text(f"{counts['tickets']} tickets, {counts['events']} events; proved."))
    say(f"{key} proves and continues its chain of events. Keep it apart from {file}.")


def restore(file: File, as_json: Json = False) -> None:
    """Put a backup in the place of all that this home's database holds; the desk must not run.

    A home without events of its own takes FILE.key.
    """
    settings = read_settings()
    if is_held(settings.home):
        raise Conflict("The desk of this home runs: stop it before restoring.")
    if not file.is_file():
        raise InvalidInput("There is no such backup file.")
    _take_key(settings, _key_beside(file))
    store = wiring.open_store(settings)
    try:
        put_back = backups.restore(store, file)
    finally:
        store.close()
    if as_json:
        emit(put_back.to_json())
        return
    counts = put_back.counts
    show(Text(f"{counts['tickets']} tickets, {counts['events']} events; the chain holds."))


def purge(who: Annotated[str, typer.Option("--as")] = "operator", as_json: Json = False) -> None:
    """Delete what data/retention.yml gives up, and leave nothing of it in the files."""
    settings = read_settings()
    with opened(settings) as application:
        purged = application.desk.keeping.purge(who=who)
        logs = forget_logs(settings.home / "logs", application.library, application.desk.now())
    if as_json:
        emit({**asdict(purged), "logs": logs})
        return
    for name, count in {**asdict(purged), "logs": logs}.items():
        if name != "compacted":
            show(Text(f"{name}: {count} deleted"))
    if not purged.compacted:
        say("Someone was reading: old pages may be left in the write-ahead log. Purge again.")


def _key_file(settings: Settings) -> Path:
    return settings.home / "keys" / AUDIT_KEY_FILE


def _key_beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.key")


def _take_key(settings: Settings, beside: Path) -> None:
    own = _key_file(settings)
    if not beside.is_file() or (own.exists() and _has_events(settings)):
        return
    own.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(beside.read_bytes())


def _has_events(settings: Settings) -> bool:
    with opened(settings) as application, application.store.reading() as connection:
        return events.head(connection).events > 0
