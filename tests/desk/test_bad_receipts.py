"""Receipts that cannot be, and those that only look so: one clear sentence, nothing stored."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot.desk import Desk
from bot.domain.clocks import parse_receipt
from bot.domain.errors import DeskError, HorizonError, InvalidInput
from bot.domain.tickets import Kind
from bot.store.db import Store
from bot.store.tables import tickets
from tests.fakes.desks import NOON, desk_of, file, set_time, shipped_library


@pytest.fixture
def desk(store: Store) -> Desk:
    set_time(store, NOON)
    return desk_of(store)


@pytest.mark.parametrize(
    ("received_at", "error"),
    [
        (NOON + timedelta(hours=1), InvalidInput),
        (datetime.fromisoformat("1999-12-31T12:00:00-05:00"), InvalidInput),
        (datetime.fromisoformat("2026-11-20T12:00:00"), InvalidInput),
        (datetime.fromisoformat("2020-01-02T12:00:00-05:00"), HorizonError),
    ],
    ids=["future", "before 2000", "without a zone", "before the calendars"],
)
def test_such_a_receipt_opens_nothing(
    desk: Desk, store: Store, received_at: datetime, error: type[DeskError]
) -> None:
    with pytest.raises(error) as refused:
        file(desk, received_at=received_at)
    assert refused.value.sentence.endswith(".")
    with store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(tickets)).scalar() == 0


def test_a_letter_found_late_counts_from_its_receipt(desk: Desk) -> None:
    received = NOON - timedelta(days=50)
    ticket = file(desk, Kind.ACCESS, received_at=received, why="found behind the cabinet")
    statute = ticket.clock("statute")
    assert statute is not None and statute.state == "deemed_refusal"
    (event,) = ticket.events
    assert event.why == "found behind the cabinet"
    assert event.after is not None and event.after["received_at"] == received.isoformat()


def test_a_letter_dated_before_it_came_shortens_the_notice_of_an_extension(desk: Desk) -> None:
    ticket = file(desk, Kind.ACCESS, sent_at=NOON - timedelta(days=7))
    statute = ticket.clock("statute")
    assert statute is not None and statute.notice_by is not None
    assert (statute.promised - statute.notice_by).days == 7


@pytest.mark.parametrize(
    "bad",
    [
        lambda: parse_receipt("2026-11-20T12:00:00"),
        lambda: parse_receipt("2026-02-30T12:00:00-05:00"),
        lambda: parse_receipt("yesterday"),
        lambda: shipped_library().calendar("strictest", "XX"),
    ],
    ids=["no zone", "impossible", "words", "unknown province"],
)
def test_one_clear_sentence(bad: Callable[[], object]) -> None:
    with pytest.raises(InvalidInput) as refused:
        bad()
    assert refused.value.sentence.endswith(".")
