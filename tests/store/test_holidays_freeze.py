"""The frozen holiday lists against the library that is installed."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import holidays
import pytest

from bot.store.holidays_freeze import (
    FEDERAL,
    FIRST_YEAR,
    LAST_YEAR,
    PROVINCES,
    freeze,
    interpretation_act,
)
from bot.store.library import DATA, load_library

LIBRARY = load_library()
VERSION = version("holidays")
YEARS = range(FIRST_YEAR, LAST_YEAR + 1)


def installed(code: str, *, observed: bool) -> Mapping[date, str]:
    choice: dict[str, Any] = (
        {"categories": ("government",)} if code == FEDERAL else {"subdiv": code}
    )
    return holidays.country_holidays(
        "CA", years=YEARS, observed=observed, language="en_CA", **choice
    )


def test_all_thirteen_provinces_and_territories_are_frozen() -> None:
    assert set(PROVINCES) == set(holidays.country_holidays("CA").subdivisions)


@pytest.mark.parametrize("code", [FEDERAL, *PROVINCES])
def test_a_frozen_list_is_what_the_installed_library_says(code: str) -> None:
    calendar = LIBRARY.calendars.federal if code == FEDERAL else LIBRARY.calendars.province(code)
    assert calendar.closed.keys() == installed(code, observed=True).keys()
    own = installed(code, observed=False)
    assert calendar.on_own_date() == dict(own)
    assert calendar.substitutes == calendar.closed.keys() - own.keys()
    assert calendar.version == f"holidays {VERSION}"


def test_freezing_again_writes_the_same_files(tmp_path: Path) -> None:
    written = freeze(partial(holidays.country_holidays, "CA"), f"holidays {VERSION}", tmp_path)
    assert len(written) == 15
    for path in written:
        assert path.read_text("utf-8") == (DATA / "holidays" / path.name).read_text("utf-8")


# law-and-calendar.md 5.2, "Substitute days in holidays 0.109", 2026 to 2028
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            FEDERAL,
            ["2026-12-28", "2027-12-27", "2027-12-28", "2028-01-03", "2028-07-03", "2028-10-02",
             "2028-11-13"],
        ),
        ("ON", ["2026-12-28", "2027-12-27", "2027-12-28", "2028-01-03"]),
        ("QC", ["2027-12-27", "2028-01-03"]),
        ("BC", ["2027-12-27", "2028-01-03", "2028-10-02"]),
        ("AB", ["2027-12-27", "2028-01-03", "2028-11-13"]),
    ],
)  # fmt: skip
def test_substitute_days_are_marked(code: str, expected: list[str]) -> None:
    calendar = LIBRARY.calendars.federal if code == FEDERAL else LIBRARY.calendars.province(code)
    marked = sorted(day for day in calendar.substitutes if 2026 <= day.year <= 2028)
    assert [day.isoformat() for day in marked] == expected


def test_the_federal_list_has_ten_holidays_a_year_and_none_of_the_five() -> None:
    # law-and-calendar.md 5.1 and 5.3: no Family Day, Easter Monday or civic holiday; and
    # holidays.CA() without arguments has only five
    own = LIBRARY.calendars.federal.on_own_date()
    for year in YEARS:
        assert sum(day.year == year for day in own) == 10
    assert not {"Family Day", "Easter Monday", "Civic Holiday"} & set(own.values())
    assert "Labour Day" in own.values() and "Labor Day" not in own.values()


# law-and-calendar.md section 4: s.35 names these, neither Saturday, Boxing Day nor substitutes
def test_the_holidays_of_the_interpretation_act() -> None:
    juridical = LIBRARY.calendars.juridical
    of_2026 = {name: day for day, name in juridical.closed.items() if day.year == 2026}
    assert of_2026["Easter Monday"] == date(2026, 4, 6)
    assert of_2026["National Day for Truth and Reconciliation"] == date(2026, 9, 30)
    assert "Boxing Day" not in juridical.closed.values()
    assert not juridical.substitutes
    assert len(of_2026) == 10
    ontario = LIBRARY.interpretation_act("ON")
    assert ontario.closed[date(2026, 2, 16)] == "Family Day"
    assert date(2026, 12, 26) not in ontario.closed
    assert date(2026, 12, 28) not in ontario.closed


def test_canada_day_moves_by_statute_only_from_a_sunday() -> None:
    # Holidays Act s.2
    rows = [(date(2028, 7, 1), "Canada Day", False), (date(2029, 7, 1), "Canada Day", False)]
    moved = interpretation_act([*rows, (date(2029, 7, 2), "Canada Day (observed)", True)])
    assert [day for day, _, _ in moved] == [date(2028, 7, 1), date(2029, 7, 2)]


def test_a_library_that_loses_a_day_by_observing_is_refused(tmp_path: Path) -> None:
    def broken(*, observed: bool, **_: object) -> dict[date, str]:
        return {} if observed else {date(2026, 1, 1): "New Year's Day"}

    with pytest.raises(ValueError, match="without an observed entry"):
        freeze(broken, "broken 0", tmp_path)
