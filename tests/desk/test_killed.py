"""kill -9 during writes: every ticket that was acknowledged is there, nothing is half-made."""

import multiprocessing
import os
import random
import signal
from multiprocessing.connection import Connection

import pytest
from sqlalchemy import func, select, text

from bot.domain.tickets import Kind, Step
from bot.store import events
from bot.store.db import Store
from bot.store.tables import clocks, notices, tickets
from bot.store.tables import events as event_rows
from tests.fakes.desks import desk_of, filing

KEY = b"k" * 32
SOAK = bool(os.environ.get("SOAK"))
KILLS = 100 if SOAK else 4
LONGEST_SECONDS = 0.8


def write_until_killed(url: str, acknowledged: Connection) -> None:
    """Open, acknowledge and answer tickets, naming each only once it is committed."""
    store = Store(url, shiftable=True, audit_key=KEY)
    desk = desk_of(store)
    while True:
        now = store.now()
        ticket = desk.open_request(filing(Kind.ACCESS, received_at=now))
        acknowledged.send(ticket.reference)
        desk.tickets.take(ticket.reference, Step.ACKNOWLEDGE, who="officer")
        desk.tickets.reply(ticket.reference, "Here it is.", who="officer")


def killed_once(url: str, patience: float) -> list[str]:
    """The references that a writer acknowledged before it was killed."""
    spawner = multiprocessing.get_context("forkserver")
    spawner.set_forkserver_preload(["tests.fakes.desks"])
    reading, writing = spawner.Pipe(duplex=False)
    writer = spawner.Process(target=write_until_killed, args=(url, writing), daemon=True)
    writer.start()
    writing.close()
    said: list[str] = [reading.recv()]
    try:
        while reading.poll(patience):
            said.append(reading.recv())
            patience -= 0.01
            if patience <= 0:
                break
        os.kill(writer.pid or 0, signal.SIGKILL)
        while True:
            said.append(reading.recv())
    except EOFError:
        writer.join()
        return said


@pytest.mark.soak
def test_what_was_acknowledged_survives(store: Store) -> None:
    url = store.url.render_as_string(hide_password=False)
    dice = random.Random(4)
    acknowledged = [
        reference
        for _ in range(KILLS)
        for reference in killed_once(url, dice.uniform(0.0, LONGEST_SECONDS))
    ]
    assert len(acknowledged) >= KILLS
    checked = Store(url, shiftable=True, audit_key=KEY)
    with checked.reading() as connection:
        kept = set(connection.execute(select(tickets.c.reference)).scalars())
        assert set(acknowledged) <= kept
        assert events.check(connection).problems == ()
        if checked.is_sqlite:
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        for id, version in connection.execute(select(tickets.c.id, tickets.c.version)).all():
            of_ticket = [
                connection.execute(
                    select(func.count()).select_from(table).where(table.c.ticket_id == id)
                ).scalar_one()
                for table in (clocks, event_rows, notices)
            ]
            assert of_ticket[:2] == [2, version]
            assert of_ticket[2] >= 2
    checked.close()
