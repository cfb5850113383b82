"""The real three processes, started once for a run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.training import Model, copy_model
from tests.e2e.running import RunningDesk, trained_model


@pytest.fixture(scope="session")
def model() -> Model:
    """The trained model; trained at most once for the files of today."""
    return trained_model()


@pytest.fixture(scope="session")
def desk(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """The desk that the tests of this run share."""
    home = tmp_path_factory.mktemp("home")
    copy_model(model, home)
    running = RunningDesk(home)
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def own_desk(model: Model, tmp_path: Path) -> Iterator[RunningDesk]:
    """A desk for one test alone, not started yet."""
    home = tmp_path / "own-home"
    copy_model(model, home)
    running = RunningDesk(home)
    try:
        yield running
    finally:
        running.stop()
