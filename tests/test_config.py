"""Settings: typed, refused by the variable's name, never with its value."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import ROOT, SECRETS, Settings, read_settings
from bot.domain.errors import ConfigurationError


def read(**given: str) -> Settings:
    return read_settings(given, dotenv=None)


def test_without_settings_the_desk_runs_on_sqlite_on_loopback() -> None:
    settings = read()
    assert settings.privacydesk_env == "production"
    assert settings.home == ROOT / "var"
    assert settings.database == f"sqlite:///{ROOT / 'var' / 'desk.db'}"
    assert (settings.bot_port, settings.rasa_port, settings.actions_port) == (8000, 5005, 5055)
    assert settings.page_url == "http://127.0.0.1:8000"
    assert settings.assistant_url == "http://127.0.0.1:5005"
    assert settings.slack_mode == "off"
    assert settings.rate_limited
    assert not settings.moved_clock_allowed


@pytest.mark.parametrize("env", ["demo", "test"])
def test_only_demo_and_test_may_move_the_clock(env: str) -> None:
    settings = read(PRIVACYDESK_ENV=env)
    assert settings.moved_clock_allowed
    assert not settings.rate_limited


def test_addresses_are_taken_as_given() -> None:
    settings = read(
        PUBLIC_URL="https://desk.example/",
        RASA_URL="http://rasa:5005",
        DATABASE_URL="postgresql://desk@db/desk",
        BOT_PORT="0",
        PRIVACYDESK_HOME="~/desk",
    )
    assert settings.page_url == "https://desk.example"
    assert settings.assistant_url == "http://rasa:5005"
    assert settings.database == "postgresql://desk@db/desk"
    assert settings.bot_port == 0
    assert settings.home == Path("~/desk").expanduser().resolve()


BAD = {
    "PRIVACYDESK_ENV": "hunter2",
    "BOT_PORT": "hunter2",
    "RASA_PORT": "70000",
    "ACTIONS_PORT": "-1",
    "PUBLIC_URL": "ftp://hunter2",
    "RASA_URL": "http://host:hunter2",
    "SLACK_MODE": "hunter2",
    "SMTP_URL": "smtp://user:hunter2@host:port/",
    "OFFICER_EMAIL": "hunter2",
    "DEPUTY_EMAIL": " hunter2@example.ca",
    "FALLBACK_EMAIL": "hunter2@example.ca\nBcc: all@example.ca",
    "MAIL_FROM": "hunter2",
    "LOG_LEVEL": "hunter2",
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_setting_is_named_and_not_shown(name: str) -> None:
    with pytest.raises(ConfigurationError, match=name) as refused:
        read(**{name: BAD[name]})
    shown = f"{refused.value} {refused.value.__cause__}"
    assert "hunter2" not in shown
    assert "70000" not in shown


@pytest.mark.parametrize(
    "address",
    [
        "smtp://host:99999?tls=none",
        "smtp://?tls=none",
        "smtps://user:hunter2@host",
        "smtp://user:hunter2@host?tls=maybe",
        "smtp://user:hunt/er2@host",
        "smtp://[hunter2",
    ],
)
def test_a_mail_address_that_cannot_be_used_is_refused_at_the_start(address: str) -> None:
    with pytest.raises(ConfigurationError, match="SMTP_URL") as refused:
        read(SMTP_URL=address)
    assert "er2" not in str(refused.value)


@pytest.mark.parametrize("tls", ["", "?tls=required", "?tls=optional", "?tls=none"])
def test_a_mail_address_may_say_how_much_tls(tls: str) -> None:
    settings = read(SMTP_URL=f"smtp://user:pass@mail.example:587{tls}")
    assert settings.smtp_url is not None
    assert "pass" not in repr(settings)


def test_every_bad_setting_is_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as refused:
        read(**BAD)
    assert all(name in str(refused.value) for name in BAD)


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_may_stand_in_a_file(name: str, tmp_path: Path) -> None:
    value = "smtp://u:s3cret@host" if name == "SMTP_URL" else "s3cret"
    path = tmp_path / "secret"
    path.write_text(value + "\n", "utf-8")
    secret = getattr(read(**{f"{name}_FILE": str(path)}), name.lower())
    assert secret.get_secret_value() == value
    assert "s3cret" not in repr(read(**{f"{name}_FILE": str(path)}))
    direct = read(**{name: value.replace("s3", "d1"), f"{name}_FILE": str(path)})
    assert "d1cret" in getattr(direct, name.lower()).get_secret_value()


def test_a_secret_file_that_cannot_be_read_is_named_by_its_variable(tmp_path: Path) -> None:
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(ConfigurationError, match="SLACK_BOT_TOKEN_FILE") as refused:
            read(SLACK_BOT_TOKEN_FILE=str(path))
        assert str(tmp_path) not in str(refused.value)
    (tmp_path / "binary").write_bytes(b"\xff\xfehunter2")
    with pytest.raises(ConfigurationError, match="SLACK_BOT_TOKEN_FILE"):
        read(SLACK_BOT_TOKEN_FILE=str(tmp_path / "binary"))


def test_empty_is_unset() -> None:
    empty = {name.upper(): "" for name in Settings.model_fields}
    assert read_settings(empty, dotenv=None) == read()


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("BOT_PORT=8100\nRASA_PORT=5100\nUNKNOWN=1\nNOVALUE\n", "utf-8")
    settings = read_settings({"BOT_PORT": "8200"}, dotenv=path)
    assert (settings.bot_port, settings.rasa_port) == (8200, 5100)
    assert read_settings({}, dotenv=tmp_path / "absent") == read()


def test_the_process_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_PORT", "8300")
    assert read_settings(dotenv=None).bot_port == 8300
