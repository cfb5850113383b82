"""Figures of the clocks: the dated cases, and how quickly due dates are worked out."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.bench.figures import Figure
from bot.config import ROOT
from bot.domain.clocks import start_clocks
from bot.domain.zones import zone_of
from bot.store.library import Library, load_library

LEAST_DATES_A_SECOND = 2_000
MEASURED_SECONDS = 2.0
SHARED = "PRIVACYDESK_SHARED"


def measure(_home: Path, factor: float) -> list[Figure]:
    """The dated cases beside the repository, or where PRIVACYDESK_SHARED says, and the rate."""
    library = load_library()
    shared = Path(os.environ.get(SHARED) or ROOT.parent / "shared")
    return [
        Figure.at_most("dated cases that come out wrong", _wrong(library, shared), "cases", 0),
        Figure.at_least(
            "due dates with every step explained, one core", _dates_a_second(library),
            "dates/s", LEAST_DATES_A_SECOND / factor,
        ),
    ]  # fmt: skip


def _wrong(library: Library, shared: Path) -> int | None:
    """How many dated cases do not come out right on each calendar; None without the cases."""
    try:
        cases = json.loads((shared / "eval" / "deadlines.json").read_text(encoding="utf-8"))
    except OSError:
        return None
    return sum(not _is_right(library, case) for case in cases)


def _is_right(library: Library, case: Mapping[str, Any]) -> bool:
    received_at, zone = datetime.fromisoformat(case["received_at"]), zone_of(case["tz"])
    expected = [
        ("province", case["respond_due"]),
        ("federal", case["respond_due_federal"]),
        ("strictest", case["respond_due_strictest"]),
    ]
    for choice, due in expected:
        calendar = library.calendar(choice, case["province"])
        respond, resolve = start_clocks("complaint", received_at, zone, calendar, library.kinds)
        if [respond.due.isoformat(), resolve.due.isoformat()] != [due, case["resolve_due"]]:
            return False
    return True


def _dates_a_second(library: Library) -> float:
    """Due dates of complaints through nine years, every step of each explained."""
    calendar, zone = library.calendar(), library.zone
    first = datetime(2026, 1, 5, 15, tzinfo=UTC)
    done, began = 0, time.perf_counter()
    while time.perf_counter() - began < MEASURED_SECONDS:
        received = first + timedelta(hours=done * 7 % 78_000)
        found = start_clocks("complaint", received, zone, calendar, library.kinds)
        done += sum(bool(clock.to_json()["explain"]) for clock in found)
    return done / (time.perf_counter() - began)
