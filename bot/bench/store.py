"""Figures of the store: opening under three writers, the list at a million tickets, its memory."""

from __future__ import annotations

import multiprocessing
import os
import resource
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from multiprocessing.pool import AsyncResult
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, insert, select, text
from sqlalchemy.exc import OperationalError

from bot.bench.figures import Figure, percentile
from bot.desk import Desk, Filing
from bot.domain.clock_records import clock_facts
from bot.domain.clocks import start_clocks
from bot.domain.people import Channel, Role
from bot.domain.tickets import Kind
from bot.fields import FieldReader
from bot.notices import Ladder, Recipient
from bot.store.db import Store
from bot.store.library import load_library
from bot.store.migrate import migrate
from bot.store.tables import clocks, tickets

WRITERS = 3
WRITING_SECONDS = 5.0
LEAST_SHARE = 0.1
MOST_P99_MS = 100.0
MOST_LIST_MS = 50.0
MILLION = 1_000_000
ROWS_AT_ONCE = 20_000
PAGE = 100
PAGED = 1_000
FLAT_MIB = 16.0
LOOKS = 25
FIRST_RECEIPT = datetime.fromisoformat("2026-11-02T10:00:00-05:00")
RECEIPT_DAYS = 400
PERSONS = 200_000


def measure(home: Path, factor: float, count: int = MILLION) -> list[Figure]:
    """Open tickets with three writers at once; list and page through `count` of them."""
    return [*_opening(home, factor), *_listing(home, factor, count)]


@contextmanager
def _desk(path: Path) -> Iterator[tuple[Store, Desk]]:
    store = Store(f"sqlite:///{path}", shiftable=True, audit_key=b"bench" * 7)
    ladder = Ladder((Recipient("officer", "officer@desk.example", "e-mail"),))
    try:
        yield store, Desk.build(store, load_library(), {}, {}, FieldReader(), ladder)
    finally:
        store.close()


def _opening(folder: Path, factor: float) -> list[Figure]:
    path = folder / "opening.db"
    with _desk(path) as (store, _):
        migrate(store)
        with store.transaction() as connection:
            connection.execute(text("CREATE TABLE raw (id INTEGER PRIMARY KEY, words TEXT)"))
    raw, _, raw_errors = _together(_insert_and_commit, path)
    opened, waits, errors = _together(_open_tickets, path)
    p99 = 1000 * percentile(waits, 0.99) if waits else None
    share = opened / raw if raw else None
    rate = opened / WRITING_SECONDS
    bound = MOST_P99_MS * factor
    return [
        Figure.at_least("tickets opened, 3 processes", rate, "tickets/s", 0),
        Figure.at_least("the same, against raw commits", share, "share", LEAST_SHARE),
        Figure.at_most("opening a ticket, 3 processes, p99", p99, "ms", bound),
        Figure.at_most("lock errors", raw_errors + errors, "errors", 0),
    ]


def _together(work: Any, path: Path) -> tuple[int, list[float], int]:
    """Let three processes work at once; returns how often, each one's waits, and lock errors."""
    spawned = multiprocessing.get_context("spawn")
    with spawned.Pool(WRITERS) as pool:
        pool.map(_ready, range(WRITERS * 4))
        start = time.time() + 1.0
        running: list[AsyncResult[tuple[list[float], int]]] = [
            pool.apply_async(work, (path, start)) for _ in range(WRITERS)
        ]
        done = [result.get(timeout=WRITING_SECONDS * 20) for result in running]
    waits = [wait for waited, _ in done for wait in waited]
    return len(waits), waits, sum(errors for _, errors in done)


def _ready(_number: int) -> int:
    """Have a worker import all of this before the clock runs."""
    load_library()
    return os.getpid()


def _insert_and_commit(path: Path, start: float) -> tuple[list[float], int]:
    """One row, one commit, again and again: what the disk and the locks allow."""
    with _desk(path) as (store, _):
        statement = text("INSERT INTO raw (words) VALUES (:words)")

        def once() -> None:
            with store.transaction() as connection:
                connection.execute(statement, {"words": "x" * 200})

        return _repeat(once, start)


def _open_tickets(path: Path, start: float) -> tuple[list[float], int]:
    with _desk(path) as (store, desk):
        words = {"words": "x" * 200, "value": "x" * 200, "said": "x" * 200}
        number = 0

        def once() -> None:
            nonlocal number
            number += 1
            desk.open_request(
                Filing(
                    key=f"bench:{os.getpid()}:{number}",
                    kind=Kind.COMPLAINT,
                    # Somebody each time: what one person files twice on one matter is joined.
                    person=f"web:{os.getpid()}:{number}",
                    role=Role.CUSTOMER,
                    channel=Channel.WEB,
                    received_at=store.now(),
                    fields={"what": words},
                )
            )

        return _repeat(once, start)


