"""From likely values to facts: a permission only where both readers are sure enough."""

from __future__ import annotations

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


def test_what_is_sure_is_decided() -> None:
    given = {"given": 0.95, "none": 0.05}
    assert weigh(readings({"allowed": 0.95}, consent=given), RULES).decision.row.id == "consented"
    # Likely is not sure: a wrong yes harms a person.
    assert not weigh(readings({"allowed": 0.9}, consent=given), RULES).decision.verdict.permits


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
