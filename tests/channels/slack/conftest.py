"""A workspace and a desk that listens to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.store.db import Store
from tests.channels.slack.office import Office, office
from tests.fakes.slack import FakeSlack, running_slack


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with running_slack() as workspace:
        yield workspace
        assert workspace.refused == []


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[Store]:
    made = Store(sqlite_url, shiftable=True)
    yield made
    made.close()


@pytest.fixture
def desk(slack: FakeSlack, sqlite_store: Store) -> Iterator[Office]:
    with office(slack, sqlite_store) as made:
        yield made
