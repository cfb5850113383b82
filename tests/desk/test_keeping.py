"""The purge: exactly what the schedule gives up, for real, with a chain that still holds."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.desk import Desk
from bot.desk.intake import Filing
from bot.desk.keeping import Purged
from bot.domain.assessments import Assessment
from bot.domain.errors import InvalidInput, NotFound
from bot.domain.people import Channel, Person, Role
from bot.domain.slack import Arrival
from bot.domain.tickets import Kind, Ticket
from bot.store import conversations, drafts, events, inbox, purging
from bot.store.db import Store
from bot.store.slack_inbox import SlackInbox
from bot.store.slack_posts import SlackPosts
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


def from_slack(store: Store, key: str, text: str = SECRET, **data: str) -> int:
    """Something that came in from Slack and was never worked on. Returns its row."""
    rows = SlackInbox(store)
    assert rows.receive(Arrival(key, "message", "T1", "U1", "D1", key, text=text, data=data))
    found = rows.by_key(key)
    assert found is not None
    return found.id


def test_nothing_of_a_ticket_is_left_in_what_slack_sent_or_is_to_be_sent(
    desk: Desk, store: Store
) -> None:
    conversation, other = talk(desk), talk(desk, "something else")
    rows, posts = SlackInbox(store), SlackPosts(store)
    rows.note(from_slack(store, "said"), conversation, 1)
    rows.note(from_slack(store, "elsewhere", "kept words"), other, 1)
    gone, stays = closed(desk, conversation=conversation), file(desk, conversation=other)
    for ticket, words in ((gone, SECRET), (stays, "kept words")):
        about = {"private": f'{{"r": "{ticket.reference}"}}', "given": words}
        from_slack(store, f"step {ticket.reference}", words, **about)
        posts.plan(f"card {ticket.reference}", "chat.postMessage", "C1", {"text": words},
                   reference=ticket.reference, held=True)  # fmt: skip
    set_time(store, NOON + timedelta(days=1))
    # The same conversation goes on after the ticket.
    rows.note(from_slack(store, "later", "kept words"), conversation, 2)
    pass_days(store, 3 * 365 + 2)
    with store.transaction() as connection:
        purging.delete_tickets(connection, [gone.id])
    assert [key for key in ("said", f"step {gone.reference}") if rows.by_key(key)] == []
    assert posts.find(f"card {gone.reference}") is None
    for key in ("elsewhere", f"step {stays.reference}", "later"):
        assert rows.by_key(key) is not None
    assert posts.find(f"card {stays.reference}") is not None


def test_a_form_that_was_filed_from_slack_and_left_half_done_goes_with_its_ticket(
    desk: Desk, store: Store
) -> None:
    filing = Filing(
        key="slack:V77", kind=Kind.COMPLAINT, person="slack:T1:U1", role=Role.EMPLOYEE,
        channel=Channel.SLACK, received_at=store.now(), fields={"what": {"said": SECRET}},
    )  # fmt: skip
    ticket = desk.open_request(filing)
    desk.tickets.resolve(ticket.reference, who="officer")
    from_slack(store, "form", view="V77", given=SECRET)
    from_slack(store, "another form", "kept words", view="V78")
    pass_days(store, 3 * 365 + 2)
    assert desk.keeping.purge().tickets == 1
    assert SECRET.encode() not in everything(store)
    assert SlackInbox(store).by_key("another form") is not None


def test_a_silent_conversation_goes_with_what_came_in_for_it(desk: Desk, store: Store) -> None:
    SlackInbox(store).note(from_slack(store, "said"), talk(desk), 1)
    pass_days(store, 32)
    assert desk.keeping.purge().conversations == 1
    assert SECRET.encode() not in everything(store)


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
