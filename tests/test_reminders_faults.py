"""What crashes, kills, outages and two workers at once do to pings: nothing is lost, nothing early,
nothing twice but for the one that a crash leaves in doubt, and that one is marked.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.desk import Desk, Filing
from bot.domain.clocks import local_date
from bot.domain.people import Channel, Role
from bot.domain.tickets import Kind, Step
from bot.notices import Ladder, Notice, Notifier, Recipient
from bot.reminders import LEASE, Sweeper
from bot.store import tables
from bot.store.db import Store
from tests.fakes.desks import set_time, shipped_library
from tests.fakes.threads import wired

SOAK = bool(os.environ.get("SOAK"))
DAYS = 400 if SOAK else 25
KILLS = 60 if SOAK else 3
OFFICER = Recipient("officer", "officer@example.ca", "e-mail")
DEPUTY = Recipient("deputy", "deputy@example.ca", "e-mail")
FALLBACK = Recipient("fallback", "all@example.ca", "e-mail")
LADDER = Ladder((OFFICER, DEPUTY, FALLBACK))
URL = "https://desk.example"
# Of what was received on 20 November the due day, of what came on the 27th the fifth day before.
MORNING = datetime(2026, 12, 10, 14, 0, 30, tzinfo=UTC)


class Ledger(Notifier):
    """Writes what it sends into a file that outlives the process, then may end it."""

    name = "e-mail"

    def __init__(self, path: Path, die_before: int = 0, die_after: int = 0) -> None:
        self.path, self.count = path, 0
        self.die_before, self.die_after = die_before, die_after

    def send(self, notice: Notice) -> None:
        self.count += 1
        if self.count == self.die_before:
            os._exit(7)
        line = json.dumps([notice.key, notice.to, notice.repeated, list(notice.outbox)])
        with self.path.open("ab", buffering=0) as file:
            file.write(line.encode() + b"\n")
        if self.count == self.die_after:
            os._exit(7)


class Mortal(Store):
    """A database whose process ends before or after its n-th commit."""

    commits = 0
    die_before = 0
    die_after = 0

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        with super().transaction() as connection:
            yield connection
            self.commits += 1
            if self.commits == self.die_before:
                os._exit(7)
        if self.commits == self.die_after:
            os._exit(7)


def sent_lines(path: Path) -> list[list[Any]]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def file_one(desk: Desk, number: int, kind: Kind, received: datetime) -> None:
    desk.open_request(
        Filing(
            key=f"sim:{number}", kind=kind, person=f"web:{number}", role=Role.CUSTOMER,
            channel=Channel.WEB, received_at=received, fields={},
        )
    )  # fmt: skip


def sweeper_of(store: Store, ledger: Notifier, ladder: Ladder = LADDER) -> Sweeper:
    return Sweeper(wired(store, ladder).intake, {"e-mail": ledger}, ladder, URL)


def address(store: Store) -> str:
    return store.url.render_as_string(hide_password=False)


def run_child(url: str, path: Path, point: str, number: int) -> None:
    """Sweep once in a child that dies at this point."""
    store = Mortal(url, shiftable=True)
    ledger = Ledger(path)
    if point in {"before commit", "after commit"}:
        setattr(store, f"die_{point.split()[0]}", number)
    else:
        setattr(ledger, f"die_{point.split()[0]}", number)
    sweeper_of(store, ledger).sweep()
    os._exit(0)


def in_child(*arguments: Any) -> int:
    """Fork, so that every crash point costs milliseconds; returns the child's exit status."""
    child = multiprocessing.get_context("fork").Process(target=run_child, args=arguments)
    child.start()
    child.join(60)
    assert child.exitcode is not None
    return child.exitcode


