"""Readings before they are answered: clauses for what has none, follow-ups, guesses, near ties."""

from __future__ import annotations

import pytest

from bot.domain.answers import ask_back
from bot.domain.settling import follow_up, prediction, quotable, settle, undecided, unsure
from bot.domain.topics import TOPICS
from tests.fakes.desks import shipped_library
from tests.fakes.threads import reading

POLICY = shipped_library().policy


@pytest.mark.parametrize("intent", sorted(TOPICS))
def test_an_intent_alone_is_answered_from_its_home(intent: str) -> None:
    home = TOPICS[intent].home
    first = quotable(settle(reading(intent), POLICY, {}))[0]
    assert any(first == prefix or first.startswith(f"{prefix}.") for prefix in home)


def test_a_prediction_is_one_flat_line() -> None:
    asked = reading(
        "retention", clauses=tuple((f"{n}", None) for n in range(7)), confidence=0.98765
    )
    assert prediction(asked, "how long?") == {
        "text": "how long?",
        "intent": "retention",
        "confidence": 0.9877,
        "clauses": ["0", "1", "2", "3", "4"],
        "answerable": 0.9,
    }
    assert prediction(reading("greet", clauses=(("5.3", None),)), "hi")["clauses"] == []


LAST = {"intent": "retention", "clauses": ["5.3"]}


@pytest.mark.parametrize(
    ("text", "intent", "confidence", "leans"),
    [
        ("and for invoices?", "greet", 0.9, True),
        ("what about my calls", "safeguards", 0.5, True),
        ("what about my calls", "safeguards", 0.8, False),
        ("how long for my calls", "greet", 0.9, False),
        ("and what do you do with all of my old invoices now", "greet", 0.9, False),
    ],
)
def test_a_short_follow_up_leans_on_the_last_question(
    text: str, intent: str, confidence: float, leans: bool
) -> None:
    asked = reading(intent, text=text, confidence=confidence)
    followed = follow_up(asked, LAST)
    assert followed.intent == ("retention" if leans else intent)
    assert (followed is asked) is not leans


def test_without_a_last_question_nothing_is_leaned_on() -> None:
    asked = reading("greet", text="and you?")
    assert follow_up(asked, {}) is asked
    assert follow_up(asked, {"intent": "greet"}) is asked


def test_asking_for_employees_too_turns_to_their_clause() -> None:
    last = {"intent": "disclosure_customer", "clauses": ["5.1"]}
    asked = reading("disclosure_customer", text="and for employees?", clauses=(("5.1", None),))
    assert quotable(settle(follow_up(asked, last), POLICY, last))[0] == "5.2"


def test_a_follow_up_keeps_the_clause_that_was_shown() -> None:
    last = {"intent": "complaint_procedure", "clauses": ["10.3", "3.6"]}
    followed = follow_up(reading("greet", text="and then?"), last)
    assert quotable(settle(followed, POLICY, last))[0] == "10.3"


def test_a_french_message_keeps_the_clauses_of_its_intent() -> None:
    asked = reading("retention", language="fr", clauses=(("7.2", None), ("5.3", None)))
    assert quotable(settle(asked, POLICY, {}))[0] == "5.3"


def test_a_definition_is_found_by_its_beginning() -> None:
    settled = settle(reading("scope_definitions"), POLICY, {})
    assert all(id in POLICY for id in quotable(settled))


@pytest.mark.parametrize(
    ("confidence", "ranking", "asks"),
    [
        (0.4, (("retention", 0.4), ("safeguards", 0.35)), True),
        (0.46, (("retention", 0.46), ("safeguards", 0.45)), False),
        (0.4, (("retention", 0.4),), False),
        (0.4, (("retention", 0.4), ("safeguards", 0.2)), False),
        (0.4, (("retention", 0.4), ("greet", 0.39)), False),
        (0.4, (("greet", 0.4), ("retention", 0.39)), False),
        (0.4, (("complaint", 0.4), ("complaint_procedure", 0.39)), False),
    ],
)
def test_between_two_close_topics_one_question_is_asked(
    confidence: float, ranking: tuple[tuple[str, float], ...], asks: bool
) -> None:
    asked = reading(ranking[0][0], confidence=confidence, ranking=ranking)
    pair = undecided(asked)
    assert (pair is not None) is asks
    if pair:
        reply = ask_back(pair, asked)
        assert [b.payload for b in reply.quick_replies] == [f"/{intent}" for intent in pair]
        assert reply.clauses == ()


@pytest.mark.parametrize(("confidence", "guessed"), [(0.34, True), (0.35, False), (1.0, False)])
def test_what_is_a_guess(confidence: float, guessed: bool) -> None:
    assert unsure(reading("retention", confidence=confidence)) is guessed
