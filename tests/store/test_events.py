"""The chain of events: whoever changes, deletes, inserts, reorders or cuts off is found out."""

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from bot.domain.audit import Audit, Head, head_from_json
from bot.domain.errors import InvalidInput
from bot.domain.tickets import Step, Ticket
from bot.store import events
from bot.store.db import Store
from tests.fakes.desks import NOON, desk_of, file, set_time


@pytest.fixture
def tickets(store: Store) -> list[Ticket]:
    """Three tickets with four events."""
    set_time(store, NOON)
    desk = desk_of(store)
    opened = [file(desk) for _ in range(3)]
    desk.tickets.take(opened[0].reference, Step.ACKNOWLEDGE, who="officer")
    return opened


def unguarded(connection: Connection) -> None:
    """What someone with the database's password does first."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("DROP TRIGGER events_no_update"))
        connection.execute(text("DROP TRIGGER events_no_delete"))
    else:
        connection.execute(text("ALTER TABLE events DISABLE TRIGGER USER"))


def tampered(store: Store, *statements: str, exported: Head | None = None) -> Audit:
    with store.transaction() as connection:
        unguarded(connection)
        for statement in statements:
            connection.execute(text(statement))
    with store.reading() as connection:
        return events.check(connection, exported)


def head_of(store: Store) -> Head:
    with store.reading() as connection:
        return events.head(connection)


@pytest.mark.usefixtures("tickets")
def test_an_untouched_chain_holds(store: Store) -> None:
    with store.reading() as connection:
        audit = events.check(connection, events.head(connection))
    assert audit.problems == ()
    assert audit.head.events == 4


@pytest.mark.usefixtures("tickets")
@pytest.mark.parametrize(
    ("statement", "first"),
    [
        ("UPDATE events SET why = 'so they say' WHERE id = 2", 2),
        ("UPDATE events SET what = 'resolve' WHERE id = 4", 4),
        ("UPDATE events SET who = 'nobody' WHERE id = 1", 1),
        ("UPDATE events SET ticket_id = 9 WHERE id = 3", 3),
        ("UPDATE events SET digest = 'x', mac = 'y' WHERE id = 3", 3),
        ("UPDATE events SET who='', why='', before=NULL, after=NULL, salt=NULL WHERE id = 2", 2),
        ("DELETE FROM events WHERE id = 2", 2),
        ("DELETE FROM events WHERE id = 1", 1),
        ("DELETE FROM events WHERE id = 4", 4),
        (
            "INSERT INTO events SELECT 5, ticket_id, 9, at, who, what, why, before, after, salt,"
            " digest, mac, purged_by FROM events WHERE id = 4",
            5,
        ),
    ],
)
def test_tampering_names_the_first_bad_event(store: Store, statement: str, first: int) -> None:
    assert tampered(store, statement).problems[0].event == first


@pytest.mark.usefixtures("tickets")
def test_two_events_that_changed_places(store: Store) -> None:
    audit = tampered(
        store,
        "UPDATE events SET id = 99 WHERE id = 2",
        "UPDATE events SET id = 2 WHERE id = 3",
        "UPDATE events SET id = 3 WHERE id = 99",
    )
    assert [problem.event for problem in audit.problems][:2] == [2, 3]


@pytest.mark.usefixtures("tickets")
def test_a_chain_cut_off_cleanly_shows_against_an_exported_head(store: Store) -> None:
    exported = head_from_json(head_of(store).to_json())
    cut = (
        "UPDATE chain_head SET number = 3, mac = (SELECT mac FROM events WHERE id = 3)",
        "DELETE FROM events WHERE id = 4",
    )
    assert tampered(store, *cut).problems == ()
    with store.reading() as connection:
        assert events.check(connection, exported).problems[0].event == 4


@pytest.mark.usefixtures("tickets")
def test_a_chain_under_another_key_does_not_hold(store: Store) -> None:
    other = Store(store.url.render_as_string(hide_password=False), audit_key=b"another")
    with other.reading() as connection:
        assert events.check(connection).problems[0].event == 1
    other.close()


@pytest.mark.usefixtures("tickets")
@pytest.mark.parametrize("statement", ["UPDATE events SET why = ''", "DELETE FROM events"])
def test_the_database_refuses_to_touch_events(store: Store, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="only appended"),
        store.transaction() as connection,
    ):
        connection.execute(text(statement))


def test_a_purge_empties_and_the_chain_holds(store: Store, tickets: list[Ticket]) -> None:
    exported = head_of(store)
    with store.transaction() as connection:
        events.purge(connection, [tickets[0].id], NOON, who="desk", told={"tickets": 1})
    with store.reading() as connection:
        assert events.check(connection, exported).problems == ()
        left = connection.execute(text("SELECT id FROM events WHERE salt IS NOT NULL ORDER BY id"))
        assert left.scalars().all() == [2, 3, 5]


@pytest.mark.parametrize(
    "value", [None, [], {}, {"events": "4", "mac": "0" * 64}, {"events": 4, "mac": "0"}]
)
def test_what_is_no_head_is_refused(value: object) -> None:
    with pytest.raises(InvalidInput):
        head_from_json(value)


def test_an_empty_chain_holds(store: Store) -> None:
    with store.reading() as connection:
        assert events.check(connection).head.events == 0
