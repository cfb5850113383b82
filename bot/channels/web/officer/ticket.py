"""One ticket: all of it on a page, its forms, its files, and the whole of it for paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from bot.channels.web.officer.gate import see_other, text_of
from bot.channels.web.officer.routes import Pages, Shown, Taken
from bot.channels.web.officer.steps import DONE, STEPS, Asked, letter_of
from bot.channels.web.problems import Problem
from bot.desk.dossier import Dossier
from bot.domain.accounts import Right, SignedIn
from bot.domain.attachments import TAKEN
from bot.domain.clock_changes import PAUSE_REASONS
from bot.domain.errors import Conflict, DeskError, InvalidInput
from bot.domain.leading_answers import answer_words
from bot.domain.reply_templates import EXTENSION, templates_for
from bot.domain.tickets import Kind, Step, is_open, next_status

TICKET = "/officer/tickets/{reference}"
EXTEND = "extend"


@dataclass(frozen=True, slots=True)
class TicketPages(Pages):
    """The pages of one ticket."""

    def routes(self) -> tuple[Shown | Taken, ...]:
        return (
            Shown(TICKET, Right.READ, self.show),
            Shown(f"{TICKET}/file", Right.READ, self.print),
            Shown(f"{TICKET}/file.pdf", Right.READ, self.pdf),
            Taken(f"{TICKET}/attachments", Right.WORK, self.add_file),
            Shown(f"{TICKET}/attachments/{{id}}", Right.READ, self.file),
            Taken(f"{TICKET}/{{step}}", Right.WORK, self.take),
        )

    def show(self, request: Request, signed: SignedIn) -> Response:
        """The ticket, with what was just done to it."""
        done = DONE.get(request.query_params.get("done", ""), "")
        return self._page(request, signed, done=done)

    def take(self, request: Request, signed: SignedIn, form: FormData) -> Response:
        """Take the step that a form asks for. What was typed is never lost."""
        name, reference = request.path_params["step"], request.path_params["reference"]
        work = STEPS.get(name)
        if work is None:
            raise Problem(404, "not_found", "There is no such step.")
        asked = Asked(self.desk, reference, form, signed.account.id)
        typed = {k: v for k, v in form.items() if isinstance(v, str)} | {"step": name}
        try:
            if name == "reply" and text_of(form, "preview"):
                return self._page(request, signed, typed=typed, letter=letter_of(asked))
            work(asked)
        except (InvalidInput, Conflict) as error:
            status = 409 if isinstance(error, Conflict) else 400
            return self._page(request, signed, typed=typed, trouble=error.sentence, status=status)
        done = EXTEND if text_of(form, "template") == EXTENSION else name
        return see_other(request, f"/officer/tickets/{reference}?done={done}")

    def add_file(self, request: Request, signed: SignedIn, form: FormData) -> Response:
        """Keep a file with the ticket; the requester has it when it is shared."""
        reference, upload = request.path_params["reference"], form.get("file")
        try:
            if not isinstance(upload, UploadFile) or not upload.filename:
                raise InvalidInput("Choose a file first.")
            self.desk.attachments.add(
                reference, upload.filename, upload.file.read(), who=signed.account.id,
                shared=text_of(form, "shared") == "yes",
            )  # fmt: skip
        except InvalidInput as error:
            return self._page(
                request, signed, typed={"step": "file"}, trouble=error.sentence, status=400
            )
        return see_other(request, f"/officer/tickets/{reference}?done=file")

    def file(self, request: Request, signed: SignedIn) -> Response:
        """A file, to be saved and never shown in the page's own origin."""
        found, content = self.desk.attachments.open(
            request.path_params["reference"], request.path_params["id"]
        )
        return download(found.name, found.media_type, content)

    def print(self, request: Request, signed: SignedIn) -> Response:
        """The whole file as a page to print."""
        shown = self.desk.dossier(request.path_params["reference"])
        return self.view.render(
            request, "file.html", signed, shown=shown, zone=self._zone, labels=self._labels(shown)
        )

    def pdf(self, request: Request, signed: SignedIn) -> Response:
        """The whole file as a PDF."""
        reference = self.desk.tickets.show(request.path_params["reference"]).reference
        content = self.desk.papers.ticket_file(reference, self.gate.page_url)
        return download(f"{reference}.pdf", "application/pdf", content)

    def _labels(self, shown: Dossier) -> Mapping[str, str]:
        """What each answer is the answer to, in the words of the form."""
        form = self.desk.guide.forms.get(shown.ticket.kind)
        asked = {entry.name: entry.label for entry in form.fields} if form else {}
        return {**asked, "reach": "How to reach them"}

    @property
    def _zone(self) -> object:
        return self.desk.intake.library.zone

    def _page(
        self,
        request: Request,
        signed: SignedIn,
        *,
        done: str = "",
        trouble: str = "",
        letter: str = "",
        typed: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        shown = self.desk.dossier(request.path_params["reference"])
        ticket = shown.ticket
        uses = self.desk.guide.forms.get(Kind.WITHDRAWAL)
        return self.view.render(
            request,
            "ticket.html",
            signed,
            status=status,
            shown=shown,
            ticket=ticket,
            passed_on=answer_words(ticket),
            labels=self._labels(shown),
            zone=self._zone,
            done=done,
            trouble=trouble,
            letter=letter,
            typed=typed or {},
            templates=templates_for(ticket.kind),
            steps=[str(step) for step in Step if _allowed(shown, step)],
            open=is_open(ticket.status),
            kinds=[str(kind) for kind in Kind if kind is not ticket.kind],
            pause_reasons=PAUSE_REASONS,
            owners=[
                account for account, _ in self.desk.accounts.every() if account.may(Right.WORK)
            ],
            uses=[c for f in uses.fields for c in f.choices] if uses else [],
            taken=TAKEN,
        )


def _allowed(shown: Dossier, step: Step) -> bool:
    try:
        next_status(shown.ticket.status, step)
    except DeskError:
        return False
    return True


def download(name: str, media_type: str, content: bytes) -> Response:
    """A file to be saved: never shown inline, never guessed at (RFC 6266, RFC 8187)."""
    plain = "".join(c if c.isascii() and c not in '"\\' else "_" for c in name)
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    headers = {
        "Content-Disposition": disposition,
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(content, media_type=media_type, headers=headers)
