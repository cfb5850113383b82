"""The secret link of the calendar of deadlines: when it was made, and making it anew."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import FormData
from starlette.responses import Response

from bot.channels.web.officer.routes import Pages, Shown, Taken
from bot.domain.accounts import Right, SignedIn

CALENDAR = "/officer/calendar"


@dataclass(frozen=True, slots=True)
class CalendarPages(Pages):
    """One page. The link is in the answer to the form that made it, and nowhere afterwards."""

    def routes(self) -> tuple[Shown | Taken, ...]:
        # Whoever holds the link reads every deadline without signing in.
        return (
            Shown(CALENDAR, Right.READ, self.show),
            Taken(CALENDAR, Right.WORK, self.make, fresh=True),
        )

    def show(self, request: Request, signed: SignedIn) -> Response:
        """When the present link was made."""
        return self._page(request, signed)

    def make(self, request: Request, signed: SignedIn, form: FormData) -> Response:
        """Make a new link, which ends the one before, and show it this once."""
        before = self.desk.feed.made_at() is not None
        link = self.desk.feed.new_link(self.gate.page_url, who=signed.account.id)
        self.desk.accounts.note(signed.account.id, "calendar_link")
        return self._page(request, signed, link, made_before=before)

    def _page(
        self, request: Request, signed: SignedIn, link: str = "", *, made_before: bool = False
    ) -> Response:
        return self.view.render(
            request, "calendar.html", signed, made_at=self.desk.feed.made_at(), link=link,
            made_before=made_before, zone=self.desk.intake.library.zone,
        )  # fmt: skip
