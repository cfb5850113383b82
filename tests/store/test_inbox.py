"""The inbox: a message is stored once, leased, answered once, and never lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.store import conversations, inbox
from bot.store.db import Store
from bot.store.inbox import Message
from tests.people import ALICE, BOB

MINUTE = timedelta(minutes=1)


@pytest.fixture
def conversation(store: Store) -> str:
    return start(store)


def start(store: Store) -> str:
    with store.transaction() as connection:
        return conversations.create(connection, ALICE, store.now(connection)).id


def receive(
    store: Store, conversation: str, key: str | None = None, **more: Any
) -> tuple[Message, bool]:
    with store.transaction() as connection:
        conversations.find(connection, conversation, hold=True)
        given: dict[str, Any] = {
            "source_key": key,
            "text": "a question",
            "payload": None,
            "masked": (),
            "now": store.now(connection),
            "lease": MINUTE,
        }
        return inbox.receive(connection, conversation, **{**given, **more})


def claim(store: Store, now: datetime, limit: int = 20) -> list[Message]:
    with store.transaction() as connection:
        return inbox.claim_unanswered(connection, now, MINUTE, limit)


def found(store: Store, id: str) -> Message:
    with store.reading() as connection:
        return inbox.find(connection, id)


def answer(store: Store, id: str, words: str, late: bool = False) -> bool:
    with store.transaction() as connection:
        replies = [{"text": words}]
        return inbox.answer(connection, id, replies, now=store.now(connection), late=late)


def test_the_same_key_in_one_conversation_is_one_message(store: Store, conversation: str) -> None:
    first, new = receive(store, conversation, "event-1")
    again, repeated = receive(store, conversation, "event-1", text="delivered again")
    assert (new, repeated) == (True, False)
    assert again == first
    other, new = receive(store, start(store), "event-1")
    assert new
    assert other.id != first.id


def test_messages_without_a_key_are_all_different(store: Store, conversation: str) -> None:
    assert [receive(store, conversation)[0].number for _ in range(3)] == [1, 2, 3]


def test_at_once_one_key_is_one_message_and_no_number_is_given_twice(
    store: Store, conversation: str
) -> None:
    keys = ["same", "other", "third", None] * 6
    with ThreadPoolExecutor(8) as pool:
        received = list(pool.map(lambda key: receive(store, conversation, key), keys))
    new = [message for message, is_new in received if is_new]
    assert len(new) == 3 + 6
    assert sorted(message.number for message in new) == list(range(1, 10))


def test_a_leased_message_is_claimed_when_its_lease_has_ended(
    store: Store, conversation: str
) -> None:
    message, _ = receive(store, conversation)
    assert claim(store, message.received_at + MINUTE) == []
    after = message.received_at + MINUTE + timedelta(seconds=1)
    assert [m.id for m in claim(store, after)] == [message.id]
    assert claim(store, after) == []


def test_a_message_given_back_is_claimed_at_once(store: Store, conversation: str) -> None:
    message, _ = receive(store, conversation)
    with store.transaction() as connection:
        inbox.release(connection, message.id)
    assert found(store, message.id).state == "received"
    assert [m.id for m in claim(store, message.received_at)] == [message.id]


def test_an_answered_message_is_neither_released_nor_claimed(
    store: Store, conversation: str
) -> None:
    message, _ = receive(store, conversation)
    assert answer(store, message.id, "an answer")
    with store.transaction() as connection:
        inbox.release(connection, message.id)
    assert found(store, message.id).state == "answered"
    assert claim(store, message.received_at + timedelta(days=1)) == []


def test_the_first_answer_stays(store: Store, conversation: str) -> None:
    message, _ = receive(store, conversation)
    assert answer(store, message.id, "first", late=True)
    assert not answer(store, message.id, "second")
    stored = found(store, message.id)
    assert (stored.replies, stored.late) == (({"text": "first"},), True)


def test_of_two_answers_at_once_one_stays(store: Store, conversation: str) -> None:
    message, _ = receive(store, conversation)
    with ThreadPoolExecutor(4) as pool:
        won = list(pool.map(lambda n: answer(store, message.id, str(n)), range(4)))
    assert sorted(won) == [False, False, False, True]
    assert found(store, message.id).replies == ({"text": str(won.index(True))},)


def test_the_oldest_are_claimed_first_and_each_by_one(store: Store, conversation: str) -> None:
    ids = [receive(store, conversation, f"m{n}")[0].id for n in range(12)]
    later = found(store, ids[-1]).received_at + timedelta(hours=1)
    assert [m.id for m in claim(store, later, limit=3)] == ids[:3]
    with ThreadPoolExecutor(4) as pool:
        claims = list(pool.map(lambda _: claim(store, later, limit=3), range(4)))
    taken = [message.id for claimed in claims for message in claimed]
    assert len(taken) == len(set(taken))
    assert set(taken) <= set(ids[3:])


def test_history_gives_the_newest_in_order(store: Store, conversation: str) -> None:
    for n in range(5):
        receive(store, conversation, text=f"message {n}", payload="/help" if n == 4 else None)
    with store.reading() as connection:
        assert [m.number for m in inbox.history(connection, conversation)] == [1, 2, 3, 4, 5]
        assert [m.number for m in inbox.history(connection, conversation, after=3)] == [4, 5]
        newest = inbox.history(connection, conversation, limit=2)
    assert [(m.text, m.payload) for m in newest] == [("message 3", None), ("message 4", "/help")]


def test_what_was_masked_and_done_is_kept(store: Store, conversation: str) -> None:
    message, _ = receive(store, conversation, masked=("SIN",))
    assert found(store, message.id).masked == ("SIN",)
    with store.transaction() as connection:
        assert inbox.outcome(connection, message.id, "complaint") is None
        inbox.keep_outcome(connection, message.id, "complaint", {"asked": "when"})
        inbox.keep_outcome(connection, message.id, "access", {"asked": "what"})
    with store.reading() as connection:
        assert inbox.outcome(connection, message.id, "complaint") == {"asked": "when"}
        assert inbox.outcome(connection, message.id, "access") == {"asked": "what"}
        assert inbox.outcome(connection, message.id, "inquiry") is None


def test_one_persons_history_is_not_anothers(store: Store, conversation: str) -> None:
    receive(store, conversation, text="Alice alone may read this")
    with store.transaction() as connection:
        other = conversations.create(connection, BOB, store.now(connection)).id
        assert inbox.history(connection, other) == []
