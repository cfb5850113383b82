"""Freeze a holiday library's answers into `data/holidays/`, one file a calendar.

What lives here: asking and writing. What does not: the library itself, which the caller hands in
as `partial(holidays.country_holidays, "CA")`; and reading the files (library).

Dates named by a library change from release to release, and "observed" Mondays are its own
convention: a day that appears only with `observed=True` is therefore marked as a substitute.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Protocol

PROVINCES = ("AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT")
FEDERAL = "federal"
INTERPRETATION_ACT = "interpretation-act"
FIRST_YEAR, LAST_YEAR = 2025, 2035
LANGUAGE = "en_CA"

FEDERAL_SOURCE = (
    "Canada Labour Code s.166: the ten general holidays of federal workplaces; "
    "as listed by {library}, category government"
)
PROVINCE_SOURCE = "public (statutory) holidays of {name}; as listed by {library}, category public"
INTERPRETATION_ACT_SOURCE = (
    "Interpretation Act s.35 with Holidays Act s.2, beside Sundays and what a province adds: "
    "the federal list of {library} on its own dates, without Boxing Day, with Easter Monday, "
    "and with Canada Day moved to 2 July when 1 July is a Sunday"
)


class HolidaySource(Protocol):
    """`holidays.country_holidays` for Canada, as far as it is used."""

    def __call__(
        self, *, years: range, observed: bool, language: str, **choice: Any
    ) -> Mapping[date, str]: ...


def freeze(source: HolidaySource, library: str, folder: Path) -> tuple[Path, ...]:
    """Write every calendar's file; `library` names the source with its version."""
    calendars = {
        FEDERAL: _entries(source, categories=("government",)),
        **{code: _entries(source, subdiv=code) for code in PROVINCES},
    }
    calendars[INTERPRETATION_ACT] = interpretation_act(calendars[FEDERAL])
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, entries in calendars.items():
        path = folder / f"{name}.json"
        path.write_text(_file_text(name, entries, library), encoding="utf-8")
        written.append(path)
    return tuple(written)


def _entries(source: HolidaySource, **choice: Any) -> list[tuple[date, str, bool]]:
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    observed = source(years=years, observed=True, language=LANGUAGE, **choice)
    own = source(years=years, observed=False, language=LANGUAGE, **choice)
    missing = own.keys() - observed.keys()
    if missing:
        raise ValueError(f"holidays without an observed entry: {sorted(missing)}")
    # A substitute may fall into a neighbouring year that was asked for only in passing.
    return [
        (day, own.get(day, observed[day]), day not in own)
        for day in sorted(observed.keys())
        if FIRST_YEAR <= day.year <= LAST_YEAR
    ]


def interpretation_act(federal: list[tuple[date, str, bool]]) -> list[tuple[date, str, bool]]:
    """Derive the weekdays and dates that Interpretation Act s.35 calls holidays everywhere."""
    entries = []
    for day, name, substitute in federal:
        if substitute or name == "Boxing Day":
            continue
        if name == "Canada Day" and day.weekday() == 6:
            day += timedelta(days=1)
        entries.append((day, name, False))
        if name == "Good Friday":
            entries.append((day + timedelta(days=3), "Easter Monday", False))
    return sorted(entries)


def _file_text(name: str, entries: list[tuple[date, str, bool]], library: str) -> str:
    template = {
        FEDERAL: FEDERAL_SOURCE,
        INTERPRETATION_ACT: INTERPRETATION_ACT_SOURCE,
    }.get(name, PROVINCE_SOURCE)
    head = {
        "calendar": name,
        "source": template.format(name=name, library=library),
        "version": library,
        "first": f"{FIRST_YEAR}-01-01",
        "last": f"{LAST_YEAR}-12-31",
    }
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    rows = [
        "    "
        + json.dumps(
            {"date": day.isoformat(), "name": title, "substitute": substitute}, ensure_ascii=False
        )
        for day, title, substitute in entries
    ]
    return "\n".join(["{", *lines, '  "days": [', ",\n".join(rows), "  ]", "}", ""])
