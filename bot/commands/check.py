"""`doctor`: what is missing, and how to mend it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from bot.commands.desk import opened
from bot.commands.terminal import emit, show
from bot.config import read_settings
from bot.doctor import Finding, Verdict, examine, verdict_on
from bot.domain.audit import head_from_json
from bot.domain.errors import DeskError, InvalidInput
from bot.store import events

MARKS = {Verdict.GOOD: ("ok", "green"), Verdict.WARNING: ("--", "yellow")}


def doctor(
    as_json: Annotated[bool, typer.Option("--json")] = False,
    audit: Annotated[bool, typer.Option("--audit", help="Check the chain of events.")] = False,
    head: Annotated[
        Path | None, typer.Option(help="With --audit: a head exported earlier, to check against.")
    ] = None,
    export: Annotated[
        Path | None, typer.Option(help="With --audit: write the head of the chain there.")
    ] = None,
) -> None:
    """Check everything a desk needs; exit 1 when something is broken."""
    if audit:
        _audit(head, export, as_json)
        return
    findings = []
    for finding in examine(read_settings()):
        findings.append(finding)
        if as_json:
            emit(finding.to_json())
        else:
            show(_line(finding))
    verdict_on(findings)


def _audit(exported: Path | None, export: Path | None, as_json: bool) -> None:
    """Check that no event was changed, deleted, inserted, reordered or cut off."""
    earlier = None
    if exported is not None:
        try:
            earlier = head_from_json(json.loads(exported.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            raise InvalidInput("The exported head cannot be read.") from None
    with opened() as application, application.store.reading() as connection:
        found = events.check(connection, earlier)
    if as_json:
        problems = [{"event": p.event, "what": p.what} for p in found.problems]
        emit({"ok": not problems, "head": found.head.to_json(), "problems": problems})
    else:
        for problem in found.problems:
            show(Text(problem.sentence))
    if found.problems:
        raise TamperedError(f"The events were tampered with: {found.problems[0].sentence}")
    if export is not None:
        export.write_text(json.dumps(found.head.to_json()) + "\n", encoding="utf-8")
    if not as_json:
        show(Text(f"{found.head.events} events, the chain holds; head {found.head.mac}"))


class TamperedError(DeskError):
    """The chain of events does not hold."""

    code = "tampered"


def _line(finding: Finding) -> Text:
    mark, style = MARKS.get(finding.verdict, ("!!", "bold red"))
    line = Text(f"{mark}  ", style=style)
    line.append(f"{finding.part}: {finding.seen}", style="")
    if finding.mend:
        line.append(f"\n    to mend: {finding.mend}", style="dim")
    return line
