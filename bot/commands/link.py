"""`link`: a one-time link to sign in to the officer page."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from bot import wiring
from bot.commands.terminal import show
from bot.config import Settings, read_settings
from bot.desk.accounts import Accounts
from bot.domain.accounts import Duty
from bot.domain.errors import ConfigurationError, InvalidInput
from bot.domain.hosts import keeps_secrets
from bot.running import find_running
from bot.store.migrate import bring_up_to_date


def link(
    who: Annotated[
        str | None,
        typer.Option("--as", help="In demo and test: officer, or another duty with :MAIL."),
    ] = None,
) -> None:
    """Print a link that signs in to the officer page, once, within ten minutes."""
    settings = read_settings()
    if who is not None and not settings.moved_clock_allowed:
        raise ConfigurationError("link --as is for PRIVACYDESK_ENV=demo and test alone")
    duty, email = _named(who or str(Duty.OFFICER))
    running = find_running(settings.home)
    address = settings.public_url or (running.bot if running else None) or settings.page_url
    show(Text(sign_in_link(settings, address, duty, email)))


def sign_in_link(
    settings: Settings, address: str, duty: Duty = Duty.OFFICER, email: str | None = None
) -> str:
    """A fresh link at this address. ConfigurationError where it would travel for all to read."""
    if not keeps_secrets(address):
        raise ConfigurationError(
            "PUBLIC_URL: one-time links need https, or an address of this machine"
        )
    known = {Duty.OFFICER: settings.officer_email, Duty.DEPUTY: settings.deputy_email}
    store = wiring.open_store(settings)
    try:
        bring_up_to_date(store)
        secret = Accounts(store).issue_link(duty, email or known.get(duty))
    finally:
        store.close()
    return f"{address}/officer/sign-in?link={secret}"


def _named(text: str) -> tuple[Duty, str | None]:
    name, _, email = text.partition(":")
    try:
        duty = Duty(name)
    except ValueError:
        raise InvalidInput(f"A duty is one of {', '.join(Duty)}.") from None
    if email and "@" not in email:
        raise InvalidInput("After the colon comes an e-mail address.")
    if duty is Duty.EMPLOYEE and not email:
        raise InvalidInput("An employee is named by address: employee:MAIL.")
    return duty, email or None
