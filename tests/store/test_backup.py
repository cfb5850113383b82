"""A backup is one file at one commit point, proved when it is made and before it is put back."""

import multiprocessing
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot.desk import Desk
from bot.domain.tickets import Kind
from bot.store import events
from bot.store.backup import BackupError, back_up, restore
from bot.store.db import Store
from bot.store.migrate import migrate
from bot.store.tables import tickets
from tests.fakes.desks import NOON, desk_of, file, filing, set_time

KEY = b"k" * 32


@pytest.fixture
def keyed(store: Store) -> Iterator[Store]:
    """The store on both databases, under a key that another store can be given."""
    made = Store(store.url.render_as_string(hide_password=False), shiftable=True, audit_key=KEY)
    set_time(made, NOON)
    yield made
    made.close()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Store]:
    """A fresh SQLite desk on another machine, with the key brought along."""
    made = Store(f"sqlite:///{tmp_path / 'elsewhere' / 'desk.db'}", shiftable=True, audit_key=KEY)
    migrate(made)
    yield made
    made.close()


def fill(desk: Desk) -> list[str]:
    return [file(desk, kind).reference for kind in (Kind.COMPLAINT, Kind.ACCESS, Kind.INQUIRY)]


def test_a_backup_brings_everything_back(keyed: Store, tmp_path: Path) -> None:
    desk, path = desk_of(keyed), tmp_path / "b.db"
    references = fill(desk)
    before = [desk.tickets.show(reference) for reference in references]
    made = back_up(keyed, path)
    late = file(desk).reference
    put_back = restore(keyed, path)
    assert put_back == made
    assert [desk.tickets.show(reference) for reference in references] == before
    assert late not in {ticket.reference for ticket in desk.tickets.open_by_deadline()}
    with keyed.reading() as connection:
        assert events.check(connection, made.head).problems == ()
    assert file(desk).version == 1


def test_a_backup_moves_to_another_machine(keyed: Store, elsewhere: Store, tmp_path: Path) -> None:
    references = fill(desk_of(keyed))
    back_up(keyed, tmp_path / "b.db")
    restore(elsewhere, tmp_path / "b.db")
    moved = desk_of(elsewhere)
    assert {t.reference for t in moved.tickets.open_by_deadline()} == set(references)
    assert (tmp_path / "b.db").stat().st_mode & 0o777 == 0o600


def test_a_foreign_damaged_or_absent_file_changes_nothing(keyed: Store, tmp_path: Path) -> None:
    desk, path = desk_of(keyed), tmp_path / "b.db"
    fill(desk)
    before = desk.tickets.open_by_deadline()
    back_up(keyed, path)
    (tmp_path / "text").write_text("not a backup", encoding="utf-8")
    (tmp_path / "cut").write_bytes(path.read_bytes()[:-8192])
    foreign = Store(f"sqlite:///{tmp_path / 'foreign.db'}")
    migrate(foreign)
    foreign.close()
    for name in ("text", "cut", "foreign.db", "absent"):
        with pytest.raises(BackupError):
            restore(keyed, tmp_path / name)
    assert desk.tickets.open_by_deadline() == before


def test_a_backup_that_was_changed_is_refused(keyed: Store, tmp_path: Path) -> None:
    fill(desk_of(keyed))
    back_up(keyed, tmp_path / "b.db")
    for statement in (
        "DELETE FROM notices",
        "UPDATE chain_head SET purging = 1; UPDATE events SET why = 'x' WHERE id = 1",
    ):
        changed = tmp_path / "changed.db"
        changed.write_bytes((tmp_path / "b.db").read_bytes())
        store = Store(f"sqlite:///{changed}")
        with store.transaction() as connection:
            for part in statement.split(";"):
                connection.execute(text(part))
        store.close()
        with pytest.raises(BackupError):
            restore(keyed, changed)


def test_a_backup_under_another_key_is_refused(elsewhere: Store, tmp_path: Path) -> None:
    other = Store(f"sqlite:///{tmp_path / 'other.db'}", shiftable=True, audit_key=b"other")
    migrate(other)
    set_time(other, NOON)
    fill(desk_of(other))
    back_up(other, tmp_path / "b.db")
    other.close()
    with pytest.raises(BackupError, match="key"):
        restore(elsewhere, tmp_path / "b.db")


def write_for_ever(url: str, started: "multiprocessing.synchronize.Event") -> None:
    store = Store(url, shiftable=True, audit_key=KEY)
    desk = desk_of(store)
    while True:
        desk.open_request(filing())
        started.set()


def test_a_backup_under_write_load_is_one_commit_point(
    keyed: Store, elsewhere: Store, tmp_path: Path
) -> None:
    fork = multiprocessing.get_context("spawn")
    started = fork.Event()
    url = keyed.url.render_as_string(hide_password=False)
    writer = fork.Process(target=write_for_ever, args=(url, started), daemon=True)
    writer.start()
    try:
        assert started.wait(60)
        made = [back_up(keyed, tmp_path / f"{n}.db") for n in range(3)]
    finally:
        writer.kill()
        writer.join()
    assert all(manifest.counts["tickets"] == manifest.head.events for manifest in made)
    assert restore(elsewhere, tmp_path / "2.db") == made[2]
    with elsewhere.reading() as connection:
        rows = connection.execute(select(tickets.c.id)).scalars().all()
    assert len(rows) == made[2].counts["tickets"] > 0
