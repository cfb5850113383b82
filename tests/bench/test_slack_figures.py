"""Slack's promises on the real bot process: killed at random, nothing is lost and nothing doubled.

`make soak` runs 5,000 events with 200 kills, 50 events a second for a minute, and 200 pings.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.bench.figures import machine_factor
from bot.bench.slack import acknowledgements, kills, pings

SOAK = bool(os.environ.get("SOAK"))
EVENTS, KILLS = (5_000, 200) if SOAK else (10, 1)


@pytest.mark.processes
@pytest.mark.soak
def test_killed_at_random_every_acknowledged_event_is_answered_once(tmp_path: Path) -> None:
    found = {figure.name: figure for figure in kills(tmp_path, events=EVENTS, kills=KILLS)}
    assert [name for name, figure in found.items() if not figure.met] == []


@pytest.mark.soak
@pytest.mark.skipif(not SOAK, reason="a minute of events, then pings for minutes: `make soak`")
def test_a_minute_of_events_and_two_hundred_pings(tmp_path: Path) -> None:
    (tmp_path / "acks").mkdir()
    (tmp_path / "pings").mkdir()
    figures = [
        *acknowledgements(tmp_path / "acks", machine_factor(), rate=50, seconds=60),
        *pings(tmp_path / "pings", 200),
    ]
    assert [figure.name for figure in figures if not figure.met] == []
