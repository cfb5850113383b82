"""The access application that the policy calls Schedule A (9.1): what it asks, and ticks.

A help, never a condition: a request for access is valid in any writing (PIPEDA s.8(1)). What it
does not ask for: SIN, numbers or copies of licence, passport or health card, full card or bank
numbers, passwords, the reason for the request.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain.tickets import Ticket

EVERYTHING = re.compile(
    r"\b(everything|anything|all (?:of )?(?:my|the|your)?\s?(?:data|information|records?|it)"
    r"|tout|toutes? (?:mes|les))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Category:
    """A line of the tick list, and the words by which people ask for it."""

    name: str
    title: str
    words: re.Pattern[str]


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})", re.IGNORECASE)


CATEGORIES = (
    Category(
        "invoices", "Invoices and call details",
        _words(r"invoice|bill|call detail|call record|call log|factur|détails? (?:de|d['’])\s?"
               r"(?:mes )?appel"),
    ),
    Category("notes", "Account notes", _words(r"(?:account )?notes?\b|notes? au dossier")),
    Category("support", "Support records", _words(r"support|technical|technician|soutien")),
    Category("recordings", "Call recordings", _words(r"recording|recorded|enregistrement")),
    Category(
        "internet", "Internet user names and activity",
        _words(r"internet|user ?name|brows|web (?:history|activity)|nom d['’]utilisateur"),
    ),
    Category(
        "payment", "Payment and banking information",
        _words(r"payment|banking|bank|card on file|paiement|bancaire"),
    ),
    Category("credit", "Credit information", _words(r"credit|crédit")),
    Category(
        "disclosures", "Who my information was given to",
        _words(r"who (?:has |have )?(?:received|got|saw|seen)|shared with|given to|disclos|"
               r"third part|à qui|tiers|communiqué"),
    ),
    Category(
        "uses", "What my information was used for",
        _words(r"used for|what you use|how (?:you|it is|it was) us|à quoi (?:cela|ça|ils?|elles?) "
               r"ser|utilisé"),
    ),
    Category(
        "source", "Where my information came from",
        _words(r"where (?:you|did you|it) (?:got|get|came|have)|came from|source|d['’]où|provien"),
    ),
)  # fmt: skip


def names_categories(text: str) -> bool:
    """Tell whether these words name what is wanted: everything, or a line of the list."""
    return bool(EVERYTHING.search(text)) or any(c.words.search(text) for c in CATEGORIES)


def wanted(ticket: Ticket) -> frozenset[str]:
    """The names of the categories that the request asks for by its words; all for "everything"."""
    text = " ".join(
        str(value.get(part, "")) for value in ticket.fields.values() for part in ("words", "value")
    )
    if EVERYTHING.search(text):
        return frozenset(category.name for category in CATEGORIES)
    return frozenset(category.name for category in CATEGORIES if category.words.search(text))
