"""The registers, and their export."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import FormData
from starlette.responses import Response

from bot.channels.web.officer.gate import see_other, text_of
from bot.channels.web.officer.routes import Pages, Shown, Taken
from bot.channels.web.officer.ticket import download
from bot.domain.accounts import Right, SignedIn
from bot.domain.errors import NotFound
from bot.domain.facts import Verdict
from bot.domain.spreadsheet import csv_text

REGISTERS = "/officer/registers"
LONGEST_NUMBER = 9


@dataclass(frozen=True, slots=True)
class RegisterPages(Pages):
    """What an auditor asks for."""

    def routes(self) -> tuple[Shown | Taken, ...]:
        return (
            Shown(REGISTERS, Right.READ, self.show),
            Taken(f"{REGISTERS}/{{name}}.csv", Right.EXPORT, self.export, fresh=True),
            Taken(f"{REGISTERS}/advice/{{number}}", Right.WORK, self.review),
        )

    def show(self, request: Request, signed: SignedIn) -> Response:
        """All registers, the newest rows of each."""
        found = self.desk.registers.every()
        return self.view.render(
            request, "registers.html", signed, registers=found, verdicts=[str(v) for v in Verdict]
        )

    def review(self, request: Request, signed: SignedIn, form: FormData) -> Response:
        """Mark an advice as ok, or as wrong with the verdict that it should have been."""
        number = request.path_params["number"]
        if not number.isdecimal() or len(number) > LONGEST_NUMBER:
            raise NotFound("There is no advice of that number.")
        self.desk.advice.review(
            int(number), text_of(form, "mark"), who=signed.account.id,
            verdict=text_of(form, "verdict") or None,
        )  # fmt: skip
        return see_other(request, f"{REGISTERS}#r-advice")

    def export(self, request: Request, signed: SignedIn, form: FormData) -> Response:
        """One register for a spreadsheet, whole."""
        found = self.desk.registers.whole(request.path_params["name"])
        told = {"what": found.name, "rows": len(found.rows)}
        self.desk.accounts.note(signed.account.id, "exported", told)
        content = csv_text(found.headings, found.rows).encode("utf-8-sig")
        return download(f"{found.name}.csv", "text/csv", content)
