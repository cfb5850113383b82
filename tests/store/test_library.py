"""Reading `data/`: the shipped facts load, and every mistake names its file and line."""

import json
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml

from bot.domain.errors import ConfigurationError, InvalidInput
from bot.store.library import DATA, load_library

Change = Callable[[str], str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA, tmp_path / "data"))


def replaced(old: str, new: str) -> Change:
    def change(text: str) -> str:
        assert old in text, old
        return text.replace(old, new, 1)

    return change


def appended(lines: str) -> Change:
    return lambda text: text + lines


def alter(folder: Path, name: str, change: Change) -> None:
    path = folder / name
    path.write_text(change(path.read_text("utf-8")), encoding="utf-8")


def line_of(folder: Path, name: str, words: str) -> int:
    lines = (folder / name).read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if words in line)


def test_the_shipped_facts_load() -> None:
    library = load_library()
    assert len(library.policy.clauses) == 55
    assert set(library.kinds) == {
        "inquiry", "complaint", "access", "correction", "withdrawal", "incident"
    }  # fmt: skip
    assert library.company.province == "ON"
    assert library.zone.key == "America/Toronto"
    assert library.calendar().first == date(2025, 1, 1)
    assert library.calendar().last == date(2035, 12, 31)


def test_what_has_still_to_be_filled_in_is_named() -> None:
    company = load_library().company
    assert "privacy_officer.name" in company.placeholders
    assert "regulator.phone" in company.to_confirm
    assert "name" not in company.placeholders


def test_every_invented_contact_is_a_placeholder() -> None:
    text = (DATA / "company.yml").read_text("utf-8")
    invented = re.compile(r"555-01\d\d|\.example|to be filled in")
    section = ""
    paths = load_library().company.placeholders
    facts = text[: text.index("\nplaceholders:")].splitlines()
    stack: list[str] = []
    for line in facts:
        found = re.match(r"( *)(\w+):", line)
        if not found or line.lstrip().startswith("#"):
            continue
        depth = len(found[1]) // 2
        stack = [*stack[:depth], found[2]]
        section = ".".join(stack)
        if invented.search(line):
            assert section in paths, section
    assert section


def test_the_notice_says_who_stores_what_and_how_long() -> None:
    library = load_library()
    notice, keep = library.notice, library.retention
    assert notice.startswith(library.company.name)
    assert "automated assistant, not" in notice
    for name in ("conversations", "trackers", "tickets", "incidents"):
        assert str(keep[name].keep) in notice
    for words in ("card number", "SIN", library.company.privacy_officer.email):
        assert words in notice
    assert "{" not in notice


def test_the_procedure_names_the_regulator_and_invents_no_limit() -> None:
    library = load_library()
    procedure = library.complaint_procedure
    for words in (
        library.company.regulator.name,
        library.company.regulator.address,
        "14 business days",
        "30 days",
        "policy 10.4",
        "policy 10.5",
        "not a condition",
    ):
        assert words in procedure
    # law-and-calendar.md section 1: no "72 hours", no "12 months to complain"
    assert not re.search(r"72|12 months|one year|{", procedure)


def test_calendars_are_chosen_by_name_and_province() -> None:
    library = load_library()
    assert library.calendar("strictest") is library.calendar("strictest", "on")
    assert library.calendar("federal", "QC") is library.calendar("federal")
    assert date(2026, 6, 24) in library.calendar("province", "QC").closed
    with pytest.raises(InvalidInput, match="AB, BC"):
        library.calendar("province", "XX")
    with pytest.raises(InvalidInput, match="AB, BC"):
        library.calendar("strictest", "XX")
    with pytest.raises(InvalidInput, match="strictest, province, federal"):
        library.calendar("lenient")


def test_every_use_that_starts_a_clock_can_be_chosen_when_withdrawing() -> None:
    form = yaml.safe_load((DATA / "forms/withdrawal.yml").read_text("utf-8"))
    choices = {choice["value"] for field in form["fields"] for choice in field.get("choices", [])}
    rules = load_library().kinds["withdrawal"].clocks
    assert {use for rule in rules for use in rule.uses} <= choices


def test_a_day_that_was_added_closes_its_calendars_and_changes_the_version(folder: Path) -> None:
    rows = (
        "- {date: 2026-09-21, name: Day of mourning, calendars: [federal, 'ON'], source: gazette}\n"
    )
    alter(folder, "holidays/added.yml", lambda _: rows)
    library, shipped = load_library(folder), load_library()
    day = date(2026, 9, 21)
    assert library.calendar().why_closed(day) == "Day of mourning"
    assert library.calendar("strictest", "QC").is_open(day)
    assert library.calendar("province", "ON").version.startswith("holidays 0.109 + ")
    assert library.calendar("province", "QC").version == "holidays 0.109"
    assert shipped.calendar().is_open(day)


