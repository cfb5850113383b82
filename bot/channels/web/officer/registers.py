"""The registers, and their export."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from bot.channels.web.officer.gate import Gate
from bot.channels.web.officer.ticket import download
from bot.channels.web.officer.view import View
from bot.desk import Desk
from bot.domain.accounts import Right, SignedIn
from bot.domain.spreadsheet import csv_text

REGISTERS = "/officer/registers"


@dataclass(frozen=True, slots=True)
class RegisterPages:
    """What an auditor asks for."""

    desk: Desk
    gate: Gate
    view: View

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        router.add_api_route(REGISTERS, self.gate.page(Right.READ, self.show), methods=["GET"])
        export = self.gate.step(Right.EXPORT, self.export, fresh=True)
        router.add_api_route(f"{REGISTERS}/{{name}}.csv", export, methods=["POST"])
        return router

    def show(self, request: Request, signed: SignedIn) -> Response:
        """All registers, the newest rows of each."""
        found = self.desk.registers.every()
        return self.view.render(request, "registers.html", signed, registers=found)

    def export(self, request: Request, signed: SignedIn, form: FormData) -> Response:
        """One register for a spreadsheet, whole."""
        found = self.desk.registers.whole(request.path_params["name"])
        told = {"what": found.name, "rows": len(found.rows)}
        self.desk.accounts.note(signed.account.id, "exported", told)
        content = csv_text(found.headings, found.rows).encode("utf-8-sig")
        return download(f"{found.name}.csv", "text/csv", content)
