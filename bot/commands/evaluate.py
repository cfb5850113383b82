"""`evaluate`: how well labelled messages are read, as the scorer's JSON and as a page."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.commands.advise import judged_and_closed
from bot.commands.ask import Question, json_lines, predictions
from bot.commands.desk import with_assistant
from bot.commands.terminal import emit, say
from bot.config import ROOT, read_settings
from bot.domain.topics import OUT_OF_SCOPE
from bot.evaluation.figures import figures, intents, is_quoted, text_alone
from bot.evaluation.page import page
from bot.evaluation.questions import Judged, Labelled, RankedByText
from bot.evaluation.stock import StockPipeline
from bot.evaluation.verdicts import LabelledRequest, verdict_figures
from bot.wiring import Application

OWN_QUESTIONS = ROOT / "tests" / "eval" / "questions.jsonl"
PAGE = "evaluation.html"


def evaluate(
    file: Annotated[
        Path, typer.Argument(help="Labelled JSON lines; without it the set in tests/eval.")
    ] = OWN_QUESTIONS,
    out: Annotated[
        Path | None,
        typer.Option(help="Where the page goes (default: evaluation.html in the home)."),
    ] = None,
    ranking: Annotated[
        bool, typer.Option(help="Rank the clauses by the policy's text alone as well.")
    ] = True,
    stock: Annotated[
        bool, typer.Option(help="Train Rasa's stock pipeline on the same messages, and compare.")
    ] = False,
) -> None:
    """Train where needed, read a labelled file, write a page and print the figures as JSON.

    Of a file of staff's requests (lines with a verdict) the figures of the verdicts are printed.
    """
    lines = list(json_lines(file))
    if any(isinstance(line, dict) and "verdict" in line for _, line in lines):
        emit(_verdicts([LabelledRequest.read(number, line) for number, line in lines]))
        return
    questions = [Labelled.read(number, line) for number, line in lines]
    target = out or read_settings().home / PAGE
    with with_assistant() as application:
        judged, ranked = asyncio.run(_read(application, questions, ranking=ranking))
    found = figures(judged) | ({"policy_text_alone": text_alone(ranked)} if ranking else {})
    if stock:
        found["stock_pipeline"] = intents(StockPipeline(read_settings(), say).read(questions))
    target.write_text(page(judged, found, file.name, datetime.now(UTC)), encoding="utf-8")
    say(f"The page is {target}")
    emit(found)


def _verdicts(requests: Sequence[LabelledRequest]) -> dict[str, Any]:
    with with_assistant() as application:
        judged = asyncio.run(judged_and_closed(application, [one.text for one in requests]))
    return verdict_figures(requests, judged)


async def _read(
    application: Application, questions: Sequence[Labelled], *, ranking: bool
) -> tuple[list[Judged], list[RankedByText]]:
    asked = [Question(one.text, one.role) for one in questions]
    read = await predictions(application, asked)
    judged = [Judged.of(one, line) for one, line in zip(questions, read, strict=True)]
    ranked = []
    for one in questions if ranking else ():
        if is_quoted(one) or one.intent == OUT_OF_SCOPE:
            ranked.append(await _rank(application, one))
    await application.assistant.close()
    return judged, ranked


async def _rank(application: Application, asked: Labelled) -> RankedByText:
    clauses = application.library.policy.clauses
    scored: dict[str, Any] = await application.assistant.rank(
        [clause.text for clause in clauses.values()], asked.text
    )
    order = sorted(range(len(clauses)), key=lambda place: -scored["scores"][place])
    ids = list(clauses)
    place = next((n for n, at in enumerate(order) if ids[at] in asked.clauses), len(ids))
    return RankedByText(asked, place, float(scored["answerable"]))
