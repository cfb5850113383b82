"""The `privacydesk` command: what can be typed, and how it ends.

Exit status: 0 done, 1 the desk could not do it (one line on stderr says why), 2 wrong usage.
"""

from __future__ import annotations

import io
import os
import secrets
import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from bot.commands.terminal import say
from bot.domain.errors import DeskError
from bot.domain.zones import use_own_time_zones
from bot.logs import configure_logs

# Where each command lives beneath bot.commands, in the order of --help.
COMMANDS = {
    "up": "run.up",
    "serve": "run.serve",
    "train": "run.train",
    "migrate": "run.migrate",
    "doctor": "check.doctor",
    "ask": "ask.ask",
    "advise": "advise.advise_commands",
    "chat": "chat.chat",
    "rank": "ask.rank",
    "evaluate": "evaluate.evaluate",
    "ticket": "officer.ticket_commands",
    "backup": "keeping.backup",
    "restore": "keeping.restore",
    "purge": "keeping.purge",
    "calendar": "calendar.calendar_commands",
    "demo": "demo.demo",
    "link": "link.link",
    "deadline": "dates.deadline",
    "sweep": "dates.sweep",
    "bench": "bench.bench",
    "clock": "dates.clock_commands",
}


class Commands(TyperGroup):
    """Imports a command when it is asked for: `up` shall not wait for what it does not use."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, attribute = place.split(".")
        found = getattr(import_module(f"bot.commands.{module}"), attribute)
        if not isinstance(found, typer.Typer):
            alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            alone.command()(found)
            found = alone
        command = typer.main.get_command(found)
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A privacy helpdesk: answers from the company's own policy, tickets with deadlines.",
)


@app.callback()
def privacydesk() -> None:
    """Hold the commands together: each is imported when it is asked for."""


def main() -> None:
    """Run the command of this process and exit with its status."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    use_own_time_zones()
    configure_logs("WARNING", "command")
    sys.exit(_status())


def _status() -> int:
    """Run it; wrong usage and --help end in typer, with their own status."""
    try:
        app()
    except BrokenPipeError:
        # The reader of our output has gone; nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except DeskError as error:
        say(error.sentence)
        return 1
    except ModuleNotFoundError:
        # What is not installed is said at the door.
        raise
    except Exception as error:
        # The process edge: the kind and the place, never the text, which may quote a person.
        say(f"This failed unexpectedly ({_place(error)}; incident {secrets.token_hex(4)}).")
        return 1
    return 0


def _place(error: Exception) -> str:
    trace, where = error.__traceback__, "?"
    while trace is not None:
        where = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {where}"