@pytest.mark.parametrize("point", ["before commit", "after commit", "before send", "after send"])
def test_every_crash_point_loses_nothing_and_repeats_at_most_one_marked(
    sqlite_template: Path, tmp_path: Path, point: str
) -> None:
    """Two cards and two lines are due; a child dies at its first such point, its second ..."""
    number = 0
    while True:
        number += 1
        path, ledger = tmp_path / f"{number}.db", tmp_path / f"{number}.sent"
        path.write_bytes(sqlite_template.read_bytes())
        store = Store(f"sqlite:///{path}", shiftable=True)
        make_due(store)
        status = in_child(address(store), ledger, point, number)
        assert status in {0, 7}
        set_time(store, MORNING + LEASE + timedelta(seconds=5))
        sweeper_of(store, Ledger(ledger)).sweep()
        found = sent_lines(ledger)
        seen = Counter((key, to) for key, to, _, _ in found)
        assert len(seen) == 3  # two cards, and one digest that carries the lines
        assert sum(seen.values()) <= 4
        repeats = [line for line in found if line[2]]
        assert sum(seen.values()) - 3 <= len(repeats) <= 1 or point == "before send"
        assert states(store) == {"sent": 4}
        store.close()
        if status == 0:
            break
    assert number > 2


def make_due(store: Store) -> None:
    """Two tickets with a card due, two with a line due for the digest."""
    set_time(store, MORNING)
    desk = wired(store, LADDER)
    for number, day in enumerate(("2026-11-20", "2026-11-20", "2026-11-27", "2026-11-27")):
        file_one(desk, number, Kind.INQUIRY, datetime.fromisoformat(f"{day}T15:00:00+00:00"))
    with store.transaction() as connection:
        connection.execute(tables.notices.delete())
        connection.execute(tables.digests.delete())
        plans = desk.intake.plans(connection, MORNING)
        with store.reading() as reading:
            ids = reading.execute(select(tables.tickets.c.reference)).scalars().all()
        for reference in ids:
            ticket = desk.intake.load(connection, reference, MORNING)
            plans.next(ticket.id, None, ticket.clocks[0], 1, None)
        plans.write()


def states(store: Store) -> Counter[str]:
    """How the notices that were due that morning ended."""
    with store.reading() as connection:
        rows = connection.execute(
            select(tables.notices.c.state).where(
                tables.notices.c.planned_for <= MORNING, tables.notices.c.rung == 0
            )
        )
        return Counter(rows.scalars().all())


def sweep_until_killed(url: str, path: Path) -> None:
    store = Store(url, shiftable=True)
    sweeper = sweeper_of(store, Ledger(path))
    while True:
        sweeper.sweep()
        time.sleep(0.01)


@pytest.mark.soak
def test_sweepers_at_once_killed_at_random(store: Store, tmp_path: Path) -> None:
    """Three on PostgreSQL, two on SQLite: what is sent twice was in doubt, and is marked."""
    set_time(store, MORNING)
    desk, ledger = wired(store, LADDER), tmp_path / "sent"
    total = 30 * KILLS
    for number in range(total):
        file_one(desk, number, Kind.INQUIRY, MORNING - timedelta(hours=1))
    dice, fork = random.Random(5), multiprocessing.get_context("fork")
    url, kills = address(store), 0
    store.engine.dispose()
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        workers = [
            fork.Process(target=sweep_until_killed, args=(url, ledger), daemon=True)
            for _ in range(2 if store.is_sqlite else 3)
        ]
        for worker in workers:
            worker.start()
        time.sleep(dice.uniform(0.5, 1.5))
        for worker in workers:
            assert worker.pid is not None
            os.kill(worker.pid, signal.SIGKILL)
            worker.join()
        kills += len(workers)
        # What the dead held is taken over once its lease is out.
        set_time(store, store.now() + LEASE + timedelta(seconds=1))
        if kills >= KILLS and len({line[0] for line in sent_lines(ledger)}) == total:
            break
    sweeper_of(store, Ledger(ledger)).sweep()
    found = [line for line in sent_lines(ledger) if ":opened:" in line[0]]
    seen = Counter(line[0] for line in found)
    assert len(seen) == total
    assert sum(seen.values()) - total <= kills
    for key, times in seen.items():
        assert sum(line[0] == key and not line[2] for line in found) <= 1
        assert times <= 1 + sum(line[0] == key and line[2] for line in found)


