"""The README's commands, typed as they stand there, beside the running desk and without one."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.config import ROOT
from bot.store.tables import conversations, inbox
from tests.e2e.running import RunningDesk

pytestmark = pytest.mark.processes

README = (ROOT / "README.md").read_text(encoding="utf-8")
# Measured by `make bench`, and by the bench's own tests.
ELSEWHERE = {"bench"}
OF_THE_ASSISTANT = {"advise", "ask", "chat", "rank", "train", "doctor", "evaluate"}


def typed_commands() -> list[list[str]]:
    """The commands in the README's blocks, as a shell would read them."""
    text = README.replace("\\\n", " ")
    lines = re.findall(r"^\.venv/bin/privacydesk (.+)$", text, re.MULTILINE)
    return [shlex.split(line, comments=True) for line in lines]


TYPED = [words for words in typed_commands() if words[0] not in ELSEWHERE]
QUESTIONS = (
    {"text": "how long do you keep my data?", "role": "customer"},
    {"text": "my bill is too high this month", "role": "customer"},
    {"text": "may I tell a landlord where a colleague works?", "role": "employee"},
)


@pytest.fixture(scope="module")
def quiet_home(tmp_path_factory: pytest.TempPathFactory) -> RunningDesk:
    """A home whose desk is not running, after the dates that the README speaks of."""
    home = RunningDesk(tmp_path_factory.mktemp("quiet"))
    home.run("clock", "set", "2027-01-15T09:00:00-05:00")
    return home


@pytest.mark.parametrize("words", TYPED, ids=" ".join)
def test_a_command_of_the_readme(
    desk: RunningDesk, quiet_home: RunningDesk, words: list[str]
) -> None:
    folder = quiet_home.home
    (folder / "questions.jsonl").write_text(
        "".join(json.dumps(q) + "\n" for q in QUESTIONS), encoding="utf-8"
    )
    in_place = [str(folder / w) if w.endswith((".jsonl", ".db")) else w for w in words]
    if words[:2] == ["ticket", "show"]:
        in_place[2] = json.loads(quiet_home.run("ticket", "list", "--json").stdout)["reference"]
    home = desk if words[0] in OF_THE_ASSISTANT else quiet_home
    done = home.run(*in_place, stdin="how long do you keep my data?\n")
    # The shipped placeholders are warnings; nothing else is amiss with these desks.
    assert done.returncode == 0, done.stderr
    assert done.stdout or "--out" in words


def test_ask_is_the_chat_api_s_object(desk: RunningDesk) -> None:
    question = "how long do you keep my data?"
    done = desk.run("ask", question, "--json")
    asked, said = json.loads(done.stdout), desk.say(question)
    assert asked.keys() == said.keys()
    assert asked["replies"] == said["replies"]
    assert asked["replies"][0]["clauses"][0]["id"] == "5.3"
    assert done.stderr == ""


def test_a_file_is_read_line_by_line_and_stores_nothing(desk: RunningDesk, tmp_path: Path) -> None:
    def stored() -> tuple[int, int]:
        with desk.store.reading() as connection:
            found = [
                connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (conversations, inbox)
            ]
        return found[0], found[1]

    questions, out = tmp_path / "q.jsonl", tmp_path / "p.jsonl"
    texts = [*(q["text"] for q in QUESTIONS), " ", "/affirm", "😀", "x" * 15_000]
    lines = [{"text": text, "role": "customer", "ignored": 1} for text in texts]
    questions.write_text("".join(json.dumps(q) + "\n" for q in lines), encoding="utf-8")
    before = stored()
    done = desk.run("ask", "--file", str(questions), "--out", str(out))
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [line["text"] for line in found] == texts
    assert {"text", "intent", "confidence", "clauses", "answerable"} == set(found[0])
    assert found[0]["intent"] == "retention" and found[0]["clauses"][0] == "5.3"
    assert found[1]["intent"] == "out_of_scope" and found[1]["clauses"] == []
    assert stored() == before


def test_a_file_and_a_chat_are_one_reading(desk: RunningDesk, tmp_path: Path) -> None:
    questions, out = tmp_path / "q.jsonl", tmp_path / "p.jsonl"
    text = "who is responsible for privacy here?"
    questions.write_text(json.dumps({"text": text}) + "\n", encoding="utf-8")
    desk.run("ask", "--file", str(questions), "--out", str(out))
    read = json.loads(out.read_text(encoding="utf-8"))
    (reply,) = desk.say(text)["replies"]
    assert reply["intent"] == read["intent"]
    assert reply["clauses"][0]["id"] == read["clauses"][0]
    assert reply["confidence"] == pytest.approx(read["confidence"], abs=1e-3)


def test_chat_keeps_conversations_apart_and_finds_them_again(desk: RunningDesk) -> None:
    lines = [
        {"payload": "/request_complaint", "conversation": "A", "person": "anna"},
        {"message": "how long do you keep my data?", "conversation": "B", "person": "ben"},
        {"message": "x", "payload": "/y"},
    ]
    stdin = "".join(json.dumps(line) + "\n" for line in lines)
    done = desk.run("chat", "--json", stdin=stdin)
    first, second, third = (json.loads(line) for line in done.stdout.splitlines())
    assert (first["conversation"], first["person"]) == ("A", "anna")
    assert first["waiting_for"] == "complaint.what"
    assert second["waiting_for"] is None
    assert third["error"] == "invalid_input"
    again = {"message": "They read my bill aloud at the counter", "conversation": "A"}
    done = desk.run("chat", "--json", "--person", "anna", stdin=json.dumps(again) + "\n")
    assert json.loads(done.stdout)["waiting_for"] == "complaint.when"


def test_rank_takes_any_policy(desk: RunningDesk) -> None:
    asked = {
        "policy": ["Parcels are kept for ten days.", "The office is open on Mondays."],
        "question": "How long do you store a parcel?",
    }
    done = desk.run("rank", stdin=json.dumps(asked) + "\n")
    ranked = json.loads(done.stdout)
    assert ranked["scores"][0] > ranked["scores"][1]
    assert 0 <= ranked["answerable"] <= 1


def test_without_a_desk_what_is_needed_is_started_and_stopped(own_desk: RunningDesk) -> None:
    done = own_desk.run("ask", "how long do you keep my data?", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["replies"][0]["clauses"]
    assert "starting the assistant" in done.stderr
    assert "stopped again" in done.stderr
    assert not (own_desk.home / "run.json").exists()
    assert re.search("desk.db", " ".join(p.name for p in own_desk.home.iterdir()))
