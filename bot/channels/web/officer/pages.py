"""All of the officer's pages, put together."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.templating import Jinja2Templates

from bot.channels.web.officer.accounts import AccountPages
from bot.channels.web.officer.calendar import CalendarPages
from bot.channels.web.officer.gate import Gate
from bot.channels.web.officer.live import Live
from bot.channels.web.officer.oidc import Provider
from bot.channels.web.officer.overview import OverviewPages
from bot.channels.web.officer.queue import QueuePages
from bot.channels.web.officer.registers import RegisterPages
from bot.channels.web.officer.sign_in import SignIn
from bot.channels.web.officer.ticket import TicketPages
from bot.channels.web.officer.view import View
from bot.channels.web.ports import RateCounts, Settings
from bot.desk import Desk
from bot.domain.accounts import AccountRules


@dataclass(frozen=True, slots=True)
class OfficerPages:
    """What the officer's pages stand on. `rules` say who may sign in through the provider."""

    desk: Desk
    rules: AccountRules
    provider: Provider | None = None

    def gate(self, settings: Settings) -> Gate:
        return Gate(self.desk.accounts, settings.page_url)

    def router(
        self, templates: Jinja2Templates, settings: Settings, rates: RateCounts, chat_cookie: str
    ) -> APIRouter:
        """Every route of them."""
        gate, view = self.gate(settings), View(templates)
        sign_in = SignIn(
            gate, view, self.rules, rates, self.provider, chat_cookie, settings.rate_limited
        )
        router = APIRouter()
        for part in (
            sign_in.router(),
            QueuePages(self.desk, gate, view).router(),
            Live(self.desk, gate).router(),
            OverviewPages(self.desk, gate, view).router(),
            RegisterPages(self.desk, gate, view).router(),
            CalendarPages(self.desk, gate, view).router(),
            AccountPages(self.desk, gate, view).router(),
            TicketPages(self.desk, gate, view).router(),
        ):
            router.include_router(part)
        return router
