"""Whose turn it is to write to a SQLite file: first come, first served, between processes."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class WriteQueue:
    """Lets writers take turns.

    SQLite itself lets a waiting writer sleep and try again, so that a busy one overtakes it for
    seconds. Here the next one waits at the door and is woken when the turn before ends; the door
    is one at a time, so that nobody who has just had a turn is before it. The system frees both
    when a process dies. Without a path every turn comes at once.
    """

    def __init__(self, database: Path | None) -> None:
        self._door = database and database.with_name(f"{database.name}-door")
        self._turn = database and database.with_name(f"{database.name}-turn")

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn and hold it."""
        if self._door is None or self._turn is None:
            yield
            return
        with self._turn.open("ab") as turn:
            with self._door.open("ab") as door:
                fcntl.flock(door, fcntl.LOCK_EX)
                fcntl.flock(turn, fcntl.LOCK_EX)
            yield
