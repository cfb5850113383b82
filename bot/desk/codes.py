"""Sending one-time codes to the address on file.

A code is a row before it is sent, as a keyed hash; its words exist in the mail alone. It is sent
at once and never again: after ten minutes it is worth nothing, so a failed one is asked for anew.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import structlog

from bot.desk.access import TicketAccess
from bot.desk.papers import Papers
from bot.domain.tickets import parse_reference
from bot.locale import translator
from bot.notices import Notice, NoticeError, Notifier, Sort

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CodePost:
    """Sends codes. `notifier` is the way to requesters' addresses, where there is one."""

    access: TicketAccess
    papers: Papers
    notifier: Notifier | None
    company: str

    @property
    def works(self) -> bool:
        """Tell whether codes can be sent at all."""
        return self.notifier is not None

    def send(self, reference: str) -> None:
        """Send a code where the reference is known and has an address; else do nothing.

        Never raises, and returns nothing from which either could be told.
        """
        known = parse_reference(reference)
        if self.notifier is None or known is None:
            return
        issued = self.access.issue_code(known)
        if issued is None:
            return
        try:
            self.notifier.send(self._notice(known, issued.email, issued.code))
        except NoticeError as error:
            log.error("code_not_sent", ticket=known, why=error.sentence)

    def _notice(self, reference: str, email: str, code: str) -> Notice:
        tr = translator(self.papers.language(reference))
        text = tr(
            "Your code for request {reference} is {code}.\n\nIt works once, for ten minutes, on "
            "the page where you asked for it. We never ask you for it in any other way. If you did "
            "not ask for it, do nothing: without the code nobody sees your request.\n\n{company}, "
            "Privacy Desk",
            reference=reference, code=code, company=self.company,
        )  # fmt: skip
        subject = tr("{reference}: your code", reference=reference)
        return Notice(
            key=f"code:{reference}:{secrets.token_hex(4)}",
            to=email, subject=subject, text=text, sort=Sort.LETTER, reference=reference,
        )  # fmt: skip
