"""A holiday that is added later: shown first, then moved, with an event and new reminders."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from bot.desk import Desk
from bot.domain.tickets import Kind
from bot.store.calendars import read_calendars
from bot.store.db import Store
from bot.store.library import DATA, Library
from tests.fakes.desks import NOON, Post, desk_of, file, set_time, shipped_library, sweeper_of


def with_mourning(folder: Path) -> Library:
    """The shipped facts with a day of mourning on Monday 30 November 2026, in both calendars."""
    for path in (DATA / "holidays").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    day = {
        "date": date(2026, 11, 30),
        "name": "Day of mourning",
        "calendars": ["federal", "ON"],
        "source": "a test",
    }
    (folder / "added.yml").write_text(yaml.safe_dump([day]), encoding="utf-8")
    return replace(shipped_library(), calendars=read_calendars(folder, "added"))


@pytest.fixture
def desks(store: Store, tmp_path: Path) -> tuple[Desk, Desk]:
    """The desk before and after the day was announced."""
    set_time(store, NOON)
    return desk_of(store), desk_of(store, with_mourning(tmp_path))


def test_the_diff_shows_and_changes_nothing(desks: tuple[Desk, Desk]) -> None:
    before, after = desks
    ticket = file(before)
    assert before.clocks.calendar_diff() == []
    (moved,) = after.clocks.calendar_diff()
    assert (moved.reference, moved.clock) == (ticket.reference, "respond")
    assert (moved.before, moved.after) == (date(2026, 12, 14), date(2026, 12, 15))
    assert after.tickets.show(ticket.reference) == ticket


def test_applying_it_moves_dates_and_reminders(desks: tuple[Desk, Desk]) -> None:
    before, after = desks
    ticket = file(before, Kind.COMPLAINT)
    done = file(before, Kind.INQUIRY)
    before.tickets.reply(done.reference, "Yes.", who="officer")
    sweeper_of(before, Post()).sweep()
    moved = after.clocks.apply_calendar(who="officer")
    assert [m.reference for m in moved] == [ticket.reference]
    now = after.tickets.show(ticket.reference)
    respond, resolve = now.clock("respond"), now.clock("resolve")
    assert respond is not None
    assert (respond.due, respond.promised) == (date(2026, 12, 15), date(2026, 12, 14))
    assert ("Day of mourning") in {step.why for step in respond.explain}
    assert resolve == ticket.clock("resolve")
    event = now.events[-1]
    assert event.what == "calendar"
    assert event.before is not None and event.before["due"] == {"respond": "2026-12-14"}
    assert event.after is not None and event.after["due"] == {"respond": "2026-12-15"}
    states = {(n["version"], n["state"]) for n in now.notices if n["threshold"] == "5bd"}
    assert (1, "cancelled") in states and (2, "planned") in states
    assert after.clocks.apply_calendar(who="officer") == []
