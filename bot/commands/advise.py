"""`advise`: may this be disclosed? One request, a file of them, and the officer's review."""

from __future__ import annotations

import asyncio
import getpass
import json
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text
from typer.core import TyperGroup

from bot.commands.ask import BATCH, json_lines
from bot.commands.chat import Teller
from bot.commands.desk import opened, with_assistant
from bot.commands.terminal import emit, say, show, show_replies
from bot.desk import DISCLOSURE
from bot.domain.errors import InvalidInput
from bot.domain.facts import Verdict
from bot.domain.people import Role
from bot.domain.redaction import redact
from bot.domain.replies import Reading
from bot.store.advice import Advice
from bot.wiring import Application

GIVE = "give"


class Mark(StrEnum):
    """What the officer says of an advice."""

    OK = "ok"
    WRONG = "wrong"


class AdviseGroup(TyperGroup):
    """`advise TEXT` is the usual thing; `list` and `review` are the exceptions."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        named = bool(args) and (args[0] in self.commands or args[0] in ctx.help_option_names)
        return super().parse_args(ctx, args if named or not args else [GIVE, *args])


advise_commands = typer.Typer(
    cls=AdviseGroup,
    no_args_is_help=True,
    help="May this be disclosed? advise TEXT | --file D --out P | list | review ID ok|wrong",
)


@advise_commands.command(GIVE, hidden=True)
def give(
    text: Annotated[str | None, typer.Argument(help="Who wants what about whom, and why.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    file: Annotated[
        Path | None, typer.Option(help="JSON lines with text, judged independently.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where the verdicts go.")] = None,
) -> None:
    """Advise on one request, or judge a file of them (nothing asked, nothing stored)."""
    if (text is None) == (file is None):
        raise typer.BadParameter("give either a text or --file")
    if file is not None:
        if out is None:
            raise typer.BadParameter("--file needs --out")
        judge_file(file, out)
        return
    with with_assistant() as application:
        asyncio.run(_advise(application, str(text), as_json))


async def _advise(application: Application, text: str, as_json: bool) -> None:
    teller = Teller(application, Role.EMPLOYEE)
    said = await teller.say(text=text, about=DISCLOSURE)
    if as_json:
        judged = (await _judged(application, [text]))[0]
        emit(judged | {"replies": list(said.replies)})
    else:
        show_replies(said.replies)
        while buttons := _open_question(said.replies):
            if (payload := _chosen(buttons)) is None:
                break
            said = await teller.say(payload=payload)
            show_replies(said.replies)
    await application.assistant.close()


def _open_question(replies: Sequence[Any]) -> list[dict[str, str]]:
    """The answers that an unanswered question offers to whoever sits at the terminal."""
    waiting = [r for r in replies if r.get("verdict") is None and r.get("quick_replies")]
    return list(waiting[-1]["quick_replies"]) if waiting and sys.stdin.isatty() else []


def _chosen(buttons: Sequence[dict[str, str]]) -> str | None:
    say(f"Answer with a number from 1 to {len(buttons)}; anything else leaves it.")
    typed = sys.stdin.readline().strip()
    fits = typed.isdecimal() and 1 <= int(typed) <= len(buttons)
    return buttons[int(typed) - 1]["payload"] if fits else None


def judge_file(file: Path, out: Path) -> None:
    """Write one verdict for each line, in order. Raises InvalidInput naming a bad line."""
    texts = [_text(number, line) for number, line in json_lines(file)]
    with with_assistant() as application, out.open("w", encoding="utf-8") as lines:
        for line in asyncio.run(judged_and_closed(application, texts)):
            lines.write(json.dumps(line, ensure_ascii=False) + "\n")


def _text(number: int, line: Any) -> str:
    if not isinstance(line, dict) or not isinstance(line.get("text"), str):
        raise InvalidInput(f"line {number}: expected an object with text")
    return str(line["text"])


async def judged_and_closed(application: Application, texts: Sequence[str]) -> list[Any]:
    """Judge each text by itself, then let go of the assistant."""
    judged = await _judged(application, texts)
    await application.assistant.close()
    return judged


async def _judged(application: Application, texts: Sequence[str]) -> list[dict[str, Any]]:
    """Judge texts as the conversation would, redacted alike; nothing is asked or kept."""
    found: list[dict[str, Any]] = []
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        messages = [
            {
                "text": redact(text).text.lstrip("/ \t\n") or "?",
                "role": str(Role.EMPLOYEE),
                "about": DISCLOSURE,
            }
            for text in batch
        ]
        parses = await application.assistant.parse(messages)
        found.extend(
            application.desk.advice.judge(text, Reading.from_parse(parse))
            for text, parse in zip(batch, parses, strict=True)
        )
    return found


@advise_commands.command("list")
def list_advice(
    limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="JSON, one object a line.")] = False,
) -> None:
    """List the advice given, newest first: facts, verdict and clause, no words and no names."""
    with opened() as application:
        given = application.desk.advice.given(limit=limit)
    if as_json:
        for entry in given:
            emit(entry.to_json())
        return
    table = Table("No.", "At", "Verdict", "Clause", "Facts", "Review", box=None)
    for entry in given:
        table.add_row(*_cells(entry))
    show(table if given else Text("No advice has been given yet."))


def _cells(entry: Advice) -> tuple[Text, ...]:
    facts = " ".join(f"{name}={value}" for name, value in entry.facts.items())
    review = entry.review or "not yet"
    if entry.right_verdict:
        review = f"{review}: {entry.right_verdict}"
    cells = (str(entry.id), f"{entry.at:%Y-%m-%d %H:%M}", entry.verdict, entry.clauses[0])
    return tuple(Text(cell) for cell in (*cells, facts, review))


@advise_commands.command("review")
def review(
    id: Annotated[int, typer.Argument(help="Number of the advice.")],
    mark: Annotated[Mark, typer.Argument(help="ok or wrong.")],
    verdict: Annotated[Verdict | None, typer.Option(help="What it should have been.")] = None,
    who: Annotated[str | None, typer.Option("--as", help="Who reviews it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Mark an advice; it becomes a candidate for training, with its masked words while kept."""
    with opened() as application:
        entry, words = application.desk.advice.review(
            id, mark, who=who or getpass.getuser(), verdict=verdict
        )
    candidate = entry.to_json() | {"text": words}
    if as_json:
        emit(candidate)
        return
    show(Text(f"Advice {id} is marked {mark}."))
    if words:
        show(Text("A candidate for intents/disclosure/, once the names are taken out:"))
        show(Text(_as_line(entry, words)))


def _as_line(entry: Advice, words: str) -> str:
    """The candidate as a line of the corpus: text, verdict, clauses, subject, recipient, facts."""
    facts = dict(entry.facts)
    subject, recipient = facts.pop("subject", "unknown"), facts.pop("recipient", "unknown")
    told = " ".join(f"{name}={value}" for name, value in facts.items())
    verdict = entry.right_verdict or entry.verdict
    text = " ".join(words.split())
    return "\t".join((text, verdict, ",".join(entry.clauses), subject, recipient, told))
