"""From likely values to facts: a permission only where both readers are sure enough."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.disclosure import decide
from bot.domain.facts import UNKNOWN, VALUES, Verdict
from bot.domain.facts_read import Readings, tightest, weigh
from tests.fakes.desks import shipped_library

RULES = shipped_library().disclosure


def readings(verdicts: dict[str, float] | None = None, **facts: dict[str, float]) -> Readings:
    """What a reader would give: sure of everything that is not named."""
    sure = {name: {values[0]: 0.98} for name, values in VALUES.items()}
    named = {"subject": {"customer": 0.98}, "recipient": {"spouse": 0.98}, **facts}
    return Readings({**sure, **named}, verdicts or {})


def test_nothing_read_is_nothing_permitted() -> None:
    weighed = weigh(Readings({}, {}), RULES)
    assert weighed.decision.verdict is Verdict.REFER
    assert set(weighed.unsure) == {"recipient", "subject"}


@pytest.mark.parametrize(
    ("consent", "second", "undone", "permits"),
    [
        (0.95, 0.95, False, True),
        (0.6, 0.97, False, True),
        # Likely is not sure: a wrong yes harms a person.
        (0.55, 0.9, False, False),
        # What the one is sure of, the other must not doubt.
        (0.98, 0.7, False, False),
        (0.1, 0.999, False, False),
        # Something that would permit may be missing: surer.
        (0.95, 0.95, True, True),
        (0.6, 0.95, False, True),
        (0.6, 0.95, True, False),
    ],
)
def test_a_permission_takes_both_readers(
    consent: float, second: float, undone: bool, permits: bool
) -> None:
    given = {"given": consent, "none": 1 - consent}
    read = replace(readings({"allowed": second}, consent=given), undone=undone)
    assert weigh(read, RULES).decision.verdict.permits is permits


@pytest.mark.parametrize(
    ("facts", "row"),
    [
        ({"consent": {"given": 0.98}}, "consent_first"),
        ({"authority": {"proven": 0.98}}, "consent_first"),
        ({"recipient": {"colleague": 0.98}, "need": {"yes": 0.98}}, "no_need"),
        # What rests on none of these is not denied by it.
        ({"recipient": {"other_carrier": 0.98}, "purpose": {"service": 0.98}}, "carrier_service"),
        ({"danger": {"imminent": 0.98}, "consent": {"given": 0.98}}, "emergency_other"),
    ],
)
def test_what_is_plainly_denied_permits_nothing(facts: dict[str, Any], row: str) -> None:
    verdict = "emergency_allowed" if "danger" in facts else "allowed"
    read = replace(readings({verdict: 0.99}, **facts), denied=True)
    assert weigh(read, RULES).decision.row.id == row


def test_the_second_reader_lowers_a_permission() -> None:
    read = readings({"not_allowed": 0.9, "allowed": 0.1}, consent={"given": 0.95, "refused": 0.05})
    assert weigh(read, RULES).decision.verdict is Verdict.NOT_ALLOWED


def test_the_second_reader_raises_none() -> None:
    read = readings({"allowed": 1.0}, consent={"none": 0.97, "given": 0.03})
    assert not weigh(read, RULES).decision.verdict.permits


def test_consent_that_is_as_likely_as_not_permits_nothing_and_is_asked_for() -> None:
    read = readings({"allowed": 0.3, "consent_needed": 0.7}, consent={"given": 0.5, "none": 0.5})
    weighed = weigh(read, RULES)
    assert weighed.decision.verdict is Verdict.CONSENT_NEEDED
    assert weighed.unsure == ("consent",)


shares = st.dictionaries(st.sampled_from(sorted(Verdict)), st.floats(0.0, 1.0), max_size=6)


def likely(values: list[str]) -> st.SearchStrategy[dict[str, float]]:
    return st.dictionaries(st.sampled_from(values), st.floats(0.01, 1.0), min_size=1, max_size=3)


anything = st.builds(
    Readings,
    st.fixed_dictionaries(
        {name: likely(list(values)) for name, values in VALUES.items()}
        | {"recipient": likely(sorted(RULES.recipients))}
    ),
    shares,
)


@given(anything)
def test_the_facts_given_bear_the_verdict_given(read: Readings) -> None:
    """What is logged and asked about is what was judged."""
    decision = weigh(read, RULES).decision
    assert decide(decision.facts, RULES) == decision


@given(anything)
def test_a_second_reader_that_forbids_is_never_overruled(read: Readings) -> None:
    forbidding = Readings(read.facts, {"not_allowed": 1.0})
    assert not weigh(forbidding, RULES).decision.verdict.permits


@given(anything)
def test_without_a_second_reader_nothing_is_permitted(read: Readings) -> None:
    assert not weigh(Readings(read.facts, {}), RULES).decision.verdict.permits


@pytest.mark.parametrize("name", sorted(VALUES))
def test_an_uncertain_fact_is_named(name: str) -> None:
    values = {value: 0.5 for value in VALUES[name][:2]}
    assert name in weigh(readings(**{name: values}), RULES).unsure


def test_the_tightest_of_several_speaks_for_all() -> None:
    given_away = weigh(readings({"allowed": 1.0}, consent={"given": 0.98}), RULES).decision
    refused = weigh(readings({"not_allowed": 1.0}, consent={"refused": 0.98}), RULES).decision
    assert tightest([given_away, refused]).verdict is Verdict.NOT_ALLOWED


def test_unknown_stands_for_a_recipient_that_was_not_read() -> None:
    read = readings(recipient={UNKNOWN: 0.9, "spouse": 0.1})
    assert weigh(read, RULES).decision.row.id == "unclear"
