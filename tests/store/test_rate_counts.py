"""Rate counts: windows that begin with the first use, shared by every process."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import select

from bot.store.db import Store
from bot.store.rate_counts import RateCounts
from bot.store.tables import rate_counts


def test_what_is_over_the_limit_waits_for_the_window_to_end(store: Store) -> None:
    rates = RateCounts(store)
    assert [rates.take("a", 3, 60) for _ in range(3)] == [0, 0, 0]
    assert 55 <= rates.take("a", 3, 60) <= 60
    store.move_clock(timedelta(seconds=61))
    assert rates.take("a", 3, 60) == 0


def test_keys_are_counted_apart(store: Store) -> None:
    rates = RateCounts(store)
    assert rates.take("a", 1, 60) == 0
    assert rates.take("b", 1, 60) == 0
    assert rates.take("a", 1, 60) > 0


def test_a_clock_set_back_locks_nobody_out(store: Store) -> None:
    rates = RateCounts(store)
    rates.take("a", 1, 60)
    store.move_clock(timedelta(hours=-1))
    assert rates.take("a", 1, 60) == 0


def test_processes_share_the_counts(store: Store) -> None:
    other = Store(store.url.render_as_string(hide_password=False), shiftable=True)
    shared = [RateCounts(store), RateCounts(other)]
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda n: shared[n % 2].take("a", 20, 60), range(40)))
    other.close()
    assert waits.count(0) == 20


def test_old_counts_go(store: Store) -> None:
    rates = RateCounts(store)
    rates.take("a", 1, 60)
    store.move_clock(timedelta(minutes=11))
    rates.take("b", 1, 60)
    with store.reading() as connection:
        assert connection.execute(select(rate_counts.c.key)).scalars().all() == ["b"]
