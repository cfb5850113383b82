"""Half-filled requests: one open in a conversation, others aside, a cancelled one gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from bot.domain.forms import Draft, FieldValue
from bot.store import conversations, drafts, tables
from bot.store.db import Store
from tests.people import ALICE

SAID = FieldValue("on the 3rd", "2026-11-03", "Tuesday 3 November 2026")


@pytest.fixture
def conversation(store: Store) -> str:
    with store.transaction() as connection:
        return conversations.create(connection, ALICE, store.now(connection)).id


def start(store: Store, conversation: str, kind: str = "complaint") -> Draft:
    with store.transaction() as connection:
        now = store.now(connection)
        return drafts.start(
            connection, conversation, kind, received_at=now, now=now, clauses_shown=("10.5",)
        )


def opened(store: Store, conversation: str) -> Draft | None:
    with store.reading() as connection:
        return drafts.find_open(connection, conversation)


def test_a_draft_comes_back_as_it_was_saved(store: Store, conversation: str) -> None:
    draft = replace(start(store, conversation).with_value("when", SAID), asked="reach")
    with store.transaction() as connection:
        drafts.save(connection, draft, store.now(connection))
    assert opened(store, conversation) == draft


def test_one_is_open_at_a_time(store: Store, conversation: str) -> None:
    start(store, conversation)
    with pytest.raises(IntegrityError):
        start(store, conversation, "access")


def test_the_newest_set_aside_comes_first_unless_a_kind_is_named(
    store: Store, conversation: str
) -> None:
    for age, kind in enumerate(("complaint", "access")):
        draft = start(store, conversation, kind)
        with store.transaction() as connection:
            when = store.now(connection) + timedelta(seconds=age)
            drafts.move(connection, draft, "aside", when)
    assert opened(store, conversation) is None
    with store.reading() as connection:
        newest = drafts.find_aside(connection, conversation)
        named = drafts.find_aside(connection, conversation, "complaint")
        assert newest is not None
        assert named is not None
        assert (newest.kind, named.kind) == ("access", "complaint")
        assert drafts.find_aside(connection, conversation, "inquiry") is None


def test_a_filed_draft_is_open_no_more(store: Store, conversation: str) -> None:
    draft = start(store, conversation)
    with store.transaction() as connection:
        drafts.move(connection, draft, "filed", store.now(connection))
        assert drafts.find_open(connection, conversation) is None
        assert drafts.find_aside(connection, conversation) is None


def test_cancel_leaves_nothing_behind(store: Store, conversation: str) -> None:
    draft = start(store, conversation)
    with store.transaction() as connection:
        drafts.discard(connection, draft)
        assert connection.execute(select(func.count()).select_from(tables.drafts)).scalar() == 0
