"""Wishes in French that need no guess, and French that is no wish."""

from __future__ import annotations

import pytest

from bot.domain.french_wishes import READ, in_french
from bot.domain.replies import Reading


def read(text: str, language: str = "fr") -> Reading:
    given = Reading(intent="out_of_scope", confidence=0.3, text=text, language=language)
    return in_french(given)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Je veux voir tous les renseignements que vous avez sur moi", "access_request"),
        ("Envoyez-moi mon dossier au complet", "access_request"),
        ("Votre dossier a la mauvaise adresse pour moi", "correction"),
        ("Corrigez mon nom s’il vous plaît", "correction"),
        ("Je veux retirer mon consentement pour les courriels", "consent_withdrawal"),
        ("Cessez de m’appeler le soir", "consent_withdrawal"),
        ("Je veux porter plainte contre votre agent", "complaint"),
        ("J’ai reçu la facture de quelqu’un d’autre, il y a une fuite de données", "breach_report"),
    ],
)
def test_a_plain_wish_is_read_by_its_verb(text: str, intent: str) -> None:
    found = read(text)
    assert (found.intent, found.confidence) == (intent, READ)


@pytest.mark.parametrize(
    "text",
    [
        "Comment porter plainte?",
        "Puis-je voir mes renseignements",
        "Combien de temps gardez-vous mes données",
        "Bonjour, où en est ma demande",
        "Merci beaucoup",
        "",
    ],
)
def test_a_question_or_small_talk_stays_as_it_was_read(text: str) -> None:
    assert read(text).intent == "out_of_scope"


def test_english_is_the_reader_s_own() -> None:
    assert read("je veux porter plainte", language="en").intent == "out_of_scope"


def test_a_surer_reading_of_the_same_is_kept() -> None:
    given = Reading(intent="complaint", confidence=0.9, text="Je porte plainte", language="fr")
    assert in_french(given) is given
