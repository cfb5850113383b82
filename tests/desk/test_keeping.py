"""The purge: exactly what the schedule gives up, for real, with a chain that still holds."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.desk import Desk
from bot.desk.keeping import Purged
from bot.desk.tickets import Assessment
from bot.domain.errors import InvalidInput, NotFound
from bot.domain.people import Channel, Person, Role
from bot.domain.tickets import Kind, Ticket
from bot.store import conversations, drafts, events, inbox
from bot.store.db import Store
from tests.fakes.desks import NOON, desk_of, file, pass_days, set_time

SECRET = "zyxwvut-9876-confidential"


@pytest.fixture
def desk(store: Store) -> Desk:
    set_time(store, NOON)
    return desk_of(store)


def talk(desk: Desk, said: str = SECRET) -> str:
    """A conversation with one message and a half-filled request."""
    with desk.intake.store.transaction() as connection:
        now = desk.intake.store.now(connection)
        person = Person("web:pat", Role.CUSTOMER, Channel.WEB)
        conversation = conversations.create(connection, person, now)
        inbox.receive(
            connection, conversation.id, source_key=None, text=said, payload=None, masked=(),
            now=now, lease=timedelta(minutes=1),
        )  # fmt: skip
        drafts.start(connection, conversation.id, "complaint", received_at=now, now=now)
        return conversation.id


def closed(desk: Desk, kind: Kind = Kind.COMPLAINT, *, conversation: str | None = None) -> Ticket:
    ticket = file(desk, kind, text=SECRET, why=SECRET, conversation=conversation)
    desk.tickets.note(ticket.reference, SECRET, who=SECRET)
    desk.tickets.reply(ticket.reference, SECRET, who="officer")
    return desk.tickets.resolve(ticket.reference, who="officer", why=SECRET)


def chain_holds(desk: Desk) -> bool:
    with desk.intake.store.reading() as connection:
        return events.check(connection).problems == ()


def everything(store: Store) -> bytes:
    """All bytes that the database keeps: its files, or on PostgreSQL every row as text."""
    if store.is_sqlite:
        path = Path(str(store.url.database))
        return b"".join(
            p.read_bytes() for p in path.parent.iterdir() if p.name.startswith(path.name)
        )
    with store.reading() as connection:
        names = connection.execute(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ).scalars()
        rows = [connection.execute(text(f'SELECT t::text FROM "{name}" t')).all() for name in names]
    return repr(rows).encode()


def test_deleted_means_gone(desk: Desk, store: Store) -> None:
    closed(desk, conversation=talk(desk))
    assert SECRET.encode() in everything(store)
    pass_days(store, 3 * 365 + 2)
    assert desk.keeping.purge() == Purged(tickets=1, conversations=1, drafts=1)
    assert SECRET.encode() not in everything(store)
    assert chain_holds(desk)


def test_a_day_too_early_everything_stays(desk: Desk, store: Store) -> None:
    ticket = closed(desk)
    pass_days(store, 3 * 365)
    assert desk.keeping.purge() == Purged()
    assert desk.tickets.show(ticket.reference).fields == ticket.fields


def test_open_and_held_tickets_stay(desk: Desk, store: Store) -> None:
    waiting, held, gone = file(desk), closed(desk), closed(desk)
    with pytest.raises(InvalidInput):
        desk.tickets.hold(held.reference, True, who="officer", why=" ")
    desk.tickets.hold(held.reference, True, who="officer", why="court file")
    pass_days(store, 4 * 365)
    assert desk.keeping.purge().tickets == 1
    for reference in (waiting.reference, held.reference):
        assert desk.tickets.show(reference).fields
    with pytest.raises(NotFound):
        desk.tickets.show(gone.reference)
    desk.tickets.hold(held.reference, False, who="officer", why="settled")
    assert desk.keeping.purge().tickets == 1
    assert chain_holds(desk)


def test_an_incident_is_kept_five_years_from_its_determination(desk: Desk, store: Store) -> None:
    early, late = file(desk, Kind.INCIDENT), file(desk, Kind.INCIDENT)
    for ticket, day in ((early, date(2026, 11, 24)), (late, date(2027, 6, 1))):
        assessment = Assessment(day, "names", "low", False, "encrypted")
        desk.tickets.assess(ticket.reference, assessment, who="officer")
        desk.tickets.resolve(ticket.reference, who="officer")
    pass_days(store, 5 * 365 + 3)
    assert desk.keeping.purge() == Purged(incidents=1)
    assert desk.tickets.show(late.reference).kind is Kind.INCIDENT


def test_conversations_go_after_thirty_days_unless_a_ticket_needs_them(
    desk: Desk, store: Store
) -> None:
    kept = talk(desk)
    talk(desk, "something else")
    file(desk, conversation=kept)
    pass_days(store, 32)
    assert desk.keeping.purge().conversations == 1
    with store.reading() as connection:
        assert len(inbox.history(connection, kept)) == 1
        assert drafts.find_open(connection, kept) is None


def test_a_purge_is_an_event_and_nothing_to_do_is_none(desk: Desk, store: Store) -> None:
    closed(desk)
    pass_days(store, 4 * 365)
    with store.reading() as connection:
        before = events.head(connection).events
    desk.keeping.purge(who="operator")
    desk.keeping.purge()
    with store.reading() as connection:
        assert events.head(connection).events == before + 1
        last = connection.execute(text("SELECT what, who FROM events ORDER BY id DESC")).first()
    assert last == ("purged", "operator")


def test_more_than_a_batch(desk: Desk, store: Store) -> None:
    for _ in range(210):
        ticket = file(desk, Kind.INQUIRY)
        desk.tickets.resolve(ticket.reference, who="officer")
    pass_days(store, 4 * 365)
    assert desk.keeping.purge().tickets == 210
    assert chain_holds(desk)
