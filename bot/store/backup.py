"""Backup and restore: one SQLite file, whichever database the desk runs on, proved before use.

What lives here: making the file, proving it, putting it back. What does not: the key that signs
events, which the command keeps beside the file.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    LargeBinary,
    MetaData,
    Table,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.exc import DatabaseError, NoResultFound

from bot.domain.audit import Head, head_from_json
from bot.domain.errors import DeskError
from bot.store import events
from bot.store.db import AUDIT_KEY, Store
from bot.store.migrate import migrate
from bot.store.purging import count_rows
from bot.store.tables import metadata

HEADER = b"SQLite format 3\0"
ROWS_AT_ONCE = 1_000
FILES_AT_ONCE = 4

# Beside the desk's tables in a backup: what it was made with.
backup_manifest = Table("backup_manifest", MetaData(), Column("content", JSON, nullable=False))


class BackupError(DeskError):
    """This file is not a usable backup."""

    code = "backup"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: rows by table, and where its chain of events ends."""

    counts: dict[str, int]
    head: Head

    def to_json(self) -> dict[str, Any]:
        return {"counts": self.counts, "head": self.head.to_json()}


def back_up(store: Store, target: Path) -> Manifest:
    """Write a backup, prove it and put it at `target`, all or nothing; writers go on meanwhile.

    The file is the desk at one commit point. Raises BackupError when its chain does not hold.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as folder:
        made = Path(folder) / "desk.db"
        with _opened(made, _key(store)) as copy:
            if store.is_sqlite:
                _copy_pages(store, copy)
            else:
                migrate(copy)
                with store.engine.connect() as source:
                    source = source.execution_options(isolation_level="REPEATABLE READ")
                    with source.begin(), copy.transaction() as connection:
                        _copy_rows(source, connection)
            manifest = _taken(copy)
            with copy.transaction() as connection:
                backup_manifest.create(connection)
                connection.execute(backup_manifest.insert().values(content=manifest.to_json()))
            _one_file(copy)
        made.chmod(0o600)
        with made.open("rb") as file:
            os.fsync(file.fileno())
        made.replace(target)
    return manifest


def restore(store: Store, source: Path) -> Manifest:
    """Put a backup in the place of all that the database holds, and prove the outcome.

    The file is copied and proved first: rows as counted when it was made, its chain valid under
    the store's key. Raises BackupError before anything is changed.
    """
    with tempfile.TemporaryDirectory(prefix="restore-") as folder:
        made = Path(folder) / "desk.db"
        try:
            shutil.copyfile(source, made)
        except OSError:
            raise BackupError("The backup file cannot be read.") from None
        if made.read_bytes()[: len(HEADER)] != HEADER:
            raise BackupError
        with _opened(made, _key(store)) as copy:
            manifest = _proved(copy)
            with copy.transaction() as connection:
                backup_manifest.drop(connection)
            migrate(copy)
            if store.is_sqlite:
                _copy_pages(copy, store)
            else:
                migrate(store)
                with copy.reading() as connection, store.transaction() as target:
                    _replace_rows(connection, target)
    migrate(store)
    if _taken(store).head != manifest.head:
        raise BackupError("The database does not hold what the backup held.")
    return manifest


def _key(store: Store) -> bytes:
    key: bytes = store.engine.get_execution_options()[AUDIT_KEY]
    return key


@contextmanager
def _opened(path: Path, key: bytes) -> Iterator[Store]:
    store = Store(f"sqlite:///{path}", audit_key=key)
    try:
        yield store
    finally:
        store.close()


def _copy_pages(source: Store, target: Store) -> None:
    """Copy a SQLite database whole; in one step, so that writers cannot make it start again."""
    reading, writing = source.engine.raw_connection(), target.engine.raw_connection()
    try:
        reading.driver_connection.backup(writing.driver_connection)  # type: ignore[union-attr]
    finally:
        reading.close()
        writing.close()


def _one_file(store: Store) -> None:
    raw = store.engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA journal_mode=DELETE")
    finally:
        raw.close()


def _copy_rows(source: Connection, target: Connection) -> None:
    for table in metadata.sorted_tables:
        files = any(isinstance(column.type, LargeBinary) for column in table.c)
        at_once = FILES_AT_ONCE if files else ROWS_AT_ONCE
        found = source.execution_options(yield_per=at_once).execute(select(table))
        for page in found.mappings().partitions(at_once):
            target.execute(insert(table), [dict(row) for row in page])


def _replace_rows(source: Connection, target: Connection) -> None:
    target.execute(text("ALTER TABLE events DISABLE TRIGGER USER"))
    for table in reversed(metadata.sorted_tables):
        target.execute(table.delete())
    _copy_rows(source, target)
    target.execute(text("ALTER TABLE events ENABLE TRIGGER USER"))
    for table in metadata.sorted_tables:
        if "id" in table.c:
            _continue_numbers(target, table)


def _continue_numbers(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number new rows behind the restored ones."""
    chosen = text("SELECT pg_get_serial_sequence(:table, 'id')")
    sequence = connection.execute(chosen, {"table": table.name}).scalar()
    if sequence is not None:
        last = connection.execute(select(func.max(table.c.id))).scalar()
        connection.execute(
            text("SELECT setval(:sequence, :last, :used)"),
            {"sequence": sequence, "last": last or 1, "used": last is not None},
        )


def _taken(store: Store) -> Manifest:
    """Count a database and check its chain."""
    with store.reading() as connection:
        audit = events.check(connection)
        if audit.problems:
            raise BackupError(f"The chain does not hold: {audit.problems[0].sentence}")
        return Manifest(count_rows(connection, metadata.sorted_tables), audit.head)


def _proved(copy: Store) -> Manifest:
    try:
        with copy.reading() as connection:
            sound = connection.execute(text("PRAGMA integrity_check")).scalar()
            said = connection.execute(select(backup_manifest.c.content)).scalar_one()
    except (DatabaseError, NoResultFound):
        raise BackupError("This file is not a backup of a desk.") from None
    if sound != "ok":
        raise BackupError("The backup file is damaged.")
    manifest = Manifest(said["counts"], head_from_json(said["head"]))
    with copy.reading() as connection:
        held = [t for t in metadata.sorted_tables if t.name in manifest.counts]
        if count_rows(connection, held) != manifest.counts:
            raise BackupError("The backup does not hold the rows that it was made with.")
        audit = events.check(connection, manifest.head)
    if audit.problems:
        raise BackupError(
            f"The backup's chain of events does not hold under this home's key: "
            f"{audit.problems[0].sentence}"
        )
    return manifest
