"""The bench of the officer's pages measures every one of its figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.bench import officer
from tests.browser import launched

pytestmark = pytest.mark.browser


def test_every_figure_is_measured(tmp_path: Path) -> None:
    with launched():
        pass
    figures = officer.measure(tmp_path, factor=1000.0, count=500)
    assert len(figures) == 10
    assert all(figure.value is not None and figure.value > 0 for figure in figures)
    assert next(f for f in figures if f.unit == "actions").met
