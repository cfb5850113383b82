"""The `privacydesk` command: what can be typed, and how it ends.

Exit status: 0 done, 1 the desk could not do it (one line on stderr says why), 2 wrong usage.
"""

from __future__ import annotations

import io
import os
import secrets
import sys

import typer

from bot import wiring
from bot.commands import ask, bench, calendar, chat, check, dates, keeping, officer, run, tickets
from bot.commands.terminal import say
from bot.domain.errors import DeskError
from bot.logs import configure_logs

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A privacy helpdesk: answers from the company's own policy, tickets with deadlines.",
)
app.command()(run.up)
app.command()(run.serve)
app.command()(run.train)
app.command()(run.migrate)
app.command()(check.doctor)
app.command()(ask.ask)
app.command()(chat.chat)
app.command()(ask.rank)
officer.register(tickets.ticket_commands)
app.add_typer(tickets.ticket_commands, name="ticket")
app.command()(keeping.backup)
app.command()(keeping.restore)
app.command()(keeping.purge)
app.add_typer(calendar.calendar_commands, name="calendar")
app.command()(dates.deadline)
app.command()(dates.sweep)
app.command()(bench.bench)
app.add_typer(dates.clock_commands, name="clock")


def main() -> None:
    """Run the command of this process and exit with its status."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    wiring.use_own_time_zones()
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