def _repeat(once: Any, start: float) -> tuple[list[float], int]:
    waits: list[float] = []
    errors = 0
    time.sleep(max(0.0, start - time.time()))
    end = time.perf_counter() + WRITING_SECONDS
    while (began := time.perf_counter()) < end:
        try:
            once()
        except OperationalError:
            errors += 1
        else:
            waits.append(time.perf_counter() - began)
    return waits, errors


def _listing(folder: Path, factor: float, count: int) -> list[Figure]:
    path = folder / "listing.db"
    with _desk(path) as (store, desk):
        migrate(store)
        fill(store, count)
        officer = _median_ms(lambda: desk.tickets.open_by_deadline(limit=PAGE))
        person = _median_ms(lambda: desk.tickets.of_person("web:77"))
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        grown, paged = pool.apply(_page_through, (path,))
    bound, named = MOST_LIST_MS * factor, f"at {count:,} tickets"
    flat = grown if paged == count else None
    return [
        Figure.at_most(f"the officer's list, {named}", officer, "ms", bound),
        Figure.at_most(f"a person's list, {named}", person, "ms", bound),
        Figure.at_most(f"memory grown by paging through {count:,} tickets", flat, "MiB", FLAT_MIB),
    ]


def _median_ms(look: Any) -> float:
    look()
    times = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        look()
        times.append(time.perf_counter() - began)
    return 1000 * sorted(times)[LOOKS // 2]


def _page_through(path: Path) -> tuple[float, int]:
    """Read every open ticket, a page after the other, in a process of its own.

    Returns the MiB by which its peak grew after the first pages, and how many tickets it read.
    """
    with _desk(path) as (_, desk):
        last, paged, early = None, 0, 0.0
        while page := desk.tickets.open_by_deadline(limit=PAGED, beyond=last):
            last, paged = page[-1], paged + len(page)
            if paged <= 10 * PAGED:
                early = _peak_mib()
        return _peak_mib() - early, paged


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def fill(store: Store, count: int) -> None:
    """Write tickets with their clocks in bulk, spread over persons and due dates."""
    library = load_library()
    calendar, zone = library.calendar(), library.zone
    received = [FIRST_RECEIPT + timedelta(days=n) for n in range(RECEIPT_DAYS)]
    running = [start_clocks("inquiry", r, zone, calendar, library.kinds)[0] for r in received]
    facts = [clock_facts(clock) for clock in running]
    numbers = range(1, min(ROWS_AT_ONCE, count) + 1)
    with store.transaction() as connection:
        days = [(n, n % RECEIPT_DAYS) for n in numbers]
        rows = [_ticket(n, received[day], running[day].due) for n, day in days]
        connection.execute(insert(tickets), rows)
        rows = [_clock(n, running[day].due, facts[day]) for n, day in days]
        connection.execute(insert(clocks), rows)
    for offset in range(len(numbers), count, len(numbers)):
        with store.transaction() as connection:
            for table in (tickets, clocks):
                _copy(connection, table, offset, min(len(numbers), count - offset))


def _copy(connection: Connection, table: Table, offset: int, rows: int) -> None:
    """Write the first rows again under other numbers, references and persons."""
    number = table.c.id + offset
    fresh: dict[str, ColumnElement[Any]] = {
        "id": number,
        "ticket_id": number,
        "reference": func.printf("N%d", number),
        "filing_key": func.printf("n:%d", number),
        "person": func.printf("web:%d", number % PERSONS),
    }
    chosen = select(*(fresh.get(c.name, c) for c in table.c)).where(table.c.id <= rows)
    connection.execute(insert(table).from_select([c.name for c in table.c], chosen))


def _clock(number: int, due: date, facts: Mapping[str, Any]) -> dict[str, Any]:
    return {"ticket_id": number, "name": "respond", "version": 1, "due": due, "computed": facts}


def _ticket(number: int, received: datetime, due: date) -> dict[str, Any]:
    return {
        "id": number,
        "reference": f"N{number}",
        "kind": "inquiry",
        "status": "received",
        "received_at": received,
        "received_local_date": received.date(),
        "opened_at": received,
        "channel": "web",
        "role": "customer",
        "person": f"web:{number % PERSONS}",
        "filing_key": f"n:{number}",
        "policy_version": "1",
        "calendar": "strictest",
        "fields": {"what": {"words": "x" * 120, "value": "x" * 120, "said": "x" * 120}},
        "clauses_shown": [],
        "next_due": due,
        "version": 0,
        "hold": False,
    }
