"""The only place that chooses adapters: settings in, a desk that works out."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.log import LogNotifier
from bot.channels.mail import MailNotifier
from bot.channels.rasa import RasaAssistant
from bot.channels.web import readiness
from bot.channels.web.app import create_app
from bot.channels.web.calendar_feed import calendar_router
from bot.channels.web.officer import OfficerPages
from bot.channels.web.officer.oidc import Provider
from bot.channels.web.status import Requests
from bot.channels.web.thread import ThreadNotifier
from bot.config import Settings, read_settings
from bot.conversation import Talk
from bot.desk import Desk
from bot.desk.codes import CodePost
from bot.domain.accounts import AccountRules
from bot.domain.errors import ConfigurationError
from bot.domain.zones import use_own_time_zones
from bot.fields import FieldReader
from bot.keys import audit_key, kept, rasa_secret
from bot.notices import Ladder, Notifier, Recipient
from bot.reminders import Sweeper
from bot.store import migrate, notices
from bot.store.db import Store
from bot.store.forms import load_forms
from bot.store.library import Library, load_library
from bot.store.rate_counts import RateCounts
from bot.store.slack_inbox import SlackInbox
from bot.store.slack_posts import SlackPosts

if TYPE_CHECKING:
    # Imported where Slack is on: a desk without it starts quicker.
    from bot.channels.slack.checks import Check
    from bot.channels.slack.service import SlackChannel, SlackSettings

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
    ways = {*notifiers, *(("slack",) if settings.slack_is_on else ())}
    ladder = _ladder(settings, ways)
    desk = Desk.build(store, library, forms, french, FieldReader(), ladder)
    if settings.slack_is_on:
        from bot.channels.slack.service import make_notifier

        notifiers["slack"] = make_notifier(slack_settings(settings), SlackPosts(store), desk)
    assistant = RasaAssistant(settings.assistant_url, rasa_secret(settings))
    talk = Talk(store, desk, assistant)
    notifiers["web"] = ThreadNotifier(talk)
    sweeper = Sweeper(desk.intake, notifiers, ladder, settings.page_url)
    return Application(settings, store, library, desk, assistant, talk, sweeper)


def web_app(application: Application, slack: SlackChannel | None = None) -> FastAPI:
    """The pages and the chat API of this desk, and where Slack posts to."""
    store, library = application.store, application.library
    router = slack.router() if slack else None
    page = application.settings.page_url
    parts = readiness.readiness(
        readiness.database(lambda: migrate.is_current(store)),
        readiness.assistant(application.assistant.ready, library.policy.fingerprint()),
        readiness.sweep(lambda: _last_sweep(store), store.now, SWEEP_AT_LEAST),
        *([readiness.channel("slack", slack.health)] if slack else []),
    )
    return create_app(
        application.talk,
        library,
        application.settings,
        parts,
        rates=RateCounts(store),
        store_errors=(SQLAlchemyError,),
        routers=[*([router] if router else []), calendar_router(application.desk.feed, page)],
        officer=officer_pages(application.settings, application.desk),
        requests=requests(application),
    )


def slack_channel(application: Application) -> SlackChannel | None:
    """Everything of Slack in this process; None without its tokens."""
    if not application.settings.slack_is_on:
        return None
    from bot.channels.slack.notifier import SlackNotifier
    from bot.channels.slack.service import SlackChannel

    notifier = application.sweeper.notifiers["slack"]
    assert isinstance(notifier, SlackNotifier)
    return SlackChannel(
        slack_settings(application.settings),
        talk=application.talk,
        desk=application.desk,
        forms=application.desk.guide.forms,
        reader=application.desk.guide.reader,
        inbox=SlackInbox(application.store),
        notifier=notifier,
    )


def slack_settings(settings: Settings) -> SlackSettings:
    """How Slack is reached. Tokens are read again when Slack refuses them: they are rotated."""
    from bot.channels.slack.service import SlackSettings

    def token(name: str) -> str:
        given = getattr(_read_again(settings), name)
        return given.get_secret_value() if given is not None else ""

    signed = settings.slack_signing_secret is not None
    return SlackSettings(
        mode=settings.slack_mode,
        bot_token=lambda: token("slack_bot_token"),
        app_token=lambda: token("slack_app_token"),
        signing_secret=(lambda: token("slack_signing_secret")) if signed else None,
        api_url=settings.slack_api_url,
        officer=settings.slack_officer,
        deputy=settings.slack_deputy,
        channel=settings.slack_channel,
        full_cards=settings.card_detail == "full",
        page_url=settings.page_url,
        secret=bytes.fromhex(kept(settings.home, "slack_threads")),
    )


def slack_checks(settings: Settings) -> Iterator[Check]:
    """What Slack says of our tokens, scopes, people and channel."""
    from bot.channels.slack.checks import check_slack

    return check_slack(slack_settings(settings))


def _read_again(settings: Settings) -> Settings:
    """The settings of now, as far as tokens go; those of the start where they cannot be read."""
    try:
        fresh = read_settings()
    except ConfigurationError:
        return settings
    return fresh if fresh.slack_bot_token is not None else settings


def officer_pages(settings: Settings, desk: Desk) -> OfficerPages:
    """The staff's pages: who may sign in, and by which provider."""
    rules = AccountRules.of(
        officers=[settings.officer_email],
        deputies=[settings.deputy_email],
        operators=[settings.operator_email],
        viewers=settings.oidc_viewers,
        employee_group=settings.oidc_employee_group,
        employee_domain=settings.oidc_employee_domain,
    )
    issuer, id, key = (
        settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret,
    )  # fmt: skip
    if issuer is None or id is None or key is None:
        return OfficerPages(desk, rules)
    callback = f"{settings.page_url}/officer/sign-in/callback"
    provider = Provider(issuer, id, key.get_secret_value(), callback, settings.oidc_acr)
    return OfficerPages(desk, rules, provider)


def requests(application: Application) -> Requests:
    """How people follow their own requests; codes go by e-mail, where it is set up."""
    desk = application.desk
    mail = application.sweeper.notifiers.get("e-mail")
    post = CodePost(desk.access, desk.papers, mail, application.library.company.name)
    return Requests(desk, post)


def _last_sweep(store: Store) -> datetime | None:
    with store.reading() as connection:
        return notices.last_sweep(connection)


def _notifiers(settings: Settings) -> dict[str, Notifier]:
    found: dict[str, Notifier] = {"log": LogNotifier()}
    if settings.smtp_url is not None:
        found["e-mail"] = mail_notifier(settings, settings.smtp_url.get_secret_value())
    return found


def mail_notifier(settings: Settings, url: str) -> MailNotifier:
    """The way by e-mail."""
    return MailNotifier(
        url, settings.mail_from or settings.officer_email or "privacy-desk@localhost"
    )


def _ladder(settings: Settings, notifiers: Set[str]) -> Ladder:
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
        letters_by=frozenset({*notifiers, "web"}) - {"log"},
        operator=Recipient("operator", operator, "e-mail") if operator else None,
    )
