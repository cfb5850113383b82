"""Everything of one ticket at one moment, and nothing of another's."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.desk import Desk
from bot.domain.accounts import Duty
from bot.domain.errors import NotFound
from bot.domain.tickets import Kind
from bot.store import conversations, inbox
from bot.store.db import Store
from tests.fakes.desks import NOON, desk_of, file, set_time
from tests.people import ALICE


@pytest.fixture
def desk(store: Store) -> Desk:
    set_time(store, NOON)
    return desk_of(store)


def test_a_ticket_stands_with_all_that_hangs_on_it(desk: Desk, store: Store) -> None:
    with store.transaction() as connection:
        talk = conversations.create(connection, ALICE, NOON)
        for number in (1, 2):
            message, _ = inbox.receive(
                connection, talk.id, source_key=None, text=f"message {number}", payload=None,
                masked=[], now=NOON, lease=timedelta(minutes=1),
            )  # fmt: skip
            inbox.answer(connection, message.id, [{"text": "yes"}], now=NOON, late=False)
    long_ago = NOON - timedelta(days=40)
    ticket = file(desk, received_at=long_ago, person=ALICE.id, conversation=talk.id)
    twin, other = file(desk, person=ALICE.id), file(desk, Kind.ACCESS, person=ALICE.id)
    stranger = file(desk)
    desk.attachments.add(ticket.reference, "bill.txt", b"a bill", who="officer")
    desk.attachments.add(stranger.reference, "theirs.txt", b"theirs", who="officer")
    desk.tickets.link(twin.reference, ticket.reference, who="officer")
    _, ann = desk.accounts.enter_by_link(desk.accounts.issue_link(Duty.OFFICER, "ann@desk.example"))
    shown = desk.dossier(ticket.reference.lower())
    assert shown.ticket == desk.tickets.show(ticket.reference)
    assert [m.text for m in shown.messages] == ["message 1", "message 2"]
    assert [f.name for f in shown.files] == ["bill.txt"]
    assert shown.duplicates == (twin.reference,)
    assert set(shown.others) == {twin.reference, other.reference}
    assert shown.names[ann.id] == ann.name
    assert shown.today == date(2026, 11, 24)
    respond = {clock.name: urgency for clock, urgency in shown.clocks}["respond"]
    assert respond is not None
    assert respond.tone == "overdue"


def test_a_clock_that_is_met_has_no_urgency(desk: Desk) -> None:
    ticket = file(desk)
    desk.tickets.reply(ticket.reference, "Here it is.", who="officer")
    urgencies = {clock.name: urgency for clock, urgency in desk.dossier(ticket.reference).clocks}
    assert urgencies["respond"] is None
    assert urgencies["resolve"] is not None


def test_without_a_conversation_there_are_no_messages(desk: Desk) -> None:
    shown = desk.dossier(file(desk).reference)
    assert (shown.messages, shown.files, shown.duplicates, shown.others) == ((), (), (), ())
    for reference in ("PD-2222-2222", "nonsense"):
        with pytest.raises(NotFound):
            desk.dossier(reference)
