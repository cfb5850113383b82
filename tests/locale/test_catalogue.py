"""The French catalogue: whole, with nothing left over, and the same values in every sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from babel.util import pathmatch

from bot.config import ROOT
from bot.domain.dates import closed_day
from bot.domain.receipts import NAMES
from bot.locale import FOLDER, LANGUAGES, preferred, translator
from bot.locale.names import CLOCKS, COUNTED_FROM, DAYS, KEPT, PROMISES, SOURCES
from tests.fakes.desks import shipped_library

KEYWORDS = {"tr": None, "mark": None}
BRACES = re.compile(r"\{\w*\}")


@cache
def sources() -> frozenset[str]:
    """Every sentence that the code, the pages and the script mark."""
    with (FOLDER / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found: set[str] = set()
    for path in sorted((ROOT / "bot").rglob("*.*")):
        name = path.relative_to(ROOT).as_posix()
        for pattern, method in methods:
            if pathmatch(pattern, name):
                given = options.get(pattern, {})
                found |= set(_extracted(method, str(path), given))
                break
    return frozenset(found)


def _extracted(method: str, path: str, options: dict[str, object]) -> Iterator[str]:
    for _, message, _, _ in extract_from_file(method, path, KEYWORDS, (), options):
        yield message if isinstance(message, str) else message[0]


@cache
def french() -> dict[str, str]:
    with (FOLDER / "fr" / "LC_MESSAGES" / "desk.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale="fr") if m.id}


def test_every_sentence_is_in_the_catalogue_and_none_is_left_over() -> None:
    assert sources() - french().keys() == set(), "run `make catalogue` and translate"
    assert french().keys() - sources() == set(), "run `make catalogue`"


def test_every_sentence_is_translated_with_its_values() -> None:
    for english, said in french().items():
        assert said.strip(), english
        assert set(BRACES.findall(said)) == set(BRACES.findall(english)), english


def test_what_is_not_known_stays_english() -> None:
    assert translator("fr")("No such sentence") == "No such sentence"
    assert translator("de")("Complaint") == "Complaint"
    assert translator("../fr")("Complaint") == "Complaint"


def test_values_are_never_read_as_a_format() -> None:
    assert translator("fr")("Receipt {reference}", reference="{0}") == "Reçu {0}"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("en-CA,en;q=0.9,fr;q=0.5", "en"),
        ("en;q=0.3, fr;q=0.7", "fr"),
        ("de,ja;q=0.5", "en"),
        ("fr;q=0", "en"),
        ("fr;q=x", "en"),
        ("", "en"),
        ("*", "en"),
        ("," * 400, "en"),
    ],
)
def test_a_browser_s_wish_is_heard(header: str, language: str) -> None:
    assert preferred(header) == language
    assert language in LANGUAGES


def test_every_closed_day_of_the_calendars_has_a_name_in_french() -> None:
    calendars = shipped_library().calendars
    lists = [*calendars.provinces.values(), calendars.federal]
    named = {why for one in lists for why in one.closed.values()}
    parts = {part.removesuffix(" (observed)") for why in named for part in why.split("; ")}
    assert parts <= set(DAYS)
    tr = translator("fr")
    assert closed_day("Canada Day (observed); Memorial Day (observed)", tr) == (
        "fête du Canada (jour de remplacement); jour commémoratif (jour de remplacement)"
    )


def test_what_clocks_say_of_themselves_has_words_in_french() -> None:
    rules = [rule for kind in shipped_library().kinds.values() for rule in kind.clocks]
    assert {rule.wording for rule in rules} <= set(PROMISES)
    assert {rule.source for rule in rules} <= set(SOURCES)
    named = {rule.name for rule in rules} - NAMES.keys()
    assert {name.replace("_", " ").capitalize() for name in named} <= set(CLOCKS)


def test_what_is_kept_is_told_in_french() -> None:
    rules = shipped_library().retention.values()
    assert {rule.covers for rule in rules} <= set(KEPT)
    assert {rule.counted_from for rule in rules} <= set(COUNTED_FROM)
    assert "30 jours" in shipped_library().notice_in("fr")
