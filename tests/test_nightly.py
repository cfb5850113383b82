"""The night's work: retention runs by itself, once a day, also for who starts late."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.desk import Desk
from bot.domain.tickets import Kind
from bot.nightly import DAY_SECONDS, Nightly, forget_logs
from bot.store.db import Store
from bot.store.library import DATA, load_library
from bot.store.tables import events, tickets
from tests.fakes.desks import set_time
from tests.fakes.threads import LADDER, MONDAY, filing, wired
from tests.people import ALICE

DAY = timedelta(days=1)
# 02:00 and 04:00 in Toronto.
AT_TWO, AT_FOUR = MONDAY.replace(hour=7, minute=0), MONDAY.replace(hour=9, minute=0)


@pytest.fixture
def desk(store: Store) -> Desk:
    set_time(store, MONDAY)
    return wired(store, LADDER)


def resolved(desk: Desk, key: str) -> str:
    reference = desk.open_request(filing(ALICE, key, Kind.INQUIRY)).reference
    desk.tickets.reply(reference, "Yes.", who="officer")
    return desk.tickets.resolve(reference, who="officer").reference


def left(store: Store) -> set[str]:
    with store.reading() as connection:
        return set(connection.execute(select(tickets.c.reference)).scalars())


def purges(store: Store) -> int:
    with store.reading() as connection:
        chosen = select(func.count()).where(events.c.what == "purged")
        return connection.execute(chosen).scalar_one()


def test_it_waits_for_the_night_and_works_once_a_day(
    desk: Desk, store: Store, tmp_path: Path
) -> None:
    nightly = Nightly(desk, desk.intake.library, tmp_path)
    ran = []
    for moment in (AT_TWO, AT_FOUR, AT_FOUR + timedelta(hours=10), AT_TWO + DAY, AT_FOUR + DAY):
        set_time(store, moment)
        ran.append(nightly.run())
    assert ran == [False, True, False, False, True]


def test_over_the_years_exactly_what_is_due_goes(desk: Desk, store: Store, tmp_path: Path) -> None:
    """Closed three years ago and not on hold; the desk was off for a month in between."""
    due, held = resolved(desk, "due"), resolved(desk, "held")
    desk.tickets.hold(held, True, who="officer", why="court file")
    still_open = desk.open_request(filing(ALICE, "open", Kind.INQUIRY)).reference
    nightly = Nightly(desk, desk.intake.library, tmp_path)
    for days in (1, 200, 3 * 365 - 40, 3 * 365):
        set_time(store, MONDAY + days * DAY)
        nightly.run()
        assert left(store) == {due, held, still_open}
    assert purges(store) == 0
    set_time(store, MONDAY + (3 * 365 + 3) * DAY)
    assert nightly.run()
    assert left(store) == {held, still_open}
    assert purges(store) == 1


def test_old_log_files_go_by_the_schedule(tmp_path: Path) -> None:
    old, fresh = tmp_path / "rasa.log.3", tmp_path / "rasa.log"
    for path in (old, fresh):
        path.write_text("{}", encoding="utf-8")
    before = time.time() - 31 * DAY_SECONDS
    os.utime(old, (before, before))
    assert forget_logs(tmp_path, load_library(DATA), MONDAY) == 1
    assert not old.exists()
    assert fresh.exists()
