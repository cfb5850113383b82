"""The overview: figures with their charts, and messages that wait for a label."""

from __future__ import annotations

import json
from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import FormData
from starlette.responses import Response

from bot.channels.web.officer.gate import see_other, text_of
from bot.channels.web.officer.routes import Pages, Shown, Taken
from bot.channels.web.officer.ticket import download
from bot.channels.web.problems import Problem
from bot.desk.overview import Overview
from bot.domain.accounts import Right, SignedIn
from bot.domain.labels import LABELS
from bot.domain.spreadsheet import csv_text
from bot.domain.statistics import AGES, OLDER

OVERVIEW = "/officer/overview"
AGE_WORDS = (*(words for _, words in AGES), OLDER)


@dataclass(frozen=True, slots=True)
class Figures:
    """A table, which a chart of this shape draws: `bar`, `line`, or `stacked`."""

    name: str
    title: str
    shape: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str | int | float, ...], ...]


@dataclass(frozen=True, slots=True)
class OverviewPages(Pages):
    """How the desk does. The operator sees the figures and none of the messages."""

    def routes(self) -> tuple[Shown | Taken, ...]:
        return (
            Shown(OVERVIEW, Right.COUNT, self.show),
            Taken(f"{OVERVIEW}/label", Right.WORK, self.label),
            Taken(f"{OVERVIEW}/candidates", Right.EXPORT, self.candidates, fresh=True),
            Taken(f"{OVERVIEW}/{{name}}.csv", Right.EXPORT, self.export, fresh=True),
        )

    def show(self, request: Request, signed: SignedIn) -> Response:
        """Figures of now."""
        shown, desk = self.desk.overview.show(), self.desk.overview
        unsure = desk.unsure() if signed.account.may(Right.READ) else []
        return self.view.render(
            request, "overview.html", signed, shown=shown, tables=_tables(shown), unsure=unsure,
            labels=LABELS, zone=self.desk.intake.library.zone,
        )  # fmt: skip

    def label(self, request: Request, signed: SignedIn, form: FormData) -> Response:
        """Say what a message wanted."""
        self.desk.overview.label(
            text_of(form, "message"), text_of(form, "intent"), who=signed.account.id
        )
        return see_other(request, OVERVIEW)

    def candidates(self, request: Request, signed: SignedIn, form: FormData) -> Response:
        """The labelled messages, one JSON object a line: `text` and `intent`."""
        lines = [
            json.dumps({"text": text, "intent": intent}, ensure_ascii=False) + "\n"
            for text, intent in self.desk.overview.candidates()
        ]
        self._note(signed, "candidates", len(lines))
        return download("candidates.jsonl", "application/jsonl", "".join(lines).encode())

    def export(self, request: Request, signed: SignedIn, form: FormData) -> Response:
        """One of the tables for a spreadsheet."""
        wanted = request.path_params["name"]
        tables = {table.name: table for table in _tables(self.desk.overview.show())}
        table = tables.get(wanted)
        if table is None:
            raise Problem(404, "not_found", "There is no such table.")
        self._note(signed, wanted, len(table.rows))
        content = csv_text(table.headings, table.rows).encode("utf-8-sig")
        return download(f"{wanted}.csv", "text/csv", content)

    def _note(self, signed: SignedIn, what: str, rows: int) -> None:
        self.desk.accounts.note(signed.account.id, "exported", {"what": what, "rows": rows})


def _tables(shown: Overview) -> list[Figures]:
    kept = shown.in_time
    share = "" if kept.share is None else round(100 * kept.share, 1)
    return [
        Figures(
            "open", "Open requests by kind and age", "stacked", ("Kind", *AGE_WORDS),
            tuple(
                (kind, *(counted[words] for words in AGE_WORDS))
                for kind, counted in sorted(shown.ages.items())
            ),
        ),
        Figures(
            "deadlines", "Deadlines ahead", "bar", ("Week from", "Requests"),
            tuple((week.isoformat(), number) for week, number in shown.weeks_ahead),
        ),
        Figures(
            "intents", "What people ask", "line",
            ("Week from", *(name.replace("_", " ") for name in shown.intents)),
            tuple(
                (week.isoformat(), *(numbers[place] for numbers in shown.intents.values()))
                for place, week in enumerate(shown.weeks)
            ),
        ),
        Figures(
            "answers", "Answers of the last year", "",
            ("Answered", "In time, %", "Median, days", "90th of 100, days"),
            (
                (
                    kept.count, share, "" if kept.median is None else kept.median,
                    "" if kept.ninetieth is None else kept.ninetieth,
                ),
            ),
        ),
    ]  # fmt: skip
