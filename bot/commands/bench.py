"""`privacydesk bench`: measured figures, as a table or as JSON."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.bench import chat as chat_bench
from bot.bench import clocks as clocks_bench
from bot.bench import disclosure as disclosure_bench
from bot.bench import officer as officer_bench
from bot.bench import reminders as reminders_bench
from bot.bench import slack as slack_bench
from bot.bench import store as store_bench
from bot.bench import train as train_bench
from bot.bench.figures import TOO_BUSY, Figure, machine, machine_factor
from bot.commands.terminal import say
from bot.config import read_settings
from bot.domain.errors import DeskError
from bot.training import copy_model, ensure_model

Measure = Callable[[Path, float], list[Figure]]

BENCHES: Mapping[str, Measure] = {
    "chat": chat_bench.measure,
    "train": train_bench.measure,
    "clocks": clocks_bench.measure,
    "store": store_bench.measure,
    "reminders": reminders_bench.measure,
    "disclosure": disclosure_bench.measure,
    "slack": slack_bench.measure,
    "officer": officer_bench.measure,
}
# These start a desk, with the model that is trained already.
WITH_MODEL = frozenset({"chat", "disclosure"})


class TooBusy(DeskError):
    """This machine is too busy to judge: it is more than three times slower than the reference."""

    code = "too_busy"


def bench(
    names: Annotated[list[str] | None, typer.Argument(help=f"{', '.join(BENCHES)}; all")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON alone.")] = False,
) -> None:
    """Measure this machine's figures against their bounds."""
    chosen = names or list(BENCHES)
    unknown = [name for name in chosen if name not in BENCHES]
    if unknown:
        raise typer.BadParameter(f"no such bench: {', '.join(unknown)}")
    factor = machine_factor()
    if factor > TOO_BUSY:
        raise TooBusy
    figures = [figure for name in chosen for figure in _run(name, factor)]
    if as_json:
        found = {
            "machine": machine(),
            "factor": round(factor, 2),
            "figures": [figure.to_json() for figure in figures],
        }
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        _show(figures, factor)


def _run(name: str, factor: float) -> list[Figure]:
    say(f"Measuring: {name} ...")
    settings = read_settings()
    with tempfile.TemporaryDirectory(prefix="privacydesk-bench-") as folder:
        home = Path(folder)
        if name in WITH_MODEL:
            copy_model(ensure_model(settings, say), home)
        return BENCHES[name](home, factor)


def _show(figures: list[Figure], factor: float) -> None:
    table = Table(title=f"{machine()}, factor {factor:.2f}")
    for heading in ("figure", "value", "bound", "met"):
        table.add_column(heading)
    for figure in figures:
        value = "not measured" if figure.value is None else f"{figure.value:g} {figure.unit}"
        table.add_row(figure.name, value, f"{figure.bound:g}", "yes" if figure.met else "NO")
    Console().print(table)
