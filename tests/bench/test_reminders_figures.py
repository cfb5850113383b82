"""The sweep's figures are measured, whatever they are."""

from pathlib import Path

import pytest

from bot.bench import reminders
from bot.reminders import LEASE


def test_the_sweep_is_measured_on_both_databases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str, postgres_url: str
) -> None:
    monkeypatch.setattr(reminders, "DUE", 60)
    for url in (sqlite_url, postgres_url):
        reminders._prepare(url)
        reminders._grow(url, 300)
        one = reminders._sweep(url, 300)
        assert one.sent == reminders.DUE
        assert one.idle_ms > 0 and one.due_seconds > 0
        late = reminders._recover(url)
        assert LEASE.total_seconds() <= late < reminders.MOST_LATE_SECONDS


def test_a_database_that_is_not_there_is_not_measured_and_not_met() -> None:
    figures = reminders._measured(None, "PostgreSQL", 1.0)
    assert len(figures) == 8
    assert not any(figure.met or figure.value is not None for figure in figures)
