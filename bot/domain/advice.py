"""Advice on a disclosure: what is asked, and how the verdict is said to whoever is on the phone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.advice_questions import BY_FACT, REFINED, Question, missing
from bot.domain.company import Company
from bot.domain.disclosure import Decision, decide
from bot.domain.facts import UNKNOWN, Facts, Rules, Verdict
from bot.domain.policy import Policy
from bot.domain.replies import QuickReply, QuotedClause, Reading, Reply

HEADLINES: Mapping[Verdict, str] = {
    Verdict.ALLOWED: "Yes.",
    Verdict.CONSENT_NEEDED: "Only with consent.",
    Verdict.NOT_ALLOWED: "No.",
    Verdict.EMERGENCY_ALLOWED: "Emergency: yes, now.",
    Verdict.LEGAL_REQUIRED_CHECK: "Legal demand: Privacy Officer first.",
    Verdict.REFER: "Ask the Privacy Officer.",
}

# Whether an authority asked for something, or got it, is told to nobody: PIPEDA s. 9(2.1) to (2.4).
AUTHORITIES = re.compile(
    r"\b(police|rcmp|csis|government|court|cra|tax office|law enforcement|warrant|subpoena|spy)\b",
    re.IGNORECASE,
)
ABOUT_DISCLOSURE = frozenset({"disclosure_customer", "disclosure_employee", "access_request"})
NEITHER = (
    "Whether the police or a government body ever asked for anybody's information, or received "
    "it, this desk neither confirms nor denies to anyone; the Privacy Officer takes such questions."
)


def neither_confirmed(reading: Reading, reply: Reply) -> Reply:
    """Say so, whoever asks about authorities and whatever happened."""
    if reading.intent not in ABOUT_DISCLOSURE or not AUTHORITIES.search(reading.text):
        return reply
    return replace(reply, closing="\n\n".join(part for part in (reply.closing, NEITHER) if part))


DANGER_BUTTON = QuickReply(
    "Somebody is in danger now", '/advice_fact{"fact": "danger", "value": "imminent"}'
)

SPOKEN: Mapping[str, Mapping[str, str]] = {
    "consent": {
        "given": "consent given",
        "refused": "the person refused",
        "pending": "consent not there yet",
    },
    "authority": {"proven": "authority proven", "claimed": "authority claimed, not proven"},
    "paper": {
        "letter": "a letter without legal force",
        "warrant": "a warrant",
        "subpoena": "a subpoena",
        "order": "an order",
    },
    "danger": {"imminent": "danger right now", "none": "no danger right now"},
    "need": {"yes": "needed for the work", "no": "not needed for the work"},
    "data": {
        "published": "published in a directory",
        "unlisted": "an unlisted number",
        "aggregated": "totals only",
        "reidentifiable": "perhaps traceable to persons",
        "list": "a whole list",
    },
    "person": {
        "minor": "a minor",
        "deceased": "the person has died",
        "incapacitated": "the person cannot decide now",
    },
    "asked_each": {"yes": "each person is asked first"},
    "anonymous": {"yes": "the caller gives no name or reason"},
}
SUBJECTS = {
    "customer": "a customer's information",
    "employee": "an employee's information",
    "nobody": "information about no single person",
    UNKNOWN: "information (I could not tell whose)",
}
PURPOSES: Mapping[str, str] = {
    "service": "to give service",
    "directory": "for the directory",
    "billing": "for billing",
    "collection": "to collect a debt",
    "marketing_ours": "to market our services",
    "marketing_theirs": "for somebody else's marketing",
    "benefits": "for employee benefits",
    "reference": "as a reference",
    "claim": "for a claim",
    "legal": "for a legal matter",
    "emergency": "in an emergency",
    "research": "for research",
    "work": "for work",
    "curiosity": "out of curiosity",
    "sale": "as a sale or exchange",
    "personal": "for their own reasons",
    "tax": "for tax",
    "wellbeing": "to see that somebody is well",
}


@dataclass(frozen=True, slots=True)
class Voice:
    """What advice is made from."""

    rules: Rules
    policy: Policy
    company: Company


def ask(question: Question, facts: Facts, rules: Rules) -> Reply:
    """A question with its buttons, after what was understood so far."""
    buttons = tuple(
        QuickReply(title, f'/advice_fact{{"fact": "{question.fact}", "value": "{value}"}}')
        for title, value in question.answers
    )
    understood = f"{spoken(facts, rules)}\n\n" if facts.known() else ""
    return Reply(f"{understood}{question.ask}", quick_replies=buttons)


def spoken(facts: Facts, rules: Rules) -> str:
    """The facts as a sentence, so that a misreading is seen at once."""
    who = rules.recipients[facts.recipient].name
    parts = [f"asked by {who}, about {SUBJECTS[facts.subject]}"]
    parts += [PURPOSES[facts.purpose]] if facts.purpose in PURPOSES else []
    said = [
        words[value] for name, words in SPOKEN.items() if (value := getattr(facts, name)) in words
    ]
    sentence = " ".join(parts) + "".join(f"; {words}" for words in said)
    return f"As I read it: {sentence}."


def advise(decision: Decision, voice: Voice) -> Reply:
    """The verdict in words first, the reason, the clause verbatim, and what to do next."""
    row, facts = decision.row, decision.facts
    lead = [f"{HEADLINES[row.verdict]} {filled(row.reason, facts, voice.rules)}"]
    if row.verdict in {Verdict.EMERGENCY_ALLOWED, Verdict.LEGAL_REQUIRED_CHECK}:
        lead.append(voice.company.officer_contact)
    lead.append(spoken(facts, voice.rules))
    lines = [
        ("Next", row.verify),
        ("Say", row.say),
        ("Write down", row.record),
        ("Limits", row.limits),
        ("From the Privacy Officer", row.note),
    ]
    steps = [f"{label}: {filled(words, facts, voice.rules)}" for label, words in lines if words]
    return Reply(
        lead="\n\n".join(lead),
        clauses=(_quoted(decision, voice.policy),),
        closing="\n".join(steps),
        quick_replies=refinements(facts, voice.rules),
        verdict=str(row.verdict),
    )


def _quoted(decision: Decision, policy: Policy) -> QuotedClause:
    """The leading clause; the words in it that tell this case are highlighted."""
    clause, quote = policy.get(decision.clauses[0]), decision.row.quote
    start = clause.text.find(quote) if quote else -1
    return QuotedClause(clause, (start, start + len(quote)) if start >= 0 else None)


def refinements(facts: Facts, rules: Rules) -> tuple[QuickReply, ...]:
    """Buttons for what would change the verdict and may be in hand."""
    changes = missing(facts, rules, ())
    buttons = [
        QuickReply(
            title, f'/advice_fact{{"fact": "{fact}", "value": "{BY_FACT[fact].answers[0][1]}"}}'
        )
        for fact, title in REFINED.items()
        if fact in changes
        and decide(replace(facts, **{fact: BY_FACT[fact].answers[0][1]}), rules).verdict.permits
    ]
    verdict = decide(facts, rules).verdict
    urgent = decide(replace(facts, danger="imminent"), rules).verdict
    asking = verdict in {Verdict.CONSENT_NEEDED, Verdict.LEGAL_REQUIRED_CHECK}
    if asking and urgent is Verdict.EMERGENCY_ALLOWED:
        buttons.append(DANGER_BUTTON)
    return tuple(buttons)


def filled(words: str, facts: Facts, rules: Rules) -> str:
    """A row's sentence with its recipient and person filled in."""
    person = facts.subject if facts.subject in {"customer", "employee"} else "person"
    name = rules.recipients[facts.recipient].name
    text = words.replace("{recipient}", name).replace("{person}", person)
    return text[:1].upper() + text[1:]


def prediction(text: str, decision: Decision, missing_facts: Sequence[str]) -> dict[str, Any]:
    """One line of `advise --file` (design section 6)."""
    return {
        "text": text,
        "verdict": str(decision.verdict),
        "clauses": list(decision.clauses),
        "facts": decision.facts.known(),
        "missing": list(missing_facts),
    }
