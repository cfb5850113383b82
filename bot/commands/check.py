"""`doctor`: what is missing, and how to mend it."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from bot.commands.terminal import emit, show
from bot.config import read_settings
from bot.doctor import Finding, Verdict, examine, verdict_on

MARKS = {Verdict.GOOD: ("ok", "green"), Verdict.WARNING: ("--", "yellow")}


def doctor(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Check everything a desk needs; exit 1 when something is broken."""
    findings = []
    for finding in examine(read_settings()):
        findings.append(finding)
        if as_json:
            emit(finding.to_json())
        else:
            show(_line(finding))
    verdict_on(findings)


def _line(finding: Finding) -> Text:
    mark, style = MARKS.get(finding.verdict, ("!!", "bold red"))
    line = Text(f"{mark}  ", style=style)
    line.append(f"{finding.part}: {finding.seen}", style="")
    if finding.mend:
        line.append(f"\n    to mend: {finding.mend}", style="dim")
    return line
