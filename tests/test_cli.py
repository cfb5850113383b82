"""The command line: what it prints where, and how it ends. No assistant is needed here."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import cli
from bot.__main__ import main
from bot.commands import ask, desk
from bot.commands.chat import read_line
from bot.config import ROOT
from bot.domain.errors import DeskError, InvalidInput
from bot.domain.people import Role
from bot.store.db import Store
from bot.store.migrate import migrate

RECEIVED = "2026-11-20T10:00:00-05:00"


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """stdout as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ended]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PRIVACYDESK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PRIVACYDESK_ENV", "test")
    return tmp_path / "home"


@pytest.fixture
def in_november(home: Path) -> None:
    """A desk whose clock stands shortly after RECEIVED, whenever the tests run."""
    store = Store(f"sqlite:///{home / 'desk.db'}", shiftable=True)
    migrate(store)
    store.move_clock(datetime.fromisoformat(RECEIVED) + timedelta(days=4) - datetime.now(UTC))
    store.close()


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command in a home of its own, in this process."""

    def command(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["privacydesk", *arguments])
        try:
            status = cli._status()
        except SystemExit as ended:
            assert isinstance(ended.code, int)
            status = ended.code
        written = capsys.readouterr()
        return Ended(status, written.out, written.err)

    return command


def opened(run: Run, *more: str) -> dict[str, Any]:
    """A complaint by letter; the ticket."""
    asked = ("--channel", "letter", "--person", "Anna B", "--text", "My letter was read by others")
    done = run(
        *("ticket", "open", "--kind", "complaint", "--received", RECEIVED, *asked, *more, "--json")
    )
    assert done.status == 0, done.err
    ticket: dict[str, Any] = done.lines[0]
    return ticket


def test_help_is_an_answer(run: Run) -> None:
    done = run("--help")
    assert done.status == 0
    for name in ("up", "ask", "chat", "deadline", "ticket", "sweep", "clock", "doctor", "bench"):
        assert name in done.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("no-such-command",),
        ("deadline",),
        ("deadline", RECEIVED, "--file", "cases.json"),
        ("deadline", "--file", "cases.json"),
        ("ask",),
        ("ask", "--file", "questions.jsonl"),
        ("deadline", RECEIVED, "--kind", "wish"),
        ("ticket", "open"),
        ("clock", "advance"),
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.status == 2
    assert done.out == ""
    assert done.err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("deadline", "tomorrow"), "2026-12-04T09:00:00-05:00"),
        (("deadline", "2026-12-04T09:00:00"), "offset"),
        (("deadline", "2099-12-04T09:00:00-05:00"), "calendar"),
        (("deadline", RECEIVED, "--tz", "Mars/Base"), "America/Toronto"),
        (("deadline", RECEIVED, "--calendar", "lunar"), "strictest"),
        (("ticket", "show", "PD-0000-0000"), "no ticket"),
        (("clock", "advance", "three days"), "P3D"),
        (("sweep", "--now", "soon"), "2026-12-04"),
        (("deadline", "--file", "no-such-file.json", "--out", "x"), "cannot be read"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value,
)
def test_what_cannot_be_done_is_one_line_and_1(
    run: Run, arguments: tuple[str, ...], why: str
) -> None:
    done = run(*arguments)
    assert done.status == 1
    assert done.out == ""
    assert len(done.err.splitlines()) == 1
    assert why in done.err


def test_a_bad_setting_is_named_and_not_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_PORT", "sesame-open")
    done = run("ticket", "list")
    assert done.status == 1
    assert "BOT_PORT" in done.err
    assert "sesame" not in done.err


def test_what_fails_unexpectedly_is_not_quoted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def burst(*_arguments: object) -> None:
        raise RuntimeError("Anna's number is 4111")

    monkeypatch.setattr("bot.commands.dates.load_library", burst)
    done = run("deadline", RECEIVED)
    assert done.status == 1
    assert "incident" in done.err and "RuntimeError" in done.err
    assert "4111" not in done.err


def test_a_deadline_says_how_it_was_worked_out(run: Run) -> None:
    done = run("deadline", RECEIVED)
    assert done.status == 0
    assert "will respond by Thursday 10 December 2026" in done.out
    assert "aims to resolve by Sunday 20 December 2026" in done.out
    assert "day 14 of 14 business days" in done.out


def test_a_deadline_as_json(run: Run) -> None:
    (found,) = run("deadline", RECEIVED, "--kind", "access", "--json").lines
    assert found["received_local_date"] == "2026-11-20"
    assert [clock["due"] for clock in found["clocks"]] == ["2026-12-10", "2026-12-20"]
    assert found["clocks"][0]["explain"][-1] == {
        "date": "2026-12-10",
        "day": 14,
        "counts": True,
        "why": "",
    }


def test_a_province_s_calendar_and_zone(run: Run) -> None:
    received = "2026-10-30T06:00:00-07:00"
    (found,) = run(
        *("deadline", received, "--province", "BC", "--tz", "America/Vancouver"),
        *("--calendar", "province", "--json"),
    ).lines
    assert found["clocks"][0]["due"] == "2026-11-20"


def test_a_file_of_deadlines_has_a_line_for_each_case(run: Run, tmp_path: Path) -> None:
    cases = [
        {"received_at": "2026-10-30T06:00:00-07:00", "province": "BC", "tz": "America/Vancouver"},
        {"received_at": "2026-10-30T09:00:00-04:00", "province": "ON", "tz": "America/Toronto"},
        {"received_at": "2099-01-01T09:00:00-05:00", "province": "ON", "tz": "America/Toronto"},
    ]
    (tmp_path / "cases.json").write_text(json.dumps(cases), encoding="utf-8")
    out = tmp_path / "dates.jsonl"
    done = run("deadline", "--file", str(tmp_path / "cases.json"), "--out", str(out))
    assert done.status == 0
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [line["respond_due"] for line in lines] == ["2026-11-20", "2026-11-19", None]
    assert lines[1]["resolve_due"] == "2026-11-29"
    assert "calendar" in lines[2]["error"]


def test_the_clock_moves_for_the_whole_desk_and_back(run: Run) -> None:
    assert run("clock", "set", "2026-12-04T09:00:00-05:00").out.startswith("2026-12-04T14:00:0")
    assert run("clock", "advance", "P3D").out.startswith("2026-12-07T14:00:")
    assert run("clock", "advance", "P1M").out.startswith("2027-01-07T14:00:")
    assert run("clock", "reset").status == 0
    assert not run("clock", "show").out.startswith("2027-01")


def test_production_refuses_to_move_time(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIVACYDESK_ENV", "production")
    for arguments in (("clock", "advance", "P1D"), ("sweep", "--now", RECEIVED)):
        done = run(*arguments)
        assert done.status == 1
        assert "PRIVACYDESK_ENV=demo or test" in done.err


@pytest.mark.usefixtures("in_november")
def test_a_letter_becomes_a_ticket_with_its_dates(run: Run, home: Path) -> None:
    ticket = opened(run, "--email", "anna@example.ca", "--reason", "came by post")
    assert ticket["channel"] == "letter"
    assert ticket["fields"]["what"]["value"] == "My letter was read by others"
    assert ticket["fields"]["reach"]["value"] == "anna@example.ca"
    assert [c["due"] for c in ticket["clocks"]] == ["2026-12-10", "2026-12-20"]
    assert run("ticket", "show", ticket["reference"].lower(), "--json").lines == [ticket]
    assert run("ticket", "list", "--json").lines[0]["reference"] == ticket["reference"]
    assert ticket["reference"] in run("ticket", "list").out


@pytest.mark.usefixtures("in_november")
def test_a_card_number_in_a_letter_is_masked(run: Run, home: Path) -> None:
    done = run(
        *("ticket", "open", "--kind", "inquiry", "--received", RECEIVED, "--channel", "letter"),
        *("--person", "Anna", "--text", "My card 4111 1111 1111 1111 was written down", "--json"),
    )
    assert "4111 1111" not in done.out
    assert b"4111 1111" not in (home / "desk.db").read_bytes()


@pytest.mark.usefixtures("in_november")
@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("--received", "2999-01-01T00:00:00-05:00"), "future"),
        (("--text", "  "), "words"),
        (("--email", "nobody"), "mail"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value,
)
def test_a_letter_that_cannot_be_filed_leaves_no_row(
    run: Run, change: tuple[str, ...], why: str
) -> None:
    given = {
        "--kind": "complaint", "--received": RECEIVED, "--channel": "phone", "--person": "Anna",
        "--text": "Some words of a caller",
    }  # fmt: skip
    given[change[0]] = change[1]
    done = run("ticket", "open", *(word for pair in given.items() for word in pair))
    assert done.status == 1
    assert why in done.err
    assert run("ticket", "list", "--json").out == ""


@pytest.mark.usefixtures("in_november")
def test_a_withdrawal_that_names_no_use_has_every_clock(run: Run) -> None:
    done = run(
        *("ticket", "open", "--kind", "withdrawal", "--received", RECEIVED, "--channel", "phone"),
        *("--person", "Anna", "--text", "I take it all back, whatever it was", "--json"),
    )
    names = [clock["name"] for clock in done.lines[0]["clocks"]]
    assert names == ["respond", "marketing_messages", "sales_calls"]


@pytest.mark.usefixtures("in_november")
def test_a_sweep_sends_once(run: Run) -> None:
    ticket = opened(run)

    def swept() -> list[Any]:
        # As a process of its own: what the notifier logs must not reach stdout.
        command = [sys.executable, "-m", "bot", "sweep", "--json"]
        later = ["--now", "2026-12-04T18:00:00-05:00"]
        done = subprocess.run([*command, *later], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    first = swept()
    assert {notice["ticket"] for notice in first} == {ticket["reference"]}
    assert [notice["threshold"] for notice in first] == ["opened", "5bd"]
    assert all(notice["state"] == "sent" for notice in first)
    assert swept() == []
    assert run("sweep").out == "Nothing is due.\n"


def test_migrate_says_whether_it_did_anything(run: Run, home: Path) -> None:
    assert "brought to this version" in run("migrate").out
    assert "Nothing to do" in run("migrate").out


def test_doctor_warns_of_placeholders_and_fails_on_what_is_broken(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("migrate")
    found = {f["part"]: f for f in run("doctor", "--json").lines}
    assert found["data/company.yml"]["verdict"] == "warning"
    assert found["database"]["verdict"] == "good"
    monkeypatch.setenv("SMTP_URL", "smtp://127.0.0.1:1?tls=none")
    done = run("doctor", "--json")
    broken = [f for f in done.lines if f["verdict"] == "broken"]
    assert done.status == 1
    assert "SMTP_URL" in done.err
    assert all(f["mend"] for f in broken)


def test_the_reader_of_the_output_may_leave(home: Path) -> None:
    done = subprocess.run(
        f"{sys.executable} -m bot --help | head -1",
        shell=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("line", "text", "payload"),
    [
        ("How long?\n", "How long?", None),
        ('{"message": "How long?"}', "How long?", None),
        ('{"payload": "/affirm"}', None, "/affirm"),
        ("{not json", "{not json", None),
    ],
)
def test_a_line_of_chat(line: str, text: str | None, payload: str | None) -> None:
    read = read_line(line)
    assert (read.text, read.payload) == (text, payload)


def test_a_line_of_chat_names_conversation_person_and_role() -> None:
    read = read_line('{"message": "x", "conversation": "A", "person": "p", "role": "employee"}')
    assert (read.label, read.person, read.role) == ("A", "p", Role.EMPLOYEE)


@pytest.mark.parametrize(
    "line", ['{"message": "a", "payload": "/b"}', "{}", '{"message": "a", "role": "king"}']
)
def test_a_line_of_chat_that_cannot_be_used(line: str) -> None:
    with pytest.raises(InvalidInput):
        read_line(line)


def test_a_question_file_names_its_bad_line(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"text": "a"}\n{"text": \n', encoding="utf-8")
    with pytest.raises(InvalidInput, match="line 2"):
        list(ask.json_lines(path))
    path.write_text('{"text": "a"}\n{"role": "customer"}\n', encoding="utf-8")
    with pytest.raises(InvalidInput, match="line 2"):
        ask.read_file(path, tmp_path / "out")


def test_a_desk_whose_assistant_stays_away(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "STARTING_SECONDS", 0.0)
    monkeypatch.setattr(desk, "is_held", lambda _home: True)
    with pytest.raises(DeskError, match="does not become ready"), desk.with_assistant():
        pass


def test_the_moved_clock_is_in_the_database(run: Run, home: Path) -> None:
    run("clock", "advance", "PT36H")
    store = Store(f"sqlite:///{home / 'desk.db'}", shiftable=True)
    with store.reading() as connection:
        assert abs(store.shift(connection) - timedelta(hours=36)) < timedelta(minutes=1)
    store.close()


def test_a_library_that_is_not_installed_yet_is_named_with_what_mends_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def burst() -> None:
        raise ModuleNotFoundError("No module named 'typst'", name="typst")

    monkeypatch.setattr("bot.cli.main", burst)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert "typst is missing" in (told := capsys.readouterr().err)
    assert "make install" in told
