"""The demonstration: made-up requests on an empty desk, once, and never among real ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.commands.demo import EXAMPLES
from bot.demonstration import furnish, load_examples
from bot.domain.errors import ConfigurationError, Conflict
from bot.domain.tickets import Kind
from bot.store.db import Store
from tests.fakes.desks import set_time
from tests.fakes.threads import LADDER, MONDAY, filing, wired
from tests.people import ALICE


def test_an_empty_desk_is_furnished_once_with_every_kind(store: Store) -> None:
    set_time(store, MONDAY)
    desk, examples = wired(store, LADDER), load_examples(EXAMPLES)
    assert furnish(desk, examples) == len(examples)
    tickets = desk.tickets.open_by_deadline()
    assert {ticket.kind for ticket in tickets} == set(Kind)
    assert {clock.state for ticket in tickets for clock in ticket.clocks} >= {
        "running",
        "paused",
        "overdue",
        "deemed_refusal",
    }
    assert furnish(desk, examples) == 0
    assert len(desk.tickets.open_by_deadline()) == len(tickets)


def test_a_desk_with_requests_of_people_is_left_alone(store: Store) -> None:
    set_time(store, MONDAY)
    desk = wired(store, LADDER)
    desk.open_request(filing(ALICE))
    with pytest.raises(Conflict):
        furnish(desk, load_examples(EXAMPLES))
    assert len(desk.tickets.open_by_deadline()) == 1


@pytest.mark.parametrize("text", ["- kind: gossip", "steps", "- {kind: inquiry, steps: [x: y]}"])
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "demo.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"demo\.yml"):
        load_examples(path)
