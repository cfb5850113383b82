"""Who may sign in, their roles and sign-ins; and the purge, which needs the same fresh proof."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import FormData
from starlette.responses import Response

from bot.channels.web.officer.gate import see_other, text_of
from bot.channels.web.officer.routes import Pages, Shown, Taken
from bot.domain.accounts import Duty, Right, SignedIn
from bot.domain.errors import InvalidInput

ACCOUNTS = "/officer/accounts"


@dataclass(frozen=True, slots=True)
class AccountPages(Pages):
    """The accounts of the officer's pages."""

    def routes(self) -> tuple[Shown | Taken, ...]:
        one = f"{ACCOUNTS}/{{id}}"
        return (
            Shown(ACCOUNTS, Right.ADMINISTER, self.show),
            Taken(f"{one}/role", Right.APPOINT, self.appoint, fresh=True),
            Taken(f"{one}/disable", Right.ADMINISTER, self.disable, fresh=True),
            Taken(f"{one}/enable", Right.ADMINISTER, self.enable, fresh=True),
            Taken(f"{one}/sign-out", Right.ADMINISTER, self.sign_out),
            Taken("/officer/purge", Right.PURGE, self.purge, fresh=True),
        )

    def show(self, request: Request, signed: SignedIn) -> Response:
        """All accounts."""
        return self.view.render(
            request, "accounts.html", signed, accounts=self.desk.accounts.every(),
            duties=[str(duty) for duty in Duty],
            purged=request.query_params.get("purged") == "yes",
        )  # fmt: skip

    def appoint(self, request: Request, signed: SignedIn, form: FormData) -> Response:
        """Give an account another role."""
        try:
            duty = Duty(text_of(form, "role"))
        except ValueError:
            raise InvalidInput("There is no such role.") from None
        self.desk.accounts.change_duty(request.path_params["id"], duty, who=signed.account.id)
        return see_other(request, ACCOUNTS)

    def disable(self, request: Request, signed: SignedIn, form: FormData) -> Response:
        """Let an account sign in no more."""
        self.desk.accounts.disable(request.path_params["id"], True, who=signed.account.id)
        return see_other(request, ACCOUNTS)

    def enable(self, request: Request, signed: SignedIn, form: FormData) -> Response:
        """Let an account sign in again."""
        self.desk.accounts.disable(request.path_params["id"], False, who=signed.account.id)
        return see_other(request, ACCOUNTS)

    def sign_out(self, request: Request, signed: SignedIn, form: FormData) -> Response:
        """End the sign-ins of an account."""
        self.desk.accounts.end_sign_ins(request.path_params["id"], who=signed.account.id)
        return see_other(request, ACCOUNTS)

    def purge(self, request: Request, signed: SignedIn, form: FormData) -> Response:
        """Delete what data/retention.yml gives up."""
        self.desk.keeping.purge(who=signed.account.id)
        return see_other(request, f"{ACCOUNTS}?purged=yes")
