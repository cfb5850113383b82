"""What a message in French plainly asks for, by its verbs.

The encoder knows English and few examples are French; these turns of phrase keep the commonest
wishes of a French speaker from being guessed at.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.domain.replies import Reading

READ = 0.75
_MINE = r"(?:mes|mon|ma|tous? (?:les|mes)|toutes? (?:les|mes)|ce que|les)"
_QUESTION = re.compile(
    r"\?|^\W*(?:(?:et|mais|bonjour|alors)\W+)*(?:comment|où|qui|quand|pourquoi|combien|quels?|quelles?"
    r"|que|qu'|est-ce|puis-je|peut-on|pouvez-vous|dois-je|faut-il|si)\b",
    re.IGNORECASE,
)
WISHES = (
    ("breach_report", r"\bfuite de (?:données|renseignements)|\b(?:piraté|hacké)e?s?\b"
     r"|\breçu (?:la facture|le courriel|les? (?:données|renseignements|relevés?))"
     r" (?:d'un autre|d'une autre|de quelqu'un)"),
    ("complaint", r"\b(?:porter|déposer|faire|fais|dépose|porte) (?:une )?plainte\b|\bme plaindre\b"
     r"|\bje me plains\b"),
    ("consent_withdrawal",
     r"\bretir(?:er?|ez) mon consentement\b|\bme désabonner\b|\bdésabonnez-moi\b"
     r"|\b(?:arrêtez|cessez|arrêter|cesser) de m'(?:appeler|envoyer|écrire|importuner)"
     r"|\bne m'(?:appelez|envoyez) plus\b|\bplus (?:recevoir )?de (?:publicités?|pourriels?)\b"),
    ("correction", r"\b(?:corrig(?:er|ez)|rectifi(?:er|ez)) (?:mon|ma|mes|l'|le|la|les)\b"
     r"|\b(?:mauvaise?|fausse|ancienne) (?:adresse|date|orthographe|numéro)\b"
     r"|\b(?:mon|ma) (?:nom|adresse|numéro|date de naissance|code postal)"
     r" (?:est|sont) (?:mal|erroné|inexact|faux|fausse|incorrect)"),
    ("access_request", rf"\b(?:voir|consulter|obtenir|recevoir|avoir accès à|accéder à|envoyez-moi"
     rf"|donnez-moi|copie de) {_MINE} ?(?:renseignements|données|informations|dossier"
     r"|enregistrements|factures|(?:vous|la compagnie) (?:avez|a|savez|détenez))"),
)  # fmt: skip
_PATTERNS = tuple((intent, re.compile(words, re.IGNORECASE)) for intent, words in WISHES)


def in_french(reading: Reading) -> Reading:
    """The reading, with what its French words plainly wish for; as it is for every other."""
    text = " ".join(reading.text.replace("’", "'").split())
    if reading.language != "fr" or not text or text.startswith("/") or _QUESTION.search(text):
        return reading
    for intent, words in _PATTERNS:
        if words.search(text) and (reading.intent != intent or reading.confidence < READ):
            return replace(reading, intent=intent, confidence=READ, clauses=(), requests=())
    return reading
