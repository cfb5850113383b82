"""Reading data/disclosure.yml: what ships is whole, and a mistake names file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.errors import ConfigurationError
from bot.domain.facts import Rules
from bot.store.disclosure_file import read_disclosure
from bot.store.library import DATA
from tests.fakes.desks import shipped_library

SHIPPED = (DATA / "disclosure.yml").read_text(encoding="utf-8")


def read(text: str, folder: Path) -> Rules:
    path = folder / "disclosure.yml"
    path.write_text(text, encoding="utf-8")
    return read_disclosure(path, "data/disclosure.yml", shipped_library().policy)


def test_the_policys_recipients_are_all_there() -> None:
    """Policy 5.1 lists nine, 5.2 three; consent, agency and the law are guards, not recipients."""
    rules = shipped_library().disclosure
    rows = {entry.row for entry in rules.listed}
    assert rows == {
        "carrier_service", "directory", "billing", "our_marketing", "collections", "agents",
        "benefits",
    }  # fmt: skip
    guarded = {
        "emergency",
        "agent_proven",
        "consented",
        "legal_demand",
        "reference_without_consent",
    }
    assert guarded <= set(rules.rows)


def test_every_row_says_what_to_do() -> None:
    for row in shipped_library().disclosure.rows.values():
        assert all((row.reason, row.verify, row.say, row.record, row.source)), row.id


@pytest.mark.parametrize("row", ["our_marketing", "agents"])
def test_agents_and_marketing_show_how_the_regulator_narrows_them(row: str) -> None:
    assert "CRTC 2003-33-1" in shipped_library().disclosure.rows[row].limits


def test_processors_are_bound_by_contract() -> None:
    assert "7.4" in shipped_library().disclosure.rows["billing"].limits


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("verdict: emergency_allowed", "verdict: perhaps", "expected one of"),
        ('customer: ["5.1", "3.1"]', 'customer: ["5.9"]', "expected one of"),
        ('customer: ["5.1", "3.1"]', "customer: []", "at least one clause"),
        ("group: emergency", "group: friends", "expected one of"),
        ("purposes: [billing,", "purposes: [fun,", "expected one of"),
        ("row: collections,", "row: nothing,", "expected one of"),
        ("  need_to_know:\n", "  something_else:\n", "need_to_know is missing"),
        ("  unknown: {name", "  nobody: {name", "unknown is missing"),
    ],
)
def test_a_mistake_names_file_and_line(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    assert old in SHIPPED
    with pytest.raises(ConfigurationError, match=rf"data/disclosure\.yml, line \d+: .*{complaint}"):
        read(SHIPPED.replace(old, new, 1), tmp_path)


def test_the_officers_note_is_read_and_changes_the_edition(tmp_path: Path) -> None:
    noted = SHIPPED.replace("note:\n", "note: Ask twice.\n", 1)
    rules = read(noted, tmp_path)
    assert "Ask twice." in {row.note for row in rules.rows.values()}
    assert rules.edition != shipped_library().disclosure.edition
