"""May this be given to them? The laws that hold over every combination of facts, and named cases.

Sources of the cases: policy 3.1, 5.1, 5.2, 5.3, 7.2, scope.2, intro.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.disclosure import BINDING_PAPERS, decide, is_legal_demand
from bot.domain.errors import InvalidInput
from bot.domain.facts import VALUES, Facts, Rules, Verdict
from tests.fakes.desks import shipped_library

# One recipient of every kind: each listed row, each group, each default.
RECIPIENTS = (
    "other_carrier", "collections", "our_agent", "benefits", "insurer", "customers_agent",
    "executor", "emergency_services", "police", "spouse", "ex", "prospective_employer",
    "list_buyer", "other_company", "colleague", "it_contractor", "data_subject", "public",
    "hospital", "payroll", "unknown",
)  # fmt: skip
PURPOSES = ("unclear", "service", "collection", "marketing_theirs", "benefits", "work", "curiosity",
            "sale")  # fmt: skip
NARROWED = {
    "recipient": RECIPIENTS,
    "purpose": PURPOSES,
    "subject": ("customer", "employee", "unknown"),
    "authority": VALUES["authority"],
    "paper": ("none", "order"),
    "danger": ("unknown", "imminent"),
    "need": ("unknown", "yes"),
    "data": ("personal", "published", "aggregated", "list"),
}


def rules() -> Rules:
    return shipped_library().disclosure


def combinations() -> Iterator[Facts]:
    for values in product(*NARROWED.values()):
        yield Facts(**dict(zip(NARROWED, values, strict=True)))


@cache
def whole_table() -> tuple[Facts, ...]:
    return tuple(combinations())


def has_a_basis(facts: Facts) -> bool:
    return (
        facts.consent == "given"
        or facts.authority == "proven"
        or facts.danger == "imminent"
        or facts.need == "yes"
        or facts.data in {"published", "aggregated"}
        or rules().listed_for(facts) is not None
    )


def check_laws(facts: Facts) -> None:
    """The four laws, for these facts with and without consent and refusal."""
    found = {
        consent: decide(replace(facts, consent=consent), rules()).verdict
        for consent in VALUES["consent"]
    }
    for consent, verdict in found.items():
        case = replace(facts, consent=consent)
        assert not verdict.permits or has_a_basis(case), case
        if is_legal_demand(case, rules()) and facts.danger != "imminent":
            assert verdict is Verdict.LEGAL_REQUIRED_CHECK, case
        assert found["refused"].tightness >= verdict.tightness, case
        if consent in {"none", "pending"}:
            assert found["given"].tightness <= verdict.tightness, case


def test_the_laws_hold_over_the_whole_table() -> None:
    assert len(whole_table()) > 40_000
    for facts in whole_table():
        check_laws(facts)


anything = st.builds(
    Facts,
    recipient=st.sampled_from(sorted(shipped_library().disclosure.recipients)),
    **{name: st.sampled_from(values) for name, values in VALUES.items()},
)


@given(anything)
@settings(max_examples=400)
def test_the_laws_hold_for_any_facts(facts: Facts) -> None:
    check_laws(facts)


@given(anything)
def test_every_verdict_quotes_clauses_that_exist(facts: Facts) -> None:
    decision = decide(facts, rules())
    assert decision.clauses
    assert all(id in shipped_library().policy for id in decision.clauses)


def test_a_legal_demand_is_a_binding_paper_or_an_authority() -> None:
    """Over all that it may depend on: drawn at random, one case in thousands was not met."""
    names = ("purpose", "paper", "data")
    for recipient, *values in product(rules().recipients, *(VALUES[name] for name in names)):
        facts = Facts(recipient=recipient, **dict(zip(names, values, strict=True)))
        authority = recipient in {"police", "court", "government"} and facts.data != "aggregated"
        assert is_legal_demand(facts, rules()) == (authority or facts.paper in BINDING_PAPERS)


@given(anything)
def test_nobody_unnamed_is_let_in(facts: Facts) -> None:
    """Policy 5: without a person who asks, or one it is about, nothing but public data goes out."""
    case = replace(facts, recipient="unknown", danger="none")
    if case.data not in {"published", "aggregated"}:
        assert not decide(case, rules()).verdict.permits


NAMED = [
    # 5.1, the nine recipients, each for its purpose
    ("customer other_carrier purpose=service", "allowed", "5.1"),
    ("customer directory purpose=directory", "allowed", "5.1"),
    ("customer billing_vendor purpose=billing", "allowed", "5.1"),
    ("customer our_marketing purpose=marketing_ours", "allowed", "5.1"),
    ("customer collections purpose=collection", "allowed", "5.1"),
    ("customer emergency_services danger=imminent purpose=emergency", "emergency_allowed", "5.1"),
    ("customer our_agent purpose=service", "allowed", "5.1"),
    ("customer affiliate purpose=service", "allowed", "5.1"),
    ("customer customers_agent authority=proven", "allowed", "5.1"),
    ("customer landlord consent=given", "allowed", "5.1"),
    ("customer court paper=order", "legal_required_check", "5.1"),
    # the same recipients for another purpose
    ("customer other_carrier purpose=marketing_theirs data=list", "not_allowed", "5.1"),
    ("customer collections purpose=claim", "consent_needed", "5.1"),
    ("customer our_agent", "refer_privacy_officer", "5.1"),
    ("customer customers_agent authority=claimed", "refer_privacy_officer", "5.1"),
    ("customer emergency_services danger=none", "consent_needed", "5.1"),
    # 5.2
    ("employee benefits purpose=benefits", "allowed", "5.2"),
    ("employee prospective_employer purpose=reference consent=given", "allowed", "5.2"),
    ("employee prospective_employer purpose=reference", "consent_needed", "5.2"),
    ("employee government", "legal_required_check", "5.2"),
    ("employee bank purpose=personal", "consent_needed", "5.2"),
    ("employee emergency_services danger=imminent", "emergency_allowed", "3.1"),
    # 5.3 and 7.2
    ("customer colleague need=yes purpose=work", "allowed", "5.3"),
    ("customer colleague need=no purpose=work", "not_allowed", "5.3"),
    ("customer colleague purpose=work", "refer_privacy_officer", "5.3"),
    ("customer self_employee purpose=curiosity", "not_allowed", "5.3"),
    ("employee colleague purpose=curiosity", "not_allowed", "7.2"),
    # scope.2
    ("nobody researcher data=aggregated", "allowed", "scope.2"),
    ("nobody researcher data=reidentifiable", "refer_privacy_officer", "scope.2"),
    ("customer friend data=published", "allowed", "scope.2"),
    ("customer friend data=unlisted", "consent_needed", "5.1"),
    ("customer friend data=unlisted anonymous=yes", "not_allowed", "5.1"),
    ("customer friend data=published anonymous=yes", "allowed", "scope.2"),
    # 7.4 and 1.3: our contract, for our work
    ("employee payroll purpose=work authority=proven", "allowed", "7.4"),
    ("customer billing_vendor purpose=research authority=proven", "allowed", "7.4"),
    ("customer billing_vendor authority=proven", "refer_privacy_officer", "5.1"),
    ("employee payroll purpose=personal authority=proven", "refer_privacy_officer", "5.2"),
    ("customer our_agent purpose=marketing_theirs authority=proven data=list", "not_allowed",
     "5.1"),
    # no basis
    ("customer spouse purpose=personal", "consent_needed", "5.1"),
    ("customer spouse consent=pending", "consent_needed", "5.1"),
    ("customer spouse consent=refused", "not_allowed", "5.1"),
    ("customer list_buyer purpose=sale data=list", "not_allowed", "intro.1"),
    ("customer other_company purpose=marketing_theirs data=list", "not_allowed", "intro.1"),
    ("customer other_company purpose=marketing_theirs", "consent_needed", "5.1"),
    ("customer other_carrier purpose=marketing_theirs", "not_allowed", "5.1"),
    ("customer other_carrier purpose=service consent=refused", "not_allowed", "5.1"),
    ("customer other_company purpose=marketing_theirs data=list asked_each=yes", "consent_needed",
     "5.1"),
    ("customer public purpose=personal", "not_allowed", "5"),
    # not addressed
    ("customer parent person=minor", "refer_privacy_officer", "3.1"),
    ("customer other_company", "refer_privacy_officer", "5.1"),
    ("employee union", "refer_privacy_officer", "5.2"),
    ("customer other_company purpose=personal", "consent_needed", "5.1"),
    ("customer executor person=deceased authority=proven", "refer_privacy_officer", "5.1"),
    ("customer other_company purpose=sale", "refer_privacy_officer", "5.1"),
    ("employee payroll purpose=work", "refer_privacy_officer", "5.2"),
    ("customer billing_vendor purpose=billing consent=refused", "refer_privacy_officer", "3.6"),
    # police, with and without danger, with consent and refusal
    ("customer police", "legal_required_check", "5.1"),
    ("customer police consent=given", "legal_required_check", "5.1"),
    ("customer police danger=imminent", "emergency_allowed", "5.1"),
    ("customer police danger=imminent consent=refused", "emergency_allowed", "5.1"),
    ("customer lawyer paper=letter", "consent_needed", "5.1"),
    ("customer lawyer paper=subpoena", "legal_required_check", "5.1"),
    # a stranger's word that somebody is in danger opens nothing: we call 911 ourselves
    ("customer ex danger=imminent", "refer_privacy_officer", "3.1"),
    ("customer neighbour danger=imminent", "emergency_allowed", "3.1"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "verdict", "clause"), NAMED)
def test_named_cases(case: str, verdict: str, clause: str) -> None:
    subject, recipient, *more = case.split()
    given = {"subject": subject, "recipient": recipient}
    given |= dict(pair.split("=") for pair in more)
    decision = decide(Facts.read(given, rules()), rules())
    assert (decision.verdict, decision.clauses[0]) == (verdict, clause)


@pytest.mark.parametrize("bad", [{"recipient": "martian"}, {"consent": "maybe"}, {"mood": "good"}])
def test_facts_that_nobody_knows_are_refused(bad: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        Facts.read(bad, rules())


def test_what_is_known_can_be_read_again() -> None:
    facts = Facts(subject="customer", recipient="spouse", consent="refused")
    assert Facts.read(facts.known(), rules()) == facts
