"""Replies as the chat API gives them, and readings as Rasa gives them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.domain.replies import QuickReply, QuotedClause, Reading, Reply
from tests.fakes.desks import shipped_library

CLAUSE = shipped_library().policy.get("3.6")


def test_the_text_is_complete_in_itself() -> None:
    reply = Reply("Lead.", (QuotedClause(CLAUSE, (0, 4)),), "Closing.")
    assert reply.text == (
        f"Lead.\n\nClause 3.6 ({CLAUSE.title})\n“{CLAUSE.text}”\n/policy#3.6\n\nClosing."
    )
    assert Reply("Lead.").text == "Lead."


def test_a_reply_has_the_shape_of_the_contract() -> None:
    shown = Reply(
        "Lead.", (QuotedClause(CLAUSE, (0, 4)),), quick_replies=(QuickReply("Go", "/go"),)
    ).to_json()
    assert json.loads(json.dumps(shown)) == shown
    assert shown["clauses"] == [
        {
            "id": "3.6",
            "title": CLAUSE.title,
            "text": CLAUSE.text,
            "highlight": [0, 4],
            "url": "/policy#3.6",
        }
    ]
    assert shown["quick_replies"] == [{"title": "Go", "payload": "/go"}]
    contract = {"text", "clauses", "quick_replies", "intent", "confidence", "answerable"}
    assert contract | {"verdict", "ticket"} <= set(shown)


PARSE: dict[str, Any] = {
    "text": "stop calling, and how long do you keep it?",
    "intent": {"name": "consent_withdrawal", "confidence": 0.81},
    "intent_ranking": [
        {"name": "consent_withdrawal", "confidence": 0.81},
        {"name": "retention", "confidence": 0.1},
    ],
    "clauses": [{"id": "3.6", "highlight": [0, 10]}, {"id": "3.7"}],
    "answerable": 0.9,
    "language": "en",
    "turn": {"reading": "answer", "confidence": 0.7},
    "entities": [{"entity": "value", "value": 12}, {"broken": True}],
    "requests": [
        {"text": "stop calling", "intent": "consent_withdrawal", "confidence": 0.8},
        {"text": "how long?", "intent": {"name": "retention"}, "confidence": 0.7},
    ],
}


def test_a_parse_becomes_a_reading() -> None:
    reading = Reading.from_parse(PARSE)
    assert (reading.intent, reading.confidence) == ("consent_withdrawal", 0.81)
    assert reading.ranking == (("consent_withdrawal", 0.81), ("retention", 0.1))
    assert reading.clauses == (("3.6", (0, 10)), ("3.7", None))
    assert (reading.turn, reading.turn_confidence) == ("answer", 0.7)
    assert reading.slots == {"value": "12"}
    assert [(part.intent, part.confidence) for part in reading.requests] == [
        ("consent_withdrawal", 0.8),
        ("retention", 0.7),
    ]


@pytest.mark.parametrize(
    "parse",
    [
        {},
        {"intent": None, "entities": None, "turn": None, "clauses": None, "requests": None},
        {"intent": {"name": None, "confidence": None}, "text": None, "intent_ranking": None},
    ],
)
def test_an_empty_parse_is_out_of_scope(parse: dict[str, Any]) -> None:
    reading = Reading.from_parse(parse)
    assert (reading.intent, reading.confidence, reading.answerable) == ("out_of_scope", 0.0, 0.0)
    assert (reading.language, reading.requests, reading.turn) == ("en", (), None)
