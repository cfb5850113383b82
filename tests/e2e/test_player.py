"""The dialogues are well formed, enough and various; the player notices what goes wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from tests.e2e.player import (
    Dialogue,
    DialogueFailed,
    ExpectedRows,
    FiledTicket,
    Heard,
    Rows,
    Turn,
    load,
    play,
)

DIALOGUES = Path(__file__).parents[1] / "dialogues"
KINDS = ("complaint", "inquiry", "access", "correction", "withdrawal", "incident")


NOTHING = Rows((), 0)


@dataclass
class ScriptedDesk:
    """Answers everything alike and remembers what happened to it."""

    heard: Heard
    left: Rows = NOTHING
    happened: list[str] = field(default_factory=list)

    def say(self, text: str) -> Heard:
        self.happened.append(text)
        return self.heard

    def press(self, payload: str) -> Heard:
        self.happened.append(payload)
        return self.heard

    def rows(self) -> Rows:
        return self.left

    def today(self) -> date:
        return date(2026, 11, 24)

    def move_clock(self, duration: str) -> None:
        self.happened.append(duration)

    def restart(self, process: str) -> None:
        self.happened.append(process)


REPLY = {
    "text": "Noted. When: Tuesday 17 November 2026.",
    "clauses": [{"id": "5.3"}],
    "quick_replies": [{"payload": "/cancel_request"}],
}


def desk(*, left: Rows = NOTHING) -> ScriptedDesk:
    return ScriptedDesk(Heard((REPLY,), "complaint.reach"), left)


def played(turn: Turn, rows: ExpectedRows | None = None, left: Rows = NOTHING) -> list[str]:
    scripted = desk(left=left)
    play(Dialogue("a dialogue", "customer", (turn,), rows or ExpectedRows()), scripted, scripted)
    return scripted.happened


def test_there_are_dialogues_for_every_kind_and_role() -> None:
    dialogues = load(DIALOGUES)
    kinds = Counter(kind for dialogue in dialogues for kind in dialogue.kinds)
    assert len(dialogues) >= 48
    assert kinds["complaint"] >= 12
    assert {kind for kind in KINDS if kinds[kind] >= 3} == set(KINDS)
    assert {dialogue.role for dialogue in dialogues} == {"customer", "employee"}


def test_no_two_dialogues_have_one_name() -> None:
    names = Counter(dialogue.name for dialogue in load(DIALOGUES))
    assert [name for name, times in names.items() if times > 1] == []


def test_a_dialogue_that_goes_as_written_passes() -> None:
    turn = Turn(
        "say",
        "{iso -7}",
        "complaint.reach",
        ("{spoken -7}", "/Noted.*2026/"),
        ("Cancelled",),
        ("5.3",),
        ("/cancel",),
        1,
    )
    assert played(turn) == ["2026-11-17"]


@pytest.mark.parametrize(
    "turn",
    [
        Turn("say", "x", waiting_for=None),
        Turn("say", "x", waiting_for="complaint.when"),
        Turn("say", "x", replies=("{spoken -8}",)),
        Turn("say", "x", replies=("/^When/",)),
        Turn("say", "x", forbidden=("Noted",)),
        Turn("say", "x", clauses=("9.1",)),
        Turn("press", "/x", buttons=("/affirm",)),
        Turn("press", "/x", count=2),
    ],
    ids=str,
)
def test_a_turn_that_goes_otherwise_is_told(turn: Turn) -> None:
    with pytest.raises(DialogueFailed, match="a dialogue"):
        played(turn)


@pytest.mark.parametrize(
    "rows",
    [
        ExpectedRows(kinds=()),
        ExpectedRows(kinds=("complaint", "complaint")),
        ExpectedRows(kinds=("inquiry",)),
        ExpectedRows(drafts=0),
        ExpectedRows(fields={"when": "2026-11-1"}),
        ExpectedRows(fields={"reach": "/./"}),
    ],
    ids=str,
)
def test_rows_that_are_otherwise_are_told(rows: ExpectedRows) -> None:
    left = Rows((FiledTicket("complaint", {"when": "2026-11-17"}),), 1)
    with pytest.raises(DialogueFailed):
        played(Turn("say", "x"), rows, left)


def test_time_and_processes_are_left_to_the_surroundings() -> None:
    assert played(Turn("wait", "P1D")) == ["P1D"]
    assert played(Turn("restart", "rasa")) == ["rasa"]


@pytest.mark.parametrize(
    "text",
    [
        "- {name: x, role: customer, turns: []}",
        "- {name: x, role: officer, turns: [], rows: {}}",
        "- {name: x, role: customer, turns: [{say: a, press: /b}], rows: {}}",
        "- {name: x, role: customer, turns: [{say: 2024-01-01}], rows: {}}",
        "- {name: x, role: customer, turns: [{say: a, reply: b}], rows: {}}",
        "- {name: x, role: customer, turns: [{say: a, replies: b}], rows: {}}",
        "- {name: x, role: customer, turns: [{wait: P1D, replies: [b]}], rows: {}}",
        "- {name: x, role: customer, turns: [], rows: {tickets: 1}}",
        "- {name: x, role: customer, turns: [], rows: {fields: {when: 2024-01-01}}}",
    ],
)
def test_a_dialogue_that_is_not_well_formed_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"bad\.yml: x"):
        load(tmp_path)
