"""What a reading comes to before it is answered: its clauses, a guess, two that are too close."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.domain.policy import Policy
from bot.domain.replies import Reading
from bot.domain.topics import OUT_OF_SCOPE, SMALL_TALK, TOPICS

QUOTED_AT_MOST = 5
SURE_ENOUGH = 0.45
TOO_CLOSE = 0.12
# Below this the likeliest intent is a guess: it decides nothing that is said to a person.
GUESSED = 0.35
CHATTED = 0.5
CHAT = frozenset({"greet", "goodbye", "thanks", "bot_challenge"})
# Whether the policy answers it was not read from the words: quote, without a doubt or a promise.
UNREAD = 0.6
FOLLOW_UP = re.compile(r"^\s*(and|what about|how about|same for|et)\b", re.IGNORECASE)
EMPLOYEES = re.compile(r"\b(employees?|staff|workers?|colleagues?|our own people)\b", re.IGNORECASE)


def quotable(reading: Reading) -> tuple[str, ...]:
    """The clause ids that an answer would rest on, best first; none out of scope."""
    if reading.intent == OUT_OF_SCOPE or reading.intent in SMALL_TALK:
        return ()
    return tuple(id for id, _ in reading.clauses[:QUOTED_AT_MOST])


def prediction(reading: Reading, text: str) -> dict[str, Any]:
    """One line of `ask --file`: the same reading that a conversation rests on."""
    return {
        "text": text,
        "intent": reading.intent,
        "confidence": round(reading.confidence, 4),
        "clauses": list(quotable(reading)),
        "answerable": round(reading.answerable, 4),
    }


def follow_up(reading: Reading, topic: Mapping[str, Any]) -> Reading:
    """Let a short "and for employees?" lean on what was just asked."""
    last = topic.get("intent")
    words = len(reading.text.split())
    if last not in TOPICS or words > 7 or not FOLLOW_UP.match(reading.text):
        return reading
    if last == "disclosure_customer" and EMPLOYEES.search(reading.text):
        last = "disclosure_employee"
    elif reading.intent in TOPICS and reading.confidence >= 0.7:
        return reading
    return replace(reading, intent=str(last), clauses=(), answerable=max(reading.answerable, 0.6))


def settle(reading: Reading, policy: Policy, topic: Mapping[str, Any]) -> Reading:
    """Give a reading its clauses where they cannot come from its words.

    A button names the intent alone, a follow-up leans on what was asked before, and the ranker
    reads English: a French message keeps the clauses that its intent speaks of.
    """
    if reading.intent not in TOPICS:
        return reading
    home = TOPICS[reading.intent].home
    if reading.clauses and reading.language != "fr":
        return reading
    # What was shown for another intent says nothing of this one.
    shown = topic.get("clauses", ()) if topic.get("intent") == reading.intent else ()
    ranked = [id for id, _ in reading.clauses] or shown
    chosen = [id for id in ranked if _at_home(id, home)]
    chosen += [id for prefix in home for id in policy.clauses if id == prefix]
    if not chosen:
        chosen = [id for id in policy.clauses if _at_home(id, home)][:1]
    certain = not reading.clauses and not reading.answerable
    return replace(
        reading,
        clauses=tuple((id, None) for id in dict.fromkeys(chosen)),
        answerable=1.0 if certain else max(reading.answerable, UNREAD),
    )


def _at_home(id: str, home: Sequence[str]) -> bool:
    return any(id == prefix or id.startswith(f"{prefix}.") for prefix in home)


def undecided(reading: Reading) -> tuple[str, str] | None:
    """The two intents between which one short question is better than a guess."""
    if reading.confidence >= SURE_ENOUGH or len(reading.ranking) < 2:
        return None
    (first, p), (second, q) = reading.ranking[:2]
    if first not in TOPICS or second not in TOPICS or p - q > TOO_CLOSE:
        return None
    if TOPICS[first].home[0] == TOPICS[second].home[0]:
        return None
    return first, second


def unsure(reading: Reading) -> bool:
    """Tell whether the reading is no more than a guess.

    Small talk is taken for it on a better one: whoever is angry is not told what a machine this
    is, nor that they are welcome.
    """
    return reading.confidence < (CHATTED if reading.intent in CHAT else GUESSED)
