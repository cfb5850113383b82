"""Conversations: found by a hashed token, carried by a Rasa conversation that changes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from bot.store import conversations, tables
from bot.store.conversations import TURNS_A_SENDER
from bot.store.db import Store
from tests.people import ALICE, BOB


def start(store: Store, token: str | None = None) -> str:
    with store.transaction() as connection:
        return conversations.create(connection, ALICE, store.now(connection), token=token).id


def test_a_conversation_is_found_by_its_token_of_which_only_a_hash_is_kept(store: Store) -> None:
    id = start(store, "a very secret token")
    with store.reading() as connection:
        found = conversations.find_by_token(connection, "a very secret token")
        assert found is not None
        assert (found.id, found.person) == (id, ALICE)
        assert conversations.find_by_token(connection, "A very secret token") is None
        row = connection.execute(select(tables.conversations)).mappings().one()
        assert "a very secret token" not in str(dict(row))


def test_who_has_no_token_is_not_found_by_an_empty_one(store: Store) -> None:
    start(store)
    with store.reading() as connection:
        assert conversations.find_by_token(connection, "") is None
        assert conversations.find(connection, "unknown") is None


def test_role_and_channel_stay_with_the_person(store: Store) -> None:
    with store.transaction() as connection:
        made = conversations.create(connection, BOB, store.now(connection))
        assert conversations.find(connection, made.id) == made


def test_the_sender_changes_after_twenty_turns(store: Store) -> None:
    id = start(store)
    with store.transaction() as connection:
        now = store.now(connection)
        senders = [
            conversations.take_turn(connection, id, now) for _ in range(2 * TURNS_A_SENDER + 1)
        ]
    first, second, third = senders[0], senders[TURNS_A_SENDER], senders[-1]
    assert senders == [first] * TURNS_A_SENDER + [second] * TURNS_A_SENDER + [third]
    assert len({first, second, third}) == 3


def test_turns_at_once_are_all_counted(store: Store) -> None:
    id = start(store)

    def take(_: int) -> str:
        with store.transaction() as connection:
            return conversations.take_turn(connection, id, store.now(connection))

    with ThreadPoolExecutor(8) as pool:
        senders = list(pool.map(take, range(TURNS_A_SENDER + 4)))
    counts = sorted(senders.count(sender) for sender in set(senders))
    assert counts == [4, TURNS_A_SENDER]


def test_the_topic_is_remembered(store: Store) -> None:
    id = start(store)
    with store.transaction() as connection:
        conversations.remember(connection, id, {"intent": "retention", "clauses": ["5.3"]})
    with store.reading() as connection:
        found = conversations.find(connection, id)
    assert found is not None
    assert found.topic == {"intent": "retention", "clauses": ["5.3"]}
