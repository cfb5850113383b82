"""Settings: read once from the environment and `.env`, typed, and refused by name.

A bad setting stops the start with the variable's name, never its value. Every secret may be
given as NAME_FILE, a path to a file that holds it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, parse_qs, urlsplit

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from bot.domain.errors import ConfigurationError
from bot.domain.hosts import is_loopback

ROOT = Path(__file__).resolve().parent.parent

SECRETS = (
    "DATABASE_URL",
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SMTP_URL",
    "OIDC_CLIENT_SECRET",
    "RASA_SECRET",
)


def _port(value: int) -> int:
    if not 0 <= value <= 65535:
        raise ValueError("must be a port number, 0 to 65535")
    return value


def _parts(value: str) -> SplitResult | None:
    """The parts of an address, or None: the library's own errors would show the value."""
    try:
        parts = urlsplit(value)
        return parts if parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


def _web_address(value: str) -> str:
    parts = _parts(value)
    if parts is None or parts.scheme not in {"http", "https"}:
        raise ValueError("must be an http or https address")
    return value.rstrip("/")


def _smtp_address(value: SecretStr | None) -> SecretStr | None:
    if value is None:
        return None
    parts = _parts(value.get_secret_value())
    tls = parse_qs(parts.query).get("tls", ["required"])[0] if parts else None
    if not parts or parts.scheme != "smtp" or tls not in {"required", "optional", "none"}:
        raise ValueError("must look like smtp://user:password@host:port?tls=required|optional|none")
    return value


def _address(value: str | None) -> str | None:
    if value is not None and ("@" not in value or value != value.strip() or "\n" in value):
        raise ValueError("must be one e-mail address")
    return value


def _absent_when_empty(value: Any) -> Any:
    return None if value == "" else value


def _addresses(value: Any) -> Any:
    """Several e-mail addresses, with commas or spaces between them."""
    found = value.replace(",", " ").split() if isinstance(value, str) else value
    return tuple(_address(address) for address in found)


Port = Annotated[int, AfterValidator(_port)]
Secret = Annotated[SecretStr | None, BeforeValidator(_absent_when_empty)]
Mailbox = Annotated[str | None, BeforeValidator(_absent_when_empty), AfterValidator(_address)]
Optional = Annotated[str | None, BeforeValidator(_absent_when_empty)]


class Settings(BaseModel):
    """What the operator chose. Field names are the variables' names in lower case."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    privacydesk_home: Path = ROOT / "var"
    privacydesk_env: Literal["production", "demo", "test"] = "production"
    bot_host: str = "127.0.0.1"
    bot_port: Port = 8000
    rasa_port: Port = 5005
    actions_port: Port = 5055
    public_url: Annotated[
        str | None,
        BeforeValidator(_absent_when_empty),
        AfterValidator(lambda v: v and _web_address(v)),
    ] = None
    rasa_url: Annotated[
        str | None,
        BeforeValidator(_absent_when_empty),
        AfterValidator(lambda v: v and _web_address(v)),
    ] = None
    rasa_secret: Secret = None
    database_url: Secret = None
    data_dir: Path = ROOT / "data"
    slack_mode: Literal["off", "socket", "http"] = "off"
    slack_bot_token: Secret = None
    slack_app_token: Secret = None
    slack_signing_secret: Secret = None
    slack_api_url: Optional = None
    slack_officer: Optional = None
    slack_deputy: Optional = None
    slack_channel: Optional = None
    card_detail: Literal["initials", "full"] = "initials"
    smtp_url: Annotated[Secret, AfterValidator(_smtp_address)] = None
    mail_from: Mailbox = None
    officer_email: Mailbox = None
    deputy_email: Mailbox = None
    fallback_email: Mailbox = None
    operator_email: Mailbox = None
    oidc_issuer: Annotated[
        str | None,
        BeforeValidator(_absent_when_empty),
        AfterValidator(lambda v: v and _web_address(v)),
    ] = None
    oidc_client_id: Optional = None
    oidc_client_secret: Secret = None
    oidc_acr: Optional = None
    oidc_viewers: Annotated[tuple[str, ...], BeforeValidator(_addresses)] = ()
    oidc_employee_group: Optional = None
    oidc_employee_domain: Optional = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO")

    @model_validator(mode="after")
    def _check_provider(self) -> Settings:
        if self.oidc_issuer is None:
            return self
        if self.oidc_client_id is None or self.oidc_client_secret is None:
            raise ValueError("OIDC_ISSUER: OIDC_CLIENT_ID and OIDC_CLIENT_SECRET belong with it")
        parts = urlsplit(self.oidc_issuer)
        trusted = parts.scheme == "https" and not is_loopback(parts.hostname or "")
        if not trusted and not self.moved_clock_allowed:
            raise ValueError(
                "OIDC_ISSUER: must be https and not this machine, unless PRIVACYDESK_ENV is "
                "demo or test"
            )
        return self

    @property
    def home(self) -> Path:
        return self.privacydesk_home.expanduser().resolve()

    @property
    def moved_clock_allowed(self) -> bool:
        return self.privacydesk_env in {"demo", "test"}

    @property
    def rate_limited(self) -> bool:
        return self.privacydesk_env == "production"

    @property
    def slack_is_on(self) -> bool:
        """Tell whether Slack was asked for and has the tokens that its mode needs."""
        needed = {
            "socket": (self.slack_bot_token, self.slack_app_token),
            "http": (self.slack_bot_token, self.slack_signing_secret),
        }.get(self.slack_mode)
        return needed is not None and all(token is not None for token in needed)

    @cached_property
    def page_url(self) -> str:
        """Where people reach the page; links are built from it."""
        return self.public_url or f"http://127.0.0.1:{self.bot_port}"

    @cached_property
    def database(self) -> str:
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.home / 'desk.db'}"

    @cached_property
    def assistant_url(self) -> str:
        return self.rasa_url or f"http://127.0.0.1:{self.rasa_port}"


def read_settings(
    environ: Mapping[str, str] | None = None, dotenv: Path | None = ROOT / ".env"
) -> Settings:
    """Return the settings of this process.

    The environment wins over `.env`. Raises ConfigurationError naming every bad variable.
    """
    given: dict[str, str] = {}
    if dotenv is not None and dotenv.is_file():
        given |= {k: v for k, v in dotenv_values(dotenv).items() if v is not None}
    given |= dict(os.environ if environ is None else environ)
    for name in SECRETS:
        path = given.get(f"{name}_FILE")
        if path and not given.get(name):
            try:
                given[name] = Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigurationError(f"{name}_FILE: the file cannot be read") from error
    known = {name.upper(): name for name in Settings.model_fields}
    try:
        return Settings.model_validate(
            {known[k]: v for k, v in given.items() if k in known and v != ""}
        )
    except ValidationError as error:
        reasons = "; ".join(
            ": ".join((*(str(place).upper() for place in e["loc"][:1]), _without_kind(e["msg"])))
            for e in error.errors(include_input=False, include_url=False)
        )
        raise ConfigurationError(reasons) from None


def _without_kind(message: str) -> str:
    return message.removeprefix("Value error, ")