def test_added_days_may_be_absent(folder: Path) -> None:
    (folder / "holidays/added.yml").unlink()
    assert load_library(folder).calendar().version == "holidays 0.109"


def test_another_companys_clauses_may_be_any_json(folder: Path) -> None:
    clauses = {"A": 'He said "B": yes.\nAnd \U0001f600', "B": "Tabs\tand é"}
    (folder / "policy/clauses.json").write_text(json.dumps(clauses, indent="\t"), "utf-8")
    (folder / "policy/policy.yml").write_text(
        "title: Other\nversion: '2'\neffective: 2026-01-31\nsource: elsewhere\n"
        "parts: [{heading: All, clauses: [{id: A, title: One}, {id: B, title: Two}]}]\n",
        "utf-8",
    )
    (folder / "disclosure.yml").unlink()
    library = load_library(folder)
    policy = library.policy
    assert not library.disclosure.rows
    assert {id: clause.text for id, clause in policy.clauses.items()} == clauses
    assert policy.effective == "2026-01-31"


# (file, change, words that mark the line at fault in the changed file or None, part of the message)
MISTAKES: list[tuple[str, Change, str | None, str]] = [
    (
        "policy/clauses.json",
        replaced(' "intro.2":', ' "intro.1": "again",\n "intro.2":'),
        '"intro.1": "again"',
        "clause intro.1 is given twice",
    ),
    (
        "policy/clauses.json",
        replaced(' "intro.2":', ' "99": "New.",\n "intro.2":'),
        '"99":',
        "clause 99 is not known in policy.yml",
    ),
    (
        "policy/clauses.json",
        replaced(' "intro.2":', ' "99": " ",\n "intro.2":'),
        '"99":',
        "clause 99 has no text",
    ),
    (
        "policy/clauses.json",
        replaced(' "intro.2":', ' "99": ["New."],\n "intro.2":'),
        '"99":',
        "clause 99 has no text",
    ),
    (
        "policy/clauses.json",
        replaced(' "intro.2":', ' " ": "New.",\n "intro.2":'),
        '" ":',
        "a clause id is empty",
    ),
    ("policy/clauses.json", replaced('"intro.2":', '"intro.2"'), '"intro.2"', "delimiter"),
    ("policy/clauses.json", lambda _: "[]", None, "expected an object"),
    ("policy/clauses.json", lambda _: "{}", None, "expected an object"),
    (
        "policy/policy.yml",
        replaced('{id: "3.6", title: Consent}', '{id: "3.8", title: Consent}'),
        '"3.8"',
        "clause 3.8 is unknown",
    ),
    (
        "policy/policy.yml",
        replaced('{id: "3.6", title: Consent}', '{id: "3.5", title: Consent}'),
        "title: Consent}",
        "clause 3.5 is listed twice",
    ),
    (
        "policy/policy.yml",
        replaced('{id: "3.6", title: Consent}', "{id: 3.6, title: Consent}"),
        "id: 3.6",
        "expected a text",
    ),
    (
        "policy/policy.yml",
        replaced('{id: "3.6", title: Consent}', '{id: "3.6", title: ""}'),
        '"3.6"',
        "the text is empty",
    ),
    ("policy/policy.yml", replaced("effective_note", "# effective_note"), "effective:", "say why"),
    ("policy/policy.yml", replaced("effective: null", "effective: soon"), "effective:", "a date"),
    ("policy/policy.yml", replaced("source:", "sauce:"), "sauce:", "sauce is not known here"),
    ("company.yml", replaced("regulator.phone", "regulator.fax"), "regulator.fax", "to nothing"),
    ("company.yml", replaced("America/Toronto", "Toronto"), "time_zone:", "a zone"),
    ("company.yml", replaced('province: "ON"', 'province: "XX"'), None, "no holiday list for XX"),
    ("company.yml", replaced('province: "ON"', "province: ON"), "province: ON", "expected a text"),
    ("company.yml", replaced("  billing:", "  bills:"), None, "billing is missing"),
    ("company.yml", replaced('opens: "09:00"', 'opens: "18:00"'), None, "before it closes"),
    ("company.yml", replaced('opens: "09:00"', 'opens: "9"'), "opens:", "time of day"),
    ("company.yml", replaced("[Monday,", "[Mon,"), "[Mon,", "one of Monday"),
    ("company.yml", replaced("email:", "e_mail:"), "e_mail:", "e_mail is not known here"),
    ("company.yml", appended("province: 'QC'\n"), "province: 'QC'", "province is given twice"),
    ("company.yml", lambda _: "", None, "the file is empty"),
    ("company.yml", lambda _: "- a\n", None, "expected names"),
    ("company.yml", replaced("name: Cloud", "name: [Cloud"), None, "line "),
    ("clocks.yml", replaced("days: 14", "days: 0"), "days: 0", "at least 1"),
    ("clocks.yml", replaced("days: 14", "days: two weeks"), "two weeks", "a whole number"),
    (
        "clocks.yml",
        replaced("unit: business\n", "unit: working\n"),
        "unit: working",
        "one of business",
    ),
    ("clocks.yml", replaced("promise: true\n", "promise: maybe\n"), "maybe", "true or false"),
    ("clocks.yml", replaced("pausable: true", "pauseable: true"), "pauseable", "not known here"),
    (
        "clocks.yml",
        replaced("name: resolve", "name: respond"),
        None,
        "is given twice for complaint",
    ),
    ("clocks.yml", replaced("incident:", "#"), None, "incident is missing"),
    ("clocks.yml", replaced("[officer, deputy]", "[boss]"), "[boss]", "one of officer"),
    ("clocks.yml", replaced("- *respond", "- *reply"), "- *reply", "alias"),
    ("clocks.yml", replaced("    - *respond\n    - name: resolve", "    []\n  #"), None, "line "),
    ("retention.yml", replaced("P5Y", "P23M"), "keep: P23M", "less than the least"),
    ("retention.yml", replaced("keep: P30D", "keep: 30 days"), "30 days", "a period"),
    ("retention.yml", replaced("trackers:", "tracks:"), None, "trackers is missing"),
    ("holidays/ON.json", replaced('"calendar": "ON"', '"calendar": "QC"'), '"QC"', "expected ON"),
    (
        "holidays/ON.json",
        replaced("2025-02-17", "2025-01-01"),
        "Family Day",
        "2025-01-01 is given twice",
    ),
    ("holidays/ON.json", replaced("2025-02-17", "2025-02-30"), "2025-02-30", "a date as"),
    ("holidays/ON.json", replaced("2025-02-17", "2024-02-17"), "2024-02-17", "is outside"),
    ("holidays/ON.json", replaced('"2035-12-31"', '"2036-12-31"'), '"days"', "no holiday in 2036"),
    ("holidays/ON.json", replaced('"2035-12-31"', '"2024-12-31"'), '"last"', "lies before"),
    ("holidays/ON.json", lambda text: text[:400], None, "line "),
    (
        "holidays/added.yml",
        lambda _: "- {date: 2026-09-21, name: Mourning, calendars: [ZZ], source: x}\n",
        "[ZZ]",
        "one of federal",
    ),
    (
        "holidays/added.yml",
        lambda _: "- {date: 2026-09-21, name: M, calendars: [federal, federal], source: x}\n",
        "federal",
        "given twice for federal",
    ),
    ("notice.md", appended("\nAsk {somebody}.\n"), "{somebody}", "braces may only hold"),
    ("notice.md", appended("\nAn odd } brace.\n"), "odd", "braces may only hold"),
    ("notice.md", lambda _: "\n \n", None, "the file is empty"),
    ("complaint_procedure.md", appended("{0}\n"), "{0}", "braces may only hold"),
]


