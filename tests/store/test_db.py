"""The database beneath the desk: its clock, its transactions, its migrations."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from bot.domain.errors import ConfigurationError
from bot.store.db import Store
from bot.store.migrate import is_current, migrate


def test_a_fresh_store_is_migrated(store: Store) -> None:
    assert is_current(store)


def test_now_is_the_real_time_until_it_is_moved(store: Store) -> None:
    before = datetime.now(UTC)
    store.move_clock(timedelta(days=3))
    assert timedelta(days=3) <= store.now() - before < timedelta(days=3, minutes=1)
    store.move_clock(timedelta())
    assert store.now() - before < timedelta(minutes=1)


def test_a_production_store_keeps_the_real_time(sqlite_url: str) -> None:
    store = Store(sqlite_url)
    with pytest.raises(ConfigurationError, match="PRIVACYDESK_ENV"):
        store.move_clock(timedelta(days=1))
    store.close()


def test_down_and_up_again(store: Store) -> None:
    migrate(store, "base")
    assert not is_current(store)
    migrate(store)
    assert is_current(store)


def test_an_error_rolls_back(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction() as connection:
        connection.execute(text("insert into clock_shift (id, seconds) values (1, 5)"))
        raise ZeroDivisionError
    assert store.now() - datetime.now(UTC) < timedelta(seconds=4)
