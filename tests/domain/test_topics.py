"""What is known of each intent, and which writing starts a clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.phrases import phrases
from bot.domain.tickets import Kind
from bot.domain.topics import INTENTS, TOPICS, WISHES, note_wish, take_wish
from tests.fakes.desks import NOON, shipped_library


def test_the_intents_are_those_of_the_label_guide() -> None:
    assert len(INTENTS) == 25


@pytest.mark.parametrize("intent", sorted(TOPICS))
def test_every_home_is_a_clause_or_the_beginning_of_some(intent: str) -> None:
    clauses = shipped_library().policy.clauses
    for home in TOPICS[intent].home:
        assert any(id == home or id.startswith(f"{home}.") for id in clauses), home


def test_a_wish_is_dated_by_its_first_writing_and_taken_once() -> None:
    topic: dict[str, Any] = {"intent": "access_request"}
    note_wish(topic, Kind.ACCESS, NOON)
    note_wish(topic, Kind.ACCESS, NOON + timedelta(days=1))
    note_wish(topic, Kind.COMPLAINT, NOON + timedelta(days=2))
    assert take_wish(topic, "access") == NOON
    assert take_wish(topic, "access") is None
    assert take_wish(topic, "complaint") == NOON + timedelta(days=2)
    assert topic["intent"] == "access_request"


def test_a_wish_asks_for_more_than_an_answer() -> None:
    assert {TOPICS[intent].request for intent in WISHES} == set(Kind) - {Kind.INQUIRY}


@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_every_language_has_its_sentences_with_the_same_gaps(language: str) -> None:
    words = phrases(language)
    assert words.noted.format(label="When", said="today")
    assert "Complaint" in words.resumed.format(title="Complaint")
    assert set(words.requests) == set(Kind)
    assert [button.payload for button in words.confirm_buttons] == [
        "/affirm_request",
        "/deny_request",
        "/cancel_request",
    ]
    assert (phrases(language) is phrases("fr")) is (language == "fr")