@pytest.mark.parametrize(
    ("name", "change", "at", "message"),
    MISTAKES,
    ids=[f"{name}: {row[-1]}" for name, *row in MISTAKES],
)
def test_a_mistake_stops_the_start_with_file_and_line(
    folder: Path, name: str, change: Change, at: str | None, message: str
) -> None:
    alter(folder, name, change)
    with pytest.raises(ConfigurationError, match=re.escape(message)) as refused:
        load_library(folder)
    sentence = refused.value.sentence
    assert sentence.startswith(f"data/{name}")
    assert str(folder) not in sentence
    if at is not None:
        assert f"data/{name}, line {line_of(folder, name, at)}:" in sentence


@pytest.mark.parametrize(
    "name", ["clocks.yml", "policy/clauses.json", "holidays/QC.json", "notice.md"]
)
def test_a_file_that_cannot_be_read_is_named(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"\xff\xfe\x00broken")
    with pytest.raises(ConfigurationError, match=re.escape(f"data/{name}: cannot be read")):
        load_library(folder)
    (folder / name).unlink()
    with pytest.raises(ConfigurationError, match=re.escape(f"data/{name}: cannot be read")):
        load_library(folder)


def test_a_character_that_yaml_forbids_is_told(folder: Path) -> None:
    alter(folder, "clocks.yml", appended("\x00"))
    with pytest.raises(ConfigurationError, match=r"data/clocks\.yml"):
        load_library(folder)
