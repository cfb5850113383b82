"""The officer's steps as typed, in a home of their own."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.domain.errors import Conflict, DeskError, InvalidInput


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setenv("PRIVACYDESK_HOME", str(folder))
    monkeypatch.setenv("PRIVACYDESK_ENV", "test")
    run("clock", "set", "2026-11-24T12:00:00-05:00")
    return folder


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def said(*words: str) -> Any:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout.splitlines()[0])


def refused(error: type[DeskError], *words: str) -> None:
    assert isinstance(run(*words).exception, error)


def opened(kind: str) -> str:
    ticket = said(
        "ticket", "open", "--kind", kind, "--received", "2026-11-23T09:00:00-05:00",
        "--channel", "letter", "--person", "Ann Lee", "--email", "ann@example.ca",
        "--text", "All calls that you have of me, please.", "--reason", "found late",
    )  # fmt: skip
    assert ticket["events"][0]["why"] == "found late"
    reference: str = ticket["reference"]
    return reference


@pytest.mark.usefixtures("home")
def test_an_access_request_from_letter_to_answer() -> None:
    reference = opened("access")
    said("ticket", "acknowledge", reference, "--as", "ann")
    said("ticket", "identity", reference, "--method", "code to e-mail", "--result", "confirmed")
    extended = said("ticket", "extend", reference, "--reason", "consultations", "--days", "30")
    assert extended["clocks"][1]["due"] == "2027-01-22"
    assert extended["clocks"][1]["promised"] == "2026-12-23"
    said("ticket", "assign", reference, "bob")
    said("ticket", "snooze", reference, "--for", "P2D")
    said("ticket", "note", reference, "The line is 4111 1111 1111 1111.")
    done = said("ticket", "reply", reference, "Here they are.", "--as", "ann")
    assert "4111 1111" not in json.dumps(done)
    assert [clock["state"] for clock in done["clocks"]] == ["met", "running"]
    assert done["identity"] == {"method": "code to e-mail", "result": "confirmed"}
    closed = said("ticket", "resolve", reference)
    assert closed["status"] == "resolved"
    refused(Conflict, "ticket", "resolve", reference)
    again = said("ticket", "reopen", reference, "--why", "one is missing")
    assert again["status"] == "in_progress"
    moved = said("ticket", "reclassify", reference, "complaint", "--why", "it is one")
    assert moved["kind"] == "complaint"
    assert run("doctor", "--audit").exit_code == 0


@pytest.mark.usefixtures("home")
def test_a_complaint_pauses_and_is_found_justified() -> None:
    reference = opened("complaint")
    assert said("ticket", "pause", reference)["clocks"][1]["state"] == "paused"
    run("clock", "advance", "P3D")
    assert said("ticket", "resume", reference)["clocks"][1]["due"] == "2026-12-26"
    refused(InvalidInput, "ticket", "resolve", reference, "--finding", "justified")
    closed = said(
        "ticket", "resolve", reference, "--finding", "justified", "--measures", "We trained them."
    )
    assert closed["facts"][-1]["content"]["justified"] is True


def test_backup_restore_purge_and_the_exported_head(home: Path, tmp_path: Path) -> None:
    reference = opened("inquiry")
    head, file = tmp_path / "head.json", tmp_path / "b.db"
    assert run("doctor", "--audit", "--export", str(head)).exit_code == 0
    made = said("backup", str(file))
    assert made["counts"]["tickets"] == 1
    run("ticket", "resolve", reference)
    assert said("restore", str(file)) == made
    assert said("ticket", "show", reference)["status"] == "received"
    assert run("doctor", "--audit", "--head", str(head)).exit_code == 0
    assert said("purge")["tickets"] == 0
    assert said("purge")["compacted"] is True
    assert (home / "keys" / "audit_key").stat().st_mode & 0o777 == 0o600


def test_a_backup_comes_back_in_a_fresh_home(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = opened("inquiry")
    run("backup", str(tmp_path / "b.db"))
    monkeypatch.setenv("PRIVACYDESK_HOME", str(tmp_path / "second"))
    run("migrate")
    assert run("restore", str(tmp_path / "b.db")).exit_code == 0
    assert said("ticket", "show", reference)["reference"] == reference
    assert run("doctor", "--audit").exit_code == 0
    assert home.exists()
