"""One database, SQLite or PostgreSQL: the engine, transactions and the one source of `now`.

What lives here: connections and their settings. What does not: tables and queries.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, select, text
from sqlalchemy.exc import ArgumentError

from bot.domain.errors import ConfigurationError
from bot.store.tables import clock_shift
from bot.store.write_queue import WriteQueue

__all__ = ["AUDIT_KEY", "Connection", "Store", "sqlite_version", "wal_is_safe"]

log = structlog.get_logger(__name__)

# Under this name every connection of a store carries the key that signs events.
AUDIT_KEY = "privacydesk_audit_key"
SAFE_BACKPORTS = {(3, 50): 7, (3, 44): 6}
FIXED_SINCE = (3, 51, 3)
_SHIFT = select(clock_shift.c.seconds)


def wal_is_safe(version: tuple[int, int, int]) -> bool:
    """Tell whether this SQLite is free of the WAL-reset defect.

    The file could corrupt when one connection checkpoints while another writes; fixed in
    3.51.3, with back-ports to 3.50.7 and 3.44.6 (sqlite.org/wal.html, "the WAL reset bug").
    """
    patch = SAFE_BACKPORTS.get(version[:2])
    return version >= FIXED_SINCE or (patch is not None and version[2] >= patch)


def _sqlite_driver() -> Any:
    """The bundled, current SQLite; the interpreter's own only when that is not installed."""
    try:
        import pysqlite3 as driver
    except ImportError:
        import sqlite3 as driver
    return driver


def sqlite_version() -> tuple[int, int, int]:
    """The version of the SQLite that this desk uses."""
    version: tuple[int, int, int] = _sqlite_driver().sqlite_version_info
    return version


class Store:
    """The desk's database.

    `transaction()` and `reading()` give connections; `now()` gives the desk's time, which only
    demo and test desks may shift. `audit_key` signs events; a store that is not given one signs
    with a key that dies with it.
    """

    def __init__(
        self, url: str, *, shiftable: bool = False, audit_key: bytes | None = None
    ) -> None:
        self.url = _parsed(url)
        self.shiftable = shiftable
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.engine = _sqlite_engine(str(self.url.render_as_string(hide_password=False)))
        elif self.url.get_backend_name() == "postgresql":
            self.engine = create_engine(
                self.url.set(drivername="postgresql+psycopg"),
                pool_pre_ping=True,
                pool_size=10,
                max_overflow=20,
                connect_args={"options": "-c timezone=UTC"},
            )
        else:
            raise ConfigurationError("DATABASE_URL: only sqlite and postgresql are supported")
        path = self.url.database if self.is_sqlite else None
        self._queue = WriteQueue(Path(path) if path and path != ":memory:" else None)
        key = audit_key or secrets.token_bytes(32)
        self.engine.update_execution_options(**{AUDIT_KEY: key})

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that may write; commits on leaving, rolls back on an error."""
        with (
            self._queue.turn(),
            self.engine.connect() as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that only reads; on SQLite it never waits for a writer."""
        with self.engine.connect() as connection:
            if self.is_sqlite:
                connection = connection.execution_options(privacydesk_read_only=True)
            with connection.begin():
                yield connection

    def now(self, connection: Connection | None = None) -> datetime:
        """The desk's time, aware, in UTC: the database's clock on PostgreSQL, else the host's."""
        if connection is None:
            if self.is_sqlite and not self.shiftable:
                return datetime.now(UTC)
            with self.reading() as reading:
                return self.now(reading)
        if self.is_sqlite:
            real = datetime.now(UTC)
        else:
            real = connection.execute(text("select clock_timestamp()")).scalar_one()
            real = real.astimezone(UTC)
        return real + self.shift(connection)

    def shift(self, connection: Connection) -> timedelta:
        """How far the desk's clock is moved; zero in production."""
        if not self.shiftable:
            return timedelta()
        seconds = connection.execute(_SHIFT).scalar()
        return timedelta(seconds=seconds or 0)

    def move_clock(self, shift: timedelta) -> None:
        """Move the desk's clock for every process at once. Refused outside demo and test."""
        if not self.shiftable:
            raise ConfigurationError(
                "the clock can only be moved with PRIVACYDESK_ENV=demo or test"
            )
        with self.transaction() as connection:
            connection.execute(clock_shift.delete())
            connection.execute(clock_shift.insert().values(id=1, seconds=shift.total_seconds()))

    def close(self) -> None:
        self.engine.dispose()


def _parsed(url: str) -> URL:
    """The address in its parts; one that is none is refused without being shown."""
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        raise ConfigurationError("DATABASE_URL: this is not a database address") from None


def _sqlite_engine(url: str) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    driver = _sqlite_driver()
    engine = create_engine(url, module=driver, connect_args={"timeout": 30})
    version = sqlite_version()
    journal = "WAL" if wal_is_safe(version) else "DELETE"
    if journal == "DELETE":
        log.warning("sqlite_without_wal", version=".".join(map(str, version)))

    @event.listens_for(engine, "connect")
    def _configure(raw: Any, _record: Any) -> None:
        raw.isolation_level = None
        for pragma in (
            f"journal_mode={journal}",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=30000",
            "fullfsync=ON",
        ):
            raw.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A plain BEGIN that later writes fails with "database is locked" under contention,
        # whatever the busy timeout; taking the write lock first only waits.
        read_only = connection.get_execution_options().get("privacydesk_read_only")
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine
