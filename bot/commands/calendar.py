"""`calendar diff|apply`: which due dates a new holiday moves, and moving them."""

from __future__ import annotations

from collections.abc import Sequence

import typer
from rich.text import Text

from bot.commands.desk import opened
from bot.commands.officer import As, Why
from bot.commands.terminal import emit, say, show
from bot.commands.tickets import Json
from bot.desk.clocks import Moved

calendar_commands = typer.Typer(
    no_args_is_help=True, help="Holidays added to data/holidays/added.yml: what they move."
)


@calendar_commands.command()
def diff(as_json: Json = False) -> None:
    """Show which due dates of open requests today's calendar would move."""
    with opened() as application:
        found = application.desk.clocks.calendar_diff()
    _show(found, as_json)
    if found and not as_json:
        show("Nothing is changed yet: privacydesk calendar apply")


@calendar_commands.command()
def apply(who: As = "officer", why: Why = "", as_json: Json = False) -> None:
    """Move them, with an event and new reminders for each request."""
    with opened() as application:
        done = application.desk.clocks.apply_calendar(who=who, why=why)
    _show(done, as_json)


@calendar_commands.command()
def link(who: As = "officer") -> None:
    """Make the secret link of the calendar of deadlines; the one before opens nothing any more."""
    with opened() as application:
        made = application.desk.feed.new_link(application.settings.page_url, who=who)
    show(Text(made))
    say("Subscribe to it in a calendar program. Whoever has it reads every open deadline.")


def _show(found: Sequence[Moved], as_json: bool) -> None:
    for moved in found:
        if as_json:
            emit(moved.to_json())
        else:
            dates = f"{moved.before.isoformat()} -> {moved.after.isoformat()}"
            show(Text(f"{moved.reference}  {moved.clock}  {dates}"))
    if not found and not as_json:
        show("No due date moves.")
