"""An inquiry opened from an answer tells the officer what was asked, shown, and how surely."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.leading_answers import answer_of, answer_words, leading_answer
from bot.domain.replies import QuotedClause, Reply
from bot.domain.tickets import Kind, Ticket
from bot.store import inbox
from bot.store.db import Store
from tests.fakes.desks import set_time, shipped_library
from tests.fakes.threads import MONDAY, Thread, reading, wired
from tests.people import ALICE

QUESTION = "How many months do you keep my calls?"


def quoted(*clauses: str, **more: Any) -> dict[str, Any]:
    policy = shipped_library().policy
    return Reply("See:", tuple(QuotedClause(policy.get(c)) for c in clauses), **more).to_json()


SURE = quoted("5.3", "7.1", intent="retention", confidence=0.974, answerable=0.31)


@pytest.fixture
def alice(store: Store) -> Thread:
    set_time(store, MONDAY)
    return Thread(store, wired(store), ALICE)


def ask(alice: Thread, text: str, *replies: dict[str, Any]) -> None:
    message = alice.receive(text)
    alice.desk.respond(alice.id, message, reading("retention", text=text))
    with alice.store.transaction() as connection:
        inbox.answer(
            connection, message, list(replies), late=False, now=alice.store.now(connection)
        )


def inquire(alice: Thread) -> Ticket:
    if "what" not in alice.press("inquiry", "request_inquiry").given:
        alice.write("inquiry", QUESTION, intent="retention")
    alice.write("inquiry", "pat@example.ca", intent="out_of_scope")
    alice.press("inquiry", "affirm_request")
    [ticket] = alice.desk.tickets.of_person(ALICE.id)
    return ticket


def test_the_answer_goes_along_with_the_inquiry(alice: Thread) -> None:
    ask(alice, QUESTION, SURE)
    ticket = inquire(alice)
    assert ticket.kind is Kind.INQUIRY
    assert ticket.fields["what"]["value"] == QUESTION
    answer = answer_of(ticket)
    assert answer is not None
    assert answer["clauses"] == ["5.3", "7.1"]
    assert answer_words(ticket) == (
        "Passed on from an answer of the desk: read as retention (97% sure); showed clauses 5.3, "
        "7.1; 31% sure that the policy answers it."
    )
    assert QUESTION not in str(answer)


def test_an_inquiry_that_came_first_passes_nothing_on(alice: Thread) -> None:
    assert answer_words(inquire(alice)) == ""


@pytest.mark.parametrize(
    ("replies", "clauses"),
    [
        ([], None),
        ([quoted(intent="greet")], None),
        ([quoted("5.3"), quoted("7.1"), quoted(intent="thanks")], ["7.1"]),
        ([quoted("10.5", ticket={"reference": "PD-7K3M-9QXD"})], None),
    ],
    ids=["nothing", "small talk", "the last that quoted", "a receipt is no answer"],
)
def test_of_several_replies_the_last_that_quoted_counts(
    replies: list[dict[str, Any]], clauses: list[str] | None
) -> None:
    found = leading_answer(replies)
    assert (found and found["clauses"]) == clauses