@pytest.mark.soak
def test_days_with_outages_and_two_workers(store: Store) -> None:
    """Both changes of the clocks, 29 February 2028 and a year's end lie in the 400 days.

    One worker reads the time five minutes late, so that it looks at what the other has done; the
    officer leaves half-way.
    """
    start = datetime(2027, 10, 4, 13, 1, tzinfo=UTC)
    set_time(store, start)
    dice, box = random.Random(16), Box()
    ladder, everyone = LADDER, {OFFICER.to, DEPUTY.to, FALLBACK.to}
    moment, number, opened = start, 0, 0
    for day in range(DAYS):
        if day == DAYS // 2:
            successor = Recipient("officer", "successor@example.ca", "e-mail")
            ladder = Ladder((successor, DEPUTY, FALLBACK))
            everyone |= {successor.to}
        workers = [sweeper_of(store, box, ladder) for _ in range(2)]
        desk = wired(store, ladder)
        if dice.random() < 0.4:
            set_time(store, moment)
            kind = dice.choice([Kind.INQUIRY, Kind.COMPLAINT, Kind.ACCESS, Kind.INCIDENT])
            file_one(desk, number, kind, store.now())
            number, opened = number + 1, opened + 1
        if dice.random() < 0.35:
            resolve_one(desk, dice)
        if dice.random() < 0.15:
            moment += timedelta(hours=dice.uniform(1, 48))  # nobody sweeps
        end = moment + timedelta(days=1)
        while moment < end:
            set_time(store, moment)
            box.now = moment
            before = len(box.sent)
            workers[0].sweep(moment)
            workers[1].sweep(moment - timedelta(minutes=5))
            if len(box.sent) > before:
                box.late.append(moment)
            moment += timedelta(minutes=dice.choice([60, 90, 180]))
    assert number > DAYS // 8
    check_ledger(store, box)
    gone = [at for at, notice in box.sent if notice.to == OFFICER.to]
    assert max(gone) <= start + timedelta(days=DAYS)
    assert {notice.to for _, notice in box.sent} <= everyone


class Box(Notifier):
    """Keeps what was sent with the moment of it."""

    name = "e-mail"

    def __init__(self) -> None:
        self.now = datetime.now(UTC)
        self.sent: list[tuple[datetime, Notice]] = []
        self.late: list[datetime] = []

    def send(self, notice: Notice) -> None:
        self.sent.append((self.now, notice))


def resolve_one(desk: Desk, dice: random.Random) -> None:
    tickets = desk.tickets.open_by_deadline(limit=10)
    if tickets:
        desk.tickets.take(dice.choice(tickets).reference, Step.RESOLVE, who="officer")


def check_ledger(store: Store, box: Box) -> None:
    """Each row went out once, in one message, never before its time; none is left behind."""
    times = Counter(id for _, notice in box.sent if notice.key for id in own_rows(store, notice))
    assert max(times.values()) == 1
    sent = select(tables.notices).where(tables.notices.c.state == "sent")
    with store.reading() as connection:
        rows = connection.execute(sent).all()
        overdue = connection.execute(
            select(tables.notices.c.id).where(
                tables.notices.c.state == "planned",
                tables.notices.c.planned_for < box.now - timedelta(hours=2),
            )
        ).all()
    assert {row.id for row in rows} == set(times)
    assert overdue == []
    zone = shipped_library().zone
    for row in rows:
        assert row.sent_at >= row.planned_for
        if row.threshold not in {"opened"} and not row.rung:
            assert row.planned_for.astimezone(zone).hour == 9
            assert local_date(row.sent_at, zone) >= local_date(row.planned_for, zone)


def own_rows(store: Store, notice: Notice) -> list[int]:
    """The rows that this message is the sending of: a digest repeats cards that have their own."""
    with store.reading() as connection:
        forms = connection.execute(
            select(tables.notices.c.id, tables.notices.c.form).where(
                tables.notices.c.id.in_(notice.outbox)
            )
        ).all()
    wanted = "line" if notice.sort == "digest" else "card"
    return [row.id for row in forms if row.form == wanted]
