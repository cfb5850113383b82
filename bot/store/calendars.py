"""The frozen holiday lists of `data/holidays/`, and the calendars combined from them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from bot.domain.errors import InvalidInput
from bot.domain.workdays import Calendar, strictest
from bot.store.holidays_freeze import FEDERAL, INTERPRETATION_ACT, PROVINCES
from bot.store.located import Located, read_located

ADDED = "added.yml"
BOXING_DAY = "Boxing Day"


@dataclass(frozen=True, eq=False)
class Calendars:
    """Every calendar of the desk. Combinations are made once each."""

    federal: Calendar
    provinces: Mapping[str, Calendar]
    juridical: Calendar

    def province(self, code: str) -> Calendar:
        """Give a province's public holidays with substitute days; InvalidInput when unknown."""
        try:
            return self.provinces[code]
        except KeyError:
            raise InvalidInput(
                "A province or territory is one of " + ", ".join(sorted(self.provinces)) + "."
            ) from None

    def strictest(self, code: str) -> Calendar:
        """Give the days closed in the province and in the federal list, on their own dates."""
        return _strictest(self, code)

    def interpretation_act(self, code: str) -> Calendar:
        """Give the holidays of Interpretation Act s.35 in a province: its own days join.

        Boxing Day and substitute days are not among them.
        """
        province = self.province(code)
        own = {day: name for day, name in province.on_own_date().items() if name != BOXING_DAY}
        version = ", ".join(dict.fromkeys((self.juridical.version, province.version)))
        return self.juridical.with_closed(own, version)


@cache
def _strictest(calendars: Calendars, code: str) -> Calendar:
    return strictest(calendars.province(code), calendars.federal)


def read_calendars(folder: Path, name: str) -> Calendars:
    """Read the frozen lists and what was added to them. ConfigurationError names file and line."""
    added = _read_added(folder / ADDED, f"{name}/{ADDED}")
    frozen = {
        code: _read_calendar(folder / f"{code}.json", f"{name}/{code}.json", code)
        for code in (FEDERAL, INTERPRETATION_ACT, *PROVINCES)
    }
    for code, days in added.items():
        calendar = frozen[code]
        frozen[code] = calendar.with_closed(days, f"{calendar.version} + {_digest(days)}")
    return Calendars(
        federal=frozen[FEDERAL],
        provinces={code: frozen[code] for code in PROVINCES},
        juridical=frozen[INTERPRETATION_ACT],
    )


def _digest(days: Mapping[date, str]) -> str:
    rows = "\n".join(f"{day.isoformat()} {name}" for day, name in sorted(days.items()))
    return hashlib.sha256(rows.encode("utf-8")).hexdigest()[:8]


def _read_calendar(path: Path, name: str, code: str) -> Calendar:
    root = read_located(path, name)
    head = root.record("calendar source version first last days")
    if head["calendar"].text() != code:
        raise head["calendar"].error(f"expected {code}, as the file is called")
    head["source"].text()
    first, last = head["first"].date(), head["last"].date()
    if first > last:
        raise head["last"].error("the last date lies before the first")
    closed: dict[date, str] = {}
    substitutes = set()
    for item in head["days"].items():
        row = item.record("date name substitute")
        day = row["date"].date()
        if day in closed:
            raise item.error(f"{day} is given twice")
        if not first <= day <= last:
            raise item.error(f"{day} is outside {first} to {last}")
        closed[day] = row["name"].text()
        if row["substitute"].boolean():
            substitutes.add(day)
    _require_every_year(head["days"], closed, first, last)
    return Calendar(
        name=code,
        closed=closed,
        first=first,
        last=last,
        version=head["version"].text(),
        substitutes=frozenset(substitutes),
    )


def _require_every_year(days: Located, closed: Mapping[date, str], first: date, last: date) -> None:
    # A year without a single holiday is a hole in the list, and would promise wrong dates.
    for year in range(first.year, last.year + 1):
        if not any(day.year == year for day in closed):
            raise days.error(f"no holiday in {year}: the list does not cover it")


def _read_added(path: Path, name: str) -> dict[str, dict[date, str]]:
    added: dict[str, dict[date, str]] = {}
    if not path.exists():
        return added
    for item in read_located(path, name).items():
        row = item.record("date name calendars source")
        row["source"].text()
        for code in row["calendars"].items():
            calendar = code.choice(FEDERAL, *PROVINCES)
            days = added.setdefault(calendar, {})
            if row["date"].date() in days:
                raise item.error(f"{row['date'].date()} is given twice for {calendar}")
            days[row["date"].date()] = row["name"].text()
    return added
