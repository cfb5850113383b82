"""`ask` and `rank`: reading questions, one with an answer, or a file of them without."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.commands.chat import Teller
from bot.commands.desk import with_assistant
from bot.commands.terminal import emit, show_replies
from bot.domain.errors import InvalidInput
from bot.domain.people import Role
from bot.domain.redaction import redact
from bot.domain.replies import Reading
from bot.domain.settling import prediction
from bot.wiring import Application

BATCH = 64


@dataclass(frozen=True, slots=True)
class Question:
    """One line of a question file."""

    text: str
    role: Role


def ask(
    text: Annotated[str | None, typer.Argument(help="The question.")] = None,
    role: Annotated[Role, typer.Option(help="Who is asking.")] = Role.CUSTOMER,
    as_json: Annotated[bool, typer.Option("--json", help="The chat API's object.")] = False,
    file: Annotated[
        Path | None, typer.Option(help="JSON lines with text and role, read independently.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where the readings go.")] = None,
) -> None:
    """Answer one question, or read a file of questions (stores and opens nothing)."""
    if (text is None) == (file is None):
        raise typer.BadParameter("give either a question or --file")
    if file is not None:
        if out is None:
            raise typer.BadParameter("--file needs --out")
        read_file(file, out)
        return
    with with_assistant() as application:
        said = asyncio.run(_ask(application, str(text), role))
    if as_json:
        emit(said)
    else:
        show_replies(said["replies"])


async def _ask(application: Application, text: str, role: Role) -> dict[str, Any]:
    teller = Teller(application, role)
    said = await teller.say(text=text)
    return {
        "conversation": said.conversation,
        "token": teller.token,
        "number": said.number,
        "replies": list(said.replies),
        "waiting_for": said.waiting_for,
        "late": said.late,
        "pending": said.pending,
    }


def read_file(file: Path, out: Path) -> None:
    """Write one prediction for each line, in order. Raises InvalidInput naming a bad line."""
    questions = [_question(number, line) for number, line in json_lines(file)]
    with with_assistant() as application, out.open("w", encoding="utf-8") as lines:
        for line in asyncio.run(_read_all(application, questions)):
            lines.write(json.dumps(line, ensure_ascii=False) + "\n")


def json_lines(file: Path) -> Iterable[tuple[int, Any]]:
    """Give the objects of a JSON-lines file, or of one JSON array, with their numbers."""
    try:
        content = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file}: cannot be read ({type(error).__name__})") from error
    if content.lstrip().startswith("["):
        yield from enumerate(_parsed(content, f"{file}"), start=1)
        return
    for number, line in enumerate(content.splitlines(), start=1):
        if line.strip():
            yield number, _parsed(line, f"{file}, line {number}")


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise InvalidInput(f"{where}: this is not JSON") from None


def _question(number: int, line: Any) -> Question:
    try:
        return Question(str(line["text"]), Role(line.get("role", Role.CUSTOMER)))
    except (KeyError, TypeError, AttributeError, ValueError):
        raise InvalidInput(
            f"line {number}: expected an object with text, and a role of customer or employee"
        ) from None


async def _read_all(
    application: Application, questions: Sequence[Question]
) -> list[dict[str, Any]]:
    found = await predictions(application, questions)
    await application.assistant.close()
    return found


async def predictions(
    application: Application, questions: Sequence[Question]
) -> list[dict[str, Any]]:
    """Read questions independently of each other: one prediction each, in order."""
    found: list[dict[str, Any]] = []
    for start in range(0, len(questions), BATCH):
        batch = questions[start : start + BATCH]
        # Redacted as in a conversation, so that a file and a chat are one reading.
        messages = [
            {
                "text": redact(q.text).text.lstrip("/ \t\n") or "?",
                "metadata": {"role": str(q.role), "channel": "terminal"},
            }
            for q in batch
        ]
        parses = await application.assistant.parse(messages)
        found.extend(
            prediction(Reading.from_parse(parse), question.text)
            for question, parse in zip(batch, parses, strict=True)
        )
    return found


def rank() -> None:
    """Rank any policy's sentences: JSON lines with policy and question in, JSON lines out."""
    with with_assistant() as application:
        asyncio.run(_rank(application))


async def _rank(application: Application) -> None:
    for number, line in enumerate(sys.stdin, start=1):
        if not line.strip():
            continue
        asked = _parsed(line, f"line {number}")
        try:
            policy, question = [str(s) for s in asked["policy"]], str(asked["question"])
        except (KeyError, TypeError):
            raise InvalidInput(
                f"line {number}: expected an object with policy (a list) and question"
            ) from None
        emit(await application.assistant.rank(policy, question))
    await application.assistant.close()
