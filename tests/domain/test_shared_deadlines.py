"""The dated cases that come with the assignment, where their folder lies beside the repository.

They are read, never copied: our own cases are in dated_cases.csv.
"""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.clocks import end_of_day, received_local_date, rolled, start_clocks
from bot.store.library import Library

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("PRIVACYDESK_SHARED", ROOT.parent / "shared"))
FILE = SHARED / "eval" / "deadlines.json"
CASES: list[dict[str, Any]] = json.loads(FILE.read_text("utf-8")) if FILE.exists() else []

pytestmark = pytest.mark.skipif(
    not CASES,
    reason="NOT CHECKED: the shared dated cases are absent; set PRIVACYDESK_SHARED to their folder",
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["id"]))
def test_every_field_of_the_case(case: dict[str, Any], library: Library) -> None:
    received_at, zone = datetime.fromisoformat(case["received_at"]), ZoneInfo(case["tz"])
    day = received_local_date(received_at, zone)
    assert day.isoformat() == case["received_local_date"]
    for choice, column in (
        ("province", "respond_due"),
        ("federal", "respond_due_federal"),
        ("strictest", "respond_due_strictest"),
    ):
        calendar = library.calendar(choice, case["province"])
        respond, resolve = start_clocks("complaint", received_at, zone, calendar, library.kinds)
        assert respond.due.isoformat() == case[column]
        assert resolve.due.isoformat() == case["resolve_due"]
        if choice == "province":
            assert respond.due_at == datetime.fromisoformat(case["respond_due_at"])
            assert respond.due_at.isoformat() == case["respond_due_at"]
            assert resolve.due_at.isoformat() == case["resolve_due_at"]
            assert respond.due_at == end_of_day(respond.due, zone)
            moved = rolled(resolve.due, calendar, library.interpretation_act(case["province"]))
            assert moved.next_work_day.isoformat() == case["resolve_due_rolled"]
            assert moved.interpretation_act.isoformat() == case["resolve_due_rolled_s26_strict"]


def test_there_are_cases() -> None:
    assert len(CASES) >= 25
