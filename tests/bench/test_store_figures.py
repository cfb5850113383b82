"""The store's figures are measured, whatever they are."""

from pathlib import Path

import pytest

from bot.bench import clocks, store
from bot.store.library import load_library


def test_listing_and_paging_are_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "ROWS_AT_ONCE", 1_000)
    figures = store._listing(tmp_path, 1.0, 2_500)
    assert [figure.unit for figure in figures] == ["ms", "ms", "MiB"]
    assert all(figure.value is not None for figure in figures)


def test_absent_cases_are_not_measured_and_not_met(tmp_path: Path) -> None:
    assert clocks._wrong(load_library(), tmp_path) is None
