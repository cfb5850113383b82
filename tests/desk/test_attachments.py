"""Files of tickets: kept with an event, given to nobody they do not belong to, purged with them."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from bot.domain.attachments import MOST_FILES
from bot.domain.errors import InvalidInput, NotFound
from bot.store.db import Store
from bot.store.tables import attachments
from tests.fakes.desks import NOON, desk_of, file, pass_days, set_time

BILL = b"%PDF-1.7 a bill"


def test_a_file_comes_back_as_it_went_in(store: Store) -> None:
    set_time(store, NOON)
    desk = desk_of(store)
    ticket = file(desk)
    kept = desk.attachments.add(ticket.reference, "bill.pdf", BILL, who="officer-1")
    found, content = desk.attachments.open(ticket.reference, kept.id)
    assert (found, content) == (kept, BILL)
    assert (kept.name, kept.media_type, kept.size) == ("bill.pdf", "application/pdf", len(BILL))
    event = desk.tickets.show(ticket.reference).events[-1]
    assert (event.what, event.who) == ("attachment", "officer-1")
    # The file's name is the person's words: the chain of events does not keep it.
    assert event.after == {"file": kept.id, "bytes": len(BILL), "shared": False}


def test_a_requester_has_their_own_files_and_the_shared_ones(store: Store) -> None:
    set_time(store, NOON)
    desk = desk_of(store)
    ticket = file(desk)
    add = desk.attachments.add
    own = add(ticket.reference, "mine.pdf", BILL, who="requester")
    shared = add(ticket.reference, "answer.pdf", BILL, who="officer-1", shared=True)
    internal = add(ticket.reference, "opinion.pdf", BILL, who="officer-1")
    listed = desk.attachments.of_ticket
    assert set(listed(ticket.reference)) == {own, shared, internal}
    assert set(listed(ticket.reference, for_requester=True)) == {own, shared}
    assert desk.attachments.open(ticket.reference, own.id, for_requester=True)[1] == BILL
    with pytest.raises(NotFound):
        desk.attachments.open(ticket.reference, internal.id, for_requester=True)


def test_a_file_opens_with_its_own_ticket_only(store: Store) -> None:
    set_time(store, NOON)
    desk = desk_of(store)
    mine, other = file(desk), file(desk)
    kept = desk.attachments.add(mine.reference, "mine.pdf", BILL, who="requester")
    for reference in (other.reference, "PD-2222-2222", "nonsense"):
        with pytest.raises(NotFound):
            desk.attachments.open(reference, kept.id)
    with pytest.raises(NotFound):
        desk.attachments.add("PD-2222-2222", "mine.pdf", BILL, who="requester")


def test_a_ticket_has_so_many_files_and_no_more(store: Store) -> None:
    set_time(store, NOON)
    desk = desk_of(store)
    ticket = file(desk)
    for number in range(MOST_FILES):
        desk.attachments.add(ticket.reference, f"{number}.pdf", BILL, who="requester")
    with pytest.raises(InvalidInput, match="20 files"):
        desk.attachments.add(ticket.reference, "more.pdf", BILL, who="requester")
    assert len(desk.attachments.of_ticket(ticket.reference)) == MOST_FILES


def test_a_purge_takes_the_files_along(store: Store) -> None:
    set_time(store, NOON)
    desk = desk_of(store)
    ticket = file(desk)
    desk.attachments.add(ticket.reference, "mine.pdf", BILL, who="requester")
    desk.tickets.resolve(ticket.reference, who="officer-1", justified=False)
    pass_days(store, 366 * 10)
    assert desk.keeping.purge().tickets == 1
    with store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(attachments)).scalar() == 0
