"""SQLite as the desk sets it up: safe versions, pragmas, writers that wait for each other."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from bot.domain.errors import ConfigurationError
from bot.store import db
from bot.store.db import Store, sqlite_version, wal_is_safe
from bot.store.tables import clock_shift, drafts


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 7, 0), False),
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 3), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
        ((4, 0, 0), True),
    ],
)
def test_only_versions_without_the_wal_reset_defect_are_safe(
    version: tuple[int, int, int], safe: bool
) -> None:
    assert wal_is_safe(version) is safe


def pragmas(store: Store) -> dict[str, object]:
    names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    with store.reading() as connection:
        return {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in names}


def test_the_bundled_version_writes_ahead_and_syncs_every_commit(sqlite_url: str) -> None:
    assert wal_is_safe(sqlite_version())
    store = Store(sqlite_url)
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30000}
    assert pragmas(store) == expected
    store.close()


def test_an_unsafe_version_keeps_a_rollback_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "sqlite_version", lambda: (3, 40, 1))
    store = Store(f"sqlite:///{tmp_path / 'new' / 'desk.db'}")
    assert pragmas(store)["journal_mode"] == "delete"
    store.close()


def test_a_row_may_not_refer_to_nothing(sqlite_url: str) -> None:
    store = Store(sqlite_url)
    values = {
        "id": "d", "conversation_id": "nobody", "kind": "complaint", "state": "open", "fields": {},
        "received_at": store.now(), "updated_at": store.now(), "clauses_shown": [],
    }  # fmt: skip
    with pytest.raises(IntegrityError), store.transaction() as connection:
        connection.execute(drafts.insert().values(**values))
    store.close()


def test_read_then_write_of_many_threads_loses_nothing(store: Store) -> None:
    with store.transaction() as connection:
        connection.execute(clock_shift.insert().values(id=1, seconds=0))

    def count_up() -> None:
        for _ in range(20):
            with store.transaction() as connection:
                chosen = select(clock_shift.c.seconds).with_for_update()
                seconds = connection.execute(chosen).scalar_one()
                connection.execute(update(clock_shift).values(seconds=seconds + 1))

    threads = [threading.Thread(target=count_up) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as connection:
        assert connection.execute(select(clock_shift.c.seconds)).scalar_one() == 120


def test_a_reader_does_not_wait_for_a_writer(store: Store) -> None:
    with store.transaction() as writing:
        writing.execute(clock_shift.insert().values(id=1, seconds=60))
        with store.reading() as reading:
            assert reading.execute(select(clock_shift.c.seconds)).all() == []


@pytest.mark.parametrize(
    "url", ["mysql://u:hunter2@host/db", "no address", "postgresql://u:hunter2@host:port/db", ""]
)
def test_an_address_that_is_none_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(ConfigurationError, match="DATABASE_URL") as refused:
        Store(url)
    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None
