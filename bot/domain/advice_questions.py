"""Which fact is asked for before advice on a disclosure: at most two, only where it matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.disclosure import decide
from bot.domain.facts import UNKNOWN, Facts, Rules

QUESTIONS_AT_MOST = 2


@dataclass(frozen=True, slots=True)
class Question:
    """A question for one fact, with its answers: words and value."""

    fact: str
    ask: str
    answers: tuple[tuple[str, str], ...]


QUESTIONS: tuple[Question, ...] = (
    Question(
        "recipient",
        "Who wants the information?",
        (
            ("A relative or friend", "relative"),
            ("A company, for itself", "other_company"),
            ("A company that works for us", "processor"),
            ("Another carrier", "other_carrier"),
            ("A colleague", "colleague"),
            ("Police, court or government", "government"),
            ("Emergency services", "emergency_services"),
            ("Someone else", "public"),
        ),
    ),
    Question(
        "subject",
        "Whose information is it?",
        (
            ("A customer's", "customer"),
            ("An employee's", "employee"),
            ("Nobody's: totals", "nobody"),
        ),
    ),
    Question(
        "danger",
        "Is somebody's life, health or safety at risk right now?",
        (("Yes, right now", "imminent"), ("No", "none")),
    ),
    Question(
        "need",
        "Does their work need it, for a task that you can name?",
        (("Yes, for a task", "yes"), ("No, or I don't know", "no")),
    ),
    Question(
        "purpose",
        "What do they need it for?",
        (
            ("To give that customer service", "service"),
            ("Billing", "billing"),
            ("To collect a debt", "collection"),
            ("To market our services", "marketing_ours"),
            ("Their own marketing", "marketing_theirs"),
            ("Employee benefits", "benefits"),
            ("Something else", "personal"),
        ),
    ),
    Question(
        "authority",
        "Have you seen proof that the caller may act for the person (a signed authorization, a "
        "power of attorney)?",
        (("Yes, I have seen it", "proven"), ("No", "claimed")),
    ),
    Question(
        "consent",
        "Do we hold the person's own consent to this?",
        (("Yes, we hold it", "given"), ("No", "none"), ("They refused", "refused")),
    ),
)
BY_FACT = {question.fact: question for question in QUESTIONS}
# The answer stands without these; a button lets the clerk say that they have it.
REFINED = {"consent": "We hold the consent", "authority": "I have seen the proof"}


def missing(facts: Facts, rules: Rules, unsure: Sequence[str]) -> tuple[str, ...]:
    """The facts that are not known for certain and whose answer would change the verdict."""
    verdict = decide(facts, rules).verdict
    open_ones = (q for q in QUESTIONS if q.fact in unsure or _not_said(facts, q.fact))
    return tuple(
        question.fact
        for question in open_ones
        if any(
            decide(replace(facts, **{question.fact: value}), rules).verdict is not verdict
            for _, value in question.answers
        )
    )


def _not_said(facts: Facts, fact: str) -> bool:
    return getattr(facts, fact) in {UNKNOWN, "unclear", "none", "claimed", "pending"} and not (
        fact == "danger" and facts.danger == "none"
    )


def next_question(facts: Facts, rules: Rules, unsure: Sequence[str], asked: int) -> Question | None:
    """The question to put next; None when an answer is due: after two, or when none is needed.

    Nobody is asked for consent or proof that nothing speaks of: the verdict names it.
    """
    if asked >= QUESTIONS_AT_MOST:
        return None
    for fact in missing(facts, rules, unsure):
        if fact in unsure or (fact not in REFINED and _worth_asking(facts, fact, rules)):
            return BY_FACT[fact]
    return None


def _worth_asking(facts: Facts, fact: str, rules: Rules) -> bool:
    if fact == "danger":
        return rules.group(facts) == "emergency" or facts.purpose == "emergency"
    if fact == "need":
        return rules.group(facts) == "internal"
    if fact == "purpose":
        return rules.lists(facts)
    return True
