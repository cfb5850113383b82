"""When two requests are one matter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.duplicates import contact_of, matter_of, same_matter


def said(**answers: str) -> dict[str, dict[str, str]]:
    return {
        name: {"words": value, "value": value, "said": value} for name, value in answers.items()
    }


COUNTER = "They read my bill out loud at the counter and everybody heard it."


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (said(what=COUNTER), said(what=COUNTER.upper(), reach="a@example.ca"), True),
        (said(what=COUNTER), said(what=f"{COUNTER} It was in June."), True),
        (said(what=COUNTER), said(what="The shop kept a copy of my driver's licence."), False),
        (said(uses="sales_calls"), said(uses="sales_calls"), True),
        (said(uses="sales_calls"), said(uses="marketing_messages"), False),
        (
            said(uses="sales_calls", details="416 555 0134"),
            said(uses="sales_calls", details="905 555 0186"),
            False,
        ),
        (said(what="everything", find="90871"), said(what="Everything", find="90871"), True),
        (said(), said(), False),
        (said(what="and the"), said(what="and the"), False),
    ],
)
def test_what_is_one_matter(
    one: dict[str, dict[str, str]], other: dict[str, dict[str, str]], same: bool
) -> None:
    assert same_matter(one, other) is same


@given(st.text(), st.text())
def test_it_does_not_matter_which_is_looked_at_first(one: str, other: str) -> None:
    assert same_matter(said(what=one), said(what=other)) == same_matter(
        said(what=other), said(what=one)
    )
    assert same_matter(said(what=one), said(what=one)) == bool(matter_of(said(what=one)))


@pytest.mark.parametrize(
    ("reach", "contact"),
    [
        ("Joan@Example.ca", "joan@example.ca"),
        ("+14165550134", "+14165550134"),
        ("14  Maple Street", "14 maple street"),
        ("thread", None),
        ("", None),
    ],
)
def test_where_the_answer_goes_in_one_form(reach: str, contact: str | None) -> None:
    assert contact_of(said(reach=reach)) == contact
    assert contact_of({}) is None
