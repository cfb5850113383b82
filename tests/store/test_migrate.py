"""Migrating: several starters at once, and tables of another version."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sqlalchemy import text

from bot.domain.errors import ConfigurationError
from bot.store.db import Store
from bot.store.migrate import bring_up_to_date, is_current, migrate

# Starters are forked from one process, so that all of them have imported before the first begins.
STARTERS = """
import os, sys
from bot.store.db import Store
from bot.store.migrate import is_current, migrate

def start():
    store = Store(sys.argv[1])
    migrate(store)
    return 0 if is_current(store) else 1

started = []
for _ in range(6):
    started.append(os.fork() or os._exit(start()))
print([os.waitpid(starter, 0)[1] for starter in started])
"""


def test_starters_at_once_migrate_once(store: Store) -> None:
    migrate(store, "base")
    address = store.url.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-c", STARTERS, address], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == str([0] * 6), done.stderr
    assert is_current(store)


def test_tables_of_a_newer_desk_are_refused(store: Store) -> None:
    with store.transaction() as connection:
        connection.execute(text("update alembic_version set version_num = 'ffffffffffff'"))
    with pytest.raises(ConfigurationError, match="newer version"):
        migrate(store)


def test_what_is_current_is_left_alone(store: Store) -> None:
    assert not bring_up_to_date(store)
    migrate(store, "base")
    assert bring_up_to_date(store)
    assert is_current(store)
