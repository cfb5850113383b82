"""A wish stated, a wish asked about, and a wish that somebody else has."""

from __future__ import annotations

import pytest

from bot.domain.statements import STATED_AT_LEAST, stated_wish
from bot.domain.tickets import Kind
from tests.fakes.threads import reading

W, A, C = "consent_withdrawal", "access_request", "correction"

STATED = [
    (W, "I want to withdraw my consent to marketing e-mails"),
    (W, "i withdraw my consent"),
    (W, "Stop calling me"),
    (W, "please stop all these sales calls to my house, it's every evening"),
    (W, "Hello, please take me off the list."),
    (W, "don't use my data for ads anymore"),
    (W, "Do not share my number with your partners."),
    (W, "unsubscribe me from everything"),
    (W, "no more texts please"),
    (W, "my number is none of your partners' business, take it out"),
    (W, "Je veux retirer mon consentement à la publicité."),
    (W, "Arrêtez de m’appeler le soir"),
    (W, "J’aimerais que vous cessiez de m’écrire"),
    (A, "send me my file"),
    (A, "I want to see all the notes and recordings that you have about me."),
    (A, "I'd like to know what you have on me"),
    (A, "Tell me what information you hold about me"),
    (A, "give me everything you have with my name on it"),
    (A, "I hereby request a copy of my personal information under PIPEDA"),
    (A, "Envoyez-moi une copie de mon dossier"),
    (C, "my postal code is wrong, fix it"),
    (C, "My name is wrong on all my bills, please put it right"),
    (C, "You have the wrong birthday for me"),
    (C, "correct the address on the account"),
    (C, "Mon nom est mal écrit, corrigez-le"),
]
ASKED = [
    (W, "Can I withdraw my consent to marketing e-mails?"),
    (W, "how do i stop the calls"),
    (W, "I want to stop the e-mails, how do I do that"),
    (W, "I want to know how to withdraw my consent"),
    (W, "what happens if I withdraw my consent"),
    (W, "If I withdraw my consent, do I lose my phone"),
    (W, "i was wondering if i can take my consent back"),
    (W, "So when does it stop once I have told you"),
    (W, "I can withdraw my consent at any time, right"),
    (W, "Is it possible to opt out of the directory"),
    (W, "Puis-je retirer mon consentement"),
    (W, "Comment je fais pour me désabonner"),
    (W, "J’aimerais savoir comment retirer mon consentement"),
    (A, "May I see what information you have about me?"),
    (A, "who can see my file"),
    (A, "and how much will I pay for a copy of my personal information"),
    (A, "could you send me my file"),
    (A, "do I have a right to my recordings"),
    (A, "tell me how I get my file"),
    (C, "my postal code is wrong. Where do I change it"),
    (C, "what do I do when my name is wrong"),
    (C, "Can you fix my address"),
    (C, "Est-ce que je peux corriger mon adresse"),
]
OF_OTHERS = [
    (A, "cust wants her file, what do i hand her?"),
    (A, "cust wants her file"),
    (A, "A customer is asking for a copy of her call records"),
    (A, "I have a caller who wants his recordings"),
    (A, "my wife wants to see her file"),
    (W, "client called, wants off the marketing list, I have him on the line"),
    (W, "she said to stop calling her, I noted it"),
    (C, "my customer says her name is misspelled"),
    (A, "une cliente demande son dossier"),
]
OF_CUSTOMERS_BY_STAFF = [
    (A, "send me the customer's file"),
    (C, "I need the client's postal code put right"),
    (W, "take my customer off the list"),
]


@pytest.mark.parametrize("staff", [False, True])
@pytest.mark.parametrize(("intent", "text"), STATED)
def test_a_wish_is_stated_in_the_first_person_or_the_imperative(
    intent: str, text: str, staff: bool
) -> None:
    expected = {W: Kind.WITHDRAWAL, A: Kind.ACCESS, C: Kind.CORRECTION}[intent]
    assert stated_wish(reading(intent), text, staff=staff) == expected


@pytest.mark.parametrize("staff", [False, True])
@pytest.mark.parametrize(("intent", "text"), [*ASKED, *OF_OTHERS])
def test_a_question_and_what_others_want_state_nothing(intent: str, text: str, staff: bool) -> None:
    assert stated_wish(reading(intent), text, staff=staff) is None


def test_a_customer_may_say_to_be_one() -> None:
    told = "As a customer I want a copy of my call records"
    assert stated_wish(reading(A), told, staff=False) is Kind.ACCESS


@pytest.mark.parametrize(("intent", "text"), OF_CUSTOMERS_BY_STAFF)
def test_staff_who_name_a_customer_state_no_wish_of_their_own(intent: str, text: str) -> None:
    assert stated_wish(reading(intent), text, staff=True) is None


@pytest.mark.parametrize("text", ["the postal code", "e-mails", "", "..."])
def test_words_without_a_person_or_a_demand_state_nothing(text: str) -> None:
    assert stated_wish(reading(C), text, staff=False) is None


@pytest.mark.parametrize("intent", ["retention", "complaint", "breach_report", "consent"])
def test_other_topics_are_not_begun_by_stating(intent: str) -> None:
    assert stated_wish(reading(intent), "stop calling me", staff=False) is None


@pytest.mark.parametrize(("short", "starts"), [(0.0, True), (0.01, False)])
def test_a_doubtful_reading_states_nothing(short: float, starts: bool) -> None:
    read = reading(W, confidence=STATED_AT_LEAST - short)
    assert (stated_wish(read, "stop calling me", staff=False) is not None) is starts
