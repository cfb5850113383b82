"""Tickets: one table of steps, and references that catch a slip of the pen."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import Conflict
from bot.domain.tickets import (
    ALPHABET,
    LIFE_CYCLE,
    Event,
    Status,
    Step,
    check_character,
    is_open,
    new_reference,
    next_status,
    parse_reference,
)
from tests.fakes.desks import NOON

bodies = st.text(alphabet=ALPHABET, min_size=7, max_size=7)


def whole(body: str) -> str:
    return body + check_character(body)


def test_the_alphabet_has_no_look_alikes_and_a_prime_length() -> None:
    assert len(ALPHABET) == len(set(ALPHABET)) == 29
    assert not set("01OILUZ") & set(ALPHABET)


@given(bodies)
def test_every_single_wrong_character_is_caught(body: str) -> None:
    right = whole(body)
    for place in range(8):
        for wrong in set(ALPHABET) - {right[place]}:
            assert parse_reference(right[:place] + wrong + right[place + 1 :]) is None


@given(bodies)
def test_every_swap_of_neighbours_is_caught(body: str) -> None:
    right = whole(body)
    for place in range(7):
        swapped = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
        if swapped != right:
            assert parse_reference(swapped) is None


@given(bodies)
def test_a_reference_is_read_however_it_is_typed(body: str) -> None:
    right = whole(body)
    reference = f"PD-{right[:4]}-{right[4:]}"
    for typed in (reference, reference.lower(), f" {right} ", f"pd {right[:4]} {right[4:]}."):
        assert parse_reference(typed) == reference


@pytest.mark.parametrize(
    "text",
    ["", "PD-", "PD-7K3M", "PD-7K3M-9QXDD", "XX-2222-2222", "PD-0000-0000", "²²²²²²²²", "日本" * 4],
)
def test_what_is_no_reference_is_none(text: str) -> None:
    assert parse_reference(text) is None


def test_a_new_reference_can_be_read_and_is_seldom_the_same() -> None:
    made = {new_reference() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(r"PD-\w{4}-\w{4}", reference) for reference in made)
    assert all(parse_reference(reference) == reference for reference in made)
    assert new_reference(choose=lambda alphabet: alphabet[0]) == "PD-2222-2222"


@given(st.sampled_from(Status), st.sampled_from(Step))
def test_a_step_is_in_the_table_or_refused(status: Status, step: Step) -> None:
    if (status, step) in LIFE_CYCLE:
        assert next_status(status, step) is LIFE_CYCLE[(status, step)]
    else:
        with pytest.raises(Conflict, match=f"{status}.*{step}"):
            next_status(status, step)


def test_a_closed_ticket_can_only_be_reopened_and_every_open_one_be_closed() -> None:
    for status in Status:
        steps = {step for known, step in LIFE_CYCLE if known is status}
        if is_open(status):
            assert {Step.REPLY, Step.RESOLVE, Step.WITHDRAW, Step.LINK} <= steps
            assert Step.REOPEN not in steps
        else:
            assert steps == {Step.REOPEN}
            assert is_open(next_status(status, Step.REOPEN))


def test_an_event_in_json() -> None:
    assert Event(NOON, "officer", "note").to_json() == {
        "at": "2026-11-24T17:00:00+00:00",
        "who": "officer",
        "what": "note",
        "why": "",
        "before": None,
        "after": None,
    }
    changed = Event(NOON, "officer", "resolve", "done", {"status": "a"}, {"status": "b"})
    assert (changed.to_json()["before"], changed.to_json()["after"]) == (
        {"status": "a"},
        {"status": "b"},
    )
