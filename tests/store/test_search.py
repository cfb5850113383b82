"""Searching by words: any part, in either case, few finds and many; gone when the ticket is."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from bot.desk import Desk
from bot.domain.queue import QueueFilter
from bot.store import search
from bot.store.db import Store
from bot.store.migrate import migrate
from bot.store.tables import tickets
from tests.fakes.desks import NOON, desk_of, file, pass_days, set_time

SECRET = "zyxwvut-9876-confidential"


@pytest.fixture
def desk(store: Store) -> Desk:
    set_time(store, NOON)
    return desk_of(store)


def found(store: Store, words: str) -> list[str]:
    """The references of all tickets that hold these words, in the order of filing."""
    with store.reading() as connection:
        chosen = select(tickets.c.reference).where(search.holding(connection, words))
        return list(connection.execute(chosen.order_by(tickets.c.id)).scalars())


@pytest.mark.parametrize("few", [0, 1_000])
def test_any_part_of_what_was_written_is_found(
    desk: Desk, store: Store, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the index, and one by one where the index finds many."""
    monkeypatch.setattr(search, "FEW", few)
    bill = file(desk, text='Straße 7: the "final" BILL\nwas wrong', person="web:ann").reference
    call = file(
        desk, text="Vous m'avez appel\u00e9; a 50% off_er \U0001f600", person="web:bob"
    ).reference
    plain = file(desk, text="aaaa", person="web:cat").reference
    asked = {
        "bill": [bill],
        "STRASSE": [bill],
        '"final"': [bill],
        "bill\nwas": [bill],
        "bill was": [],
        "APPELE\u0301": [call],
        "0% off_": [call],
        "0%x": [],
        "\U0001f600": [call],
        "a": [bill, call, plain],
        "web:": [bill, call, plain],
        "web:c": [plain],
        "aaaaa": [],
        "' OR 1=1 --": [],
        'AND "': [],
        "fin*": [],
    }
    assert {words: found(store, words) for words in asked} == asked


def test_words_that_no_database_takes_are_filed_and_found(desk: Desk, store: Store) -> None:
    reference = file(desk, text="nul \0 and half a pair \ud83d here").reference
    assert found(store, "half a pair") == [reference]
    assert found(store, "nul \0 and") == [reference]
    assert found(store, "\ud83d") == []


def test_tickets_that_were_there_before_the_index_are_found(desk: Desk, store: Store) -> None:
    reference = file(desk, text="written before").reference
    migrate(store, "0008")
    migrate(store)
    assert found(store, "TEN BEF") == [reference]
    assert found(store, file(desk, text="written after").reference) == []
    assert len(found(store, "written")) == 2


def test_nothing_of_a_purged_ticket_is_left_in_the_index(desk: Desk, store: Store) -> None:
    kept = file(desk, text="something else").reference
    gone = file(desk, text=SECRET)
    desk.tickets.resolve(gone.reference, who="officer")
    assert found(store, SECRET) == [gone.reference]
    assert pieces_kept(store)
    pass_days(store, 3 * 365 + 2)
    assert desk.keeping.purge().tickets == 1
    assert found(store, SECRET) == []
    assert not pieces_kept(store)
    assert found(store, "something else") == [kept]


def pieces_kept(store: Store) -> bool:
    """Tell whether the index itself holds a piece of the secret, deleted or not."""
    with store.reading() as connection:
        if store.is_sqlite:
            held = text("SELECT count(*) FROM ticket_search_index_data WHERE instr(block, :piece)")
            return bool(connection.execute(held, {"piece": b"zyx"}).scalar())
        # A GIN index forgets with VACUUM, which the purge runs; what it finds are rows.
        held = text(
            "SELECT count(*) FROM ticket_search WHERE ticket_search_grams(words) @> '{zyx}'"
        )
        return bool(connection.execute(held).scalar())


def test_the_queue_searches_within_its_filters(desk: Desk) -> None:
    opened = file(desk, text="the same words").reference
    other = file(desk, text="the same words", person="web:x", email=None).reference
    desk.tickets.resolve(other, who="officer")
    page = desk.queue.page(QueueFilter(words="SAME WORDS"), account="me")
    assert [row.reference for row, _ in page.rows] == [opened]
