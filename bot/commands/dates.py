"""`deadline`, `clock`, `sweep`: dates worked out, the desk's clock, and what is due by it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from bot.commands.ask import json_lines
from bot.commands.desk import opened
from bot.commands.terminal import emit, show
from bot.config import read_settings
from bot.domain.clocks import Clock, parse_receipt, received_local_date, start_clocks
from bot.domain.durations import add_duration
from bot.domain.errors import ConfigurationError, DeskError, InvalidInput
from bot.domain.receipts import dated_line, worked_out
from bot.domain.tickets import Kind
from bot.domain.zones import use_own_time_zones, zone_of
from bot.store.library import Library, load_library

clock_commands = typer.Typer(no_args_is_help=True, help="Move the desk's clock (demo and test).")


def deadline(
    received: Annotated[
        str | None, typer.Argument(help="ISO 8601 with an offset: 2026-12-04T09:00:00-05:00")
    ] = None,
    kind: Annotated[Kind, typer.Option(help="Kind of ticket.")] = Kind.COMPLAINT,
    province: Annotated[str | None, typer.Option(help="For example ON, BC, QC.")] = None,
    tz: Annotated[str | None, typer.Option(help="For example America/Toronto.")] = None,
    calendar: Annotated[
        str, typer.Option(help="strictest, province or federal; province has substitute days.")
    ] = "strictest",
    as_json: Annotated[bool, typer.Option("--json")] = False,
    file: Annotated[Path | None, typer.Option(help="JSON with received_at, province, tz.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the dates go.")] = None,
) -> None:
    """Work out the due dates of a request received then, day by day."""
    if (received is None) == (file is None):
        raise typer.BadParameter("give either a time of receipt or --file")
    use_own_time_zones()
    library = load_library(read_settings().data_dir)
    if file is not None:
        if out is None:
            raise typer.BadParameter("--file needs --out")
        lines = [json.dumps(_case(library, case)) for _, case in json_lines(file)]
        out.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        return
    found = _clocks(library, str(received), kind, province, tz, calendar)
    if as_json:
        zone = found[0].zone
        emit(
            {
                "received_at": parse_receipt(str(received)).isoformat(),
                "received_local_date": received_local_date(
                    parse_receipt(str(received)), zone
                ).isoformat(),
                "kind": str(kind),
                "calendar": f"{found[0].calendar} {found[0].calendar_version}",
                "clocks": [clock.to_json() for clock in found],
            }
        )
        return
    for clock in found:
        show(Text(dated_line(clock)))
        show(Text(f"  {worked_out(clock)}"))


def _clocks(
    library: Library, received: str, kind: Kind, province: str | None, tz: str | None, choice: str
) -> tuple[Clock, ...]:
    zone = zone_of(tz) if tz else library.zone
    moment = parse_receipt(received)
    return start_clocks(
        str(kind),
        moment,
        zone,
        library.calendar(choice, province),
        library.kinds,
        sent_at=moment,
        uses=("everything",),
    )


def _case(library: Library, case: Any) -> dict[str, str | None]:
    """One case on its own province's calendar; a case without a promise says why."""
    try:
        found = _clocks(
            library,
            str(case["received_at"]),
            Kind.COMPLAINT,
            case.get("province"),
            case.get("tz"),
            "province",
        )
    except (KeyError, TypeError, AttributeError):
        raise InvalidInput("a case is an object with received_at, province and tz") from None
    except DeskError as error:
        return {"respond_due": None, "resolve_due": None, "error": error.sentence}
    due = {clock.name: clock.due.isoformat() for clock in found}
    return {"respond_due": due["respond"], "resolve_due": due["resolve"]}


def sweep(
    now: Annotated[str | None, typer.Option(help="As if it were then (demo and test).")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Send every notice that is due."""
    settings = read_settings()
    if now is not None and not settings.moved_clock_allowed:
        raise ConfigurationError("--now can only be used with PRIVACYDESK_ENV=demo or test")
    moment = parse_receipt(now) if now is not None else None
    with opened(settings) as application:
        swept = application.sweeper.sweep(moment)
    for notice in swept:
        if as_json:
            emit(asdict(notice))
        else:
            parts = (notice.state, notice.ticket, notice.clock, notice.threshold, notice.to)
            show(Text(f"{'  '.join(parts)} by {notice.by}"))
    if not swept and not as_json:
        show("Nothing is due.")


@clock_commands.command("set")
def clock_set(moment: Annotated[str, typer.Argument(help="2026-12-04T09:00:00-05:00")]) -> None:
    """Make it this moment now, for every process of the desk."""
    _move_to(lambda _now: parse_receipt(moment))


@clock_commands.command("advance")
def clock_advance(duration: Annotated[str, typer.Argument(help="ISO 8601, such as P3D")]) -> None:
    """Move the clock on by a duration."""
    _move_to(lambda now: add_duration(now, duration))


@clock_commands.command("reset")
def clock_reset() -> None:
    """Go back to the real time."""
    _move_to(lambda _now: None)


@clock_commands.command("show")
def clock_show() -> None:
    """Say what time it is for the desk."""
    with opened() as application:
        show(application.store.now().isoformat())


def _move_to(chosen: Callable[[datetime], datetime | None]) -> None:
    with opened() as application:
        store = application.store
        with store.reading() as connection:
            now, shift = store.now(connection), store.shift(connection)
        target = chosen(now)
        store.move_clock(timedelta() if target is None else target - (now - shift))
        show(store.now().isoformat())
