"""The only place that chooses adapters: settings in, a desk that works out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.log import LogNotifier
from bot.channels.mail import MailNotifier
from bot.channels.rasa import RasaAssistant
from bot.channels.web import readiness
from bot.channels.web.app import create_app
from bot.config import Settings
from bot.conversation import Talk
from bot.desk import Desk
from bot.domain.zones import use_own_time_zones
from bot.fields import FieldReader
from bot.keys import audit_key, rasa_secret
from bot.notices import Ladder, Notifier, Recipient
from bot.reminders import Sweeper
from bot.store import migrate, notices
from bot.store.db import Store
from bot.store.forms import load_forms
from bot.store.library import Library, load_library
from bot.store.rate_counts import RateCounts

SWEEP_AT_LEAST = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Application:
    """One process's desk, wired."""

    settings: Settings
    store: Store
    library: Library
    desk: Desk
    assistant: RasaAssistant
    talk: Talk
    sweeper: Sweeper

    def close(self) -> None:
        self.store.close()


def open_store(settings: Settings) -> Store:
    """The desk's database, with the key that signs its events."""
    return Store(
        settings.database, shiftable=settings.moved_clock_allowed, audit_key=audit_key(settings)
    )


def build(settings: Settings) -> Application:
    """Wire the desk. Raises ConfigurationError when a setting or a data file is not usable."""
    use_own_time_zones()
    store = open_store(settings)
    library = load_library(settings.data_dir)
    forms = load_forms(settings.data_dir / "forms", library.policy)
    french = load_forms(settings.data_dir / "forms" / "fr", library.policy)
    notifiers = _notifiers(settings)
    ladder = _ladder(settings, notifiers)
    desk = Desk.build(store, library, forms, french, FieldReader(), ladder)
    assistant = RasaAssistant(settings.assistant_url, rasa_secret(settings))
    sweeper = Sweeper(desk.intake, notifiers, ladder, settings.page_url)
    talk = Talk(store, desk, assistant)
    return Application(settings, store, library, desk, assistant, talk, sweeper)


def web_app(application: Application) -> FastAPI:
    """The pages and the chat API of this desk."""
    store, library = application.store, application.library
    parts = readiness.readiness(
        readiness.database(lambda: migrate.is_current(store)),
        readiness.assistant(application.assistant.ready, library.policy.fingerprint()),
        readiness.sweep(lambda: _last_sweep(store), store.now, SWEEP_AT_LEAST),
    )
    return create_app(
        application.talk,
        library,
        application.settings,
        parts,
        rates=RateCounts(store),
        store_errors=(SQLAlchemyError,),
    )


def _last_sweep(store: Store) -> datetime | None:
    with store.reading() as connection:
        return notices.last_sweep(connection)


def _notifiers(settings: Settings) -> dict[str, Notifier]:
    found: dict[str, Notifier] = {"log": LogNotifier()}
    if settings.smtp_url is not None:
        sender = settings.mail_from or settings.officer_email or "privacy-desk@localhost"
        found["e-mail"] = MailNotifier(settings.smtp_url.get_secret_value(), sender)
    return found


def _ladder(settings: Settings, notifiers: dict[str, Notifier]) -> Ladder:
    """The officer, the deputy, the fallback, and last the log, which always works.

    Slack comes before e-mail: it rings. The fallback's way in Slack is the channel.
    """
    slack = {
        "officer": settings.slack_officer,
        "deputy": settings.slack_deputy,
        "fallback": settings.slack_channel,
    }
    mail = {
        "officer": settings.officer_email,
        "deputy": settings.deputy_email,
        "fallback": settings.fallback_email or settings.operator_email,
    }
    ways = [(by, to) for by, to in (("slack", slack), ("e-mail", mail)) if by in notifiers]
    reached = [Recipient(d, to[d] or "", by) for d in mail for by, to in ways if to[d]]
    last = Recipient("log" if reached else "officer", "Privacy Officer", "log")
    operator = settings.operator_email if "e-mail" in notifiers else None
    return Ladder(
        (*reached, last),
        letters_by=frozenset(notifiers) - {"log"},
        operator=Recipient("operator", operator, "e-mail") if operator else None,
    )
