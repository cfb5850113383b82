"""Bring the database's tables to this version of the desk, once, whoever starts first."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, text

from bot.domain.errors import ConfigurationError
from bot.store.db import Store
from bot.store.tables import SEARCH_INDEX

# Any number will do, as long as every starter of this desk takes the same lock.
POSTGRES_LOCK = 7_739_001


def _configuration(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def migrate(store: Store, revision: str = "head") -> None:
    """Upgrade (or, with an older revision, downgrade) the tables in one transaction.

    Several starters at once: one migrates, the others wait and find nothing left to do.
    """
    with store.engine.connect() as connection:
        if store.is_sqlite:
            # Batch moves rebuild tables; with enforcement on they would drop referring rows.
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        with connection.begin():
            if not store.is_sqlite:
                connection.execute(text("select pg_advisory_xact_lock(:n)"), {"n": POSTGRES_LOCK})
            config = _configuration(connection)
            try:
                if _is_downgrade(connection, config, revision):
                    command.downgrade(config, revision)
                else:
                    command.upgrade(config, revision)
            except CommandError as error:
                raise ConfigurationError(
                    "DATABASE_URL: the tables were made by a version of the desk that this one "
                    "does not know; use the newer version, or another database"
                ) from error
        connection.invalidate()


def _is_downgrade(connection: Connection, config: Config, revision: str) -> bool:
    if revision == "base":
        return True
    current = MigrationContext.configure(connection).get_current_revision()
    script = ScriptDirectory.from_config(config)
    target = script.get_revision(revision)
    if current is None or target is None or target.revision == current:
        return False
    older = {r.revision for r in script.walk_revisions("base", current)}
    return target.revision in older


def is_current(store: Store) -> bool:
    """Tell whether the tables are at this version's head."""
    with store.reading() as connection:
        head = ScriptDirectory.from_config(_configuration(connection)).get_current_head()
        return MigrationContext.configure(connection).get_current_revision() == head


def is_described(name: str | None, _kind: str, _parents: object) -> bool:
    """Tell whether the tables describe it; the index of the search is made by hand."""
    return name is None or not name.startswith(SEARCH_INDEX)


def bring_up_to_date(store: Store) -> bool:
    """Migrate where needed; tell whether anything was done. Any number may start at once."""
    if is_current(store):
        return False
    migrate(store)
    return True


def generate(store: Store, message: str) -> None:
    """Write a new migration from the difference between the tables and the database."""
    with store.engine.connect() as connection, connection.begin():
        command.revision(_configuration(connection), message=message, autogenerate=True)
