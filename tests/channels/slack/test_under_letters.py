"""What is written under a letter goes to its request; thanks reopen nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.people import Channel
from bot.domain.replies import Reply
from bot.domain.tickets import Status, Ticket
from bot.notices import Notice, Sort
from tests.channels.slack.office import Office, quoting, until
from tests.fakes.assistant import saying
from tests.fakes.desks import filing
from tests.fakes.slack import ALICE, BOB, TEAM, message_event
from tests.fakes.slack import OFFICER as OFFICER_USER

WHO = f"slack:{OFFICER_USER}"
PERSON = f"slack:{TEAM}:{ALICE}"


def small_talk(intent: str) -> list[dict[str, object]]:
    return [Reply("You are welcome.", intent=intent).to_json()]


@pytest.fixture
def ticket(desk: Office) -> Ticket:
    """A complaint that Alice made in Slack; its answer goes there, too."""
    now = desk.store.now() - timedelta(minutes=5)
    made = filing(person=PERSON, received_at=now, email=None)
    return desk.desk.open_request(replace(made, channel=Channel.SLACK))


@pytest.fixture
def letter(desk: Office, ticket: Ticket) -> str:
    """The time of the letter to her."""
    desk.notifier.send(
        Notice(
            key=f"{ticket.id}:requester:reply:1", to=PERSON, sort=Sort.LETTER,
            reference=ticket.reference, subject="Our reply", text="We are sorry.",
        )
    )  # fmt: skip
    return desk.slack.direct(ALICE)[-1].ts


def resolved(desk: Office, ticket: Ticket) -> None:
    desk.desk.tickets.resolve(ticket.reference, who=WHO, justified=False)


def asked(desk: Office, ticket: Ticket) -> None:
    desk.desk.tickets.ask(ticket.reference, "On which day?", who=WHO)


def taken_back(desk: Office, ticket: Ticket) -> None:
    desk.desk.own.withdraw(ticket.reference)


def untouched(desk: Office, ticket: Ticket) -> None:
    """It is as it came in."""


@pytest.mark.parametrize(
    ("before", "intent", "after", "told"),
    [
        (resolved, "complaint", Status.IN_PROGRESS, "It was resolved; it is open again."),
        (resolved, "thanks", Status.RESOLVED, None),
        (resolved, "goodbye", Status.RESOLVED, None),
        (resolved, "affirm", Status.RESOLVED, None),
        (asked, "affirm", Status.IN_PROGRESS, "where the Privacy Officer reads it."),
        (asked, "thanks", Status.WAITING, None),
        (taken_back, "complaint", Status.WITHDRAWN, "It is closed and stays so"),
        (untouched, "out_of_scope", Status.RECEIVED, "where the Privacy Officer reads it."),
    ],
)
def test_words_under_a_letter(
    desk: Office,
    ticket: Ticket,
    letter: str,
    before: Callable[[Office, Ticket], None],
    intent: str,
    after: Status,
    told: str | None,
) -> None:
    before(desk, ticket)
    desk.assistant.lines = [small_talk(intent)]
    desk.write(ALICE, "These are her words", thread_ts=letter)
    said = desk.answers(ALICE, 2)[-1]
    assert said.body["thread_ts"] == letter
    assert (f"added this to {ticket.reference}" in said.text) is (told is not None)
    assert (told or "You are welcome.") in said.text
    shown = desk.desk.tickets.show(ticket.reference)
    assert shown.status is after
    fact = shown.fact("information")
    assert fact is not None
    assert fact.content["text"] == "These are her words"


def test_what_the_policy_answers_is_answered_beside_it(
    desk: Office, ticket: Ticket, letter: str
) -> None:
    desk.assistant.lines = [quoting()]
    desk.write(ALICE, "But when do you need consent?", thread_ts=letter)
    first, second = desk.answers(ALICE, 3)[-2:]
    assert f"added this to {ticket.reference}" in first.text
    assert "Clause 3.6" in second.text


def test_words_elsewhere_belong_to_no_request(desk: Office, ticket: Ticket, letter: str) -> None:
    desk.assistant.lines = [saying("Hello.")]
    desk.write(ALICE, "Under nothing")
    desk.answers(ALICE, 2)
    desk.write(ALICE, "Under something else", thread_ts="1.1")
    desk.answers(ALICE, 3)
    assert desk.desk.tickets.show(ticket.reference).fact("information") is None


def test_under_a_letter_of_somebody_else_nothing_is_added(
    desk: Office, ticket: Ticket, letter: str
) -> None:
    event = message_event(BOB, "I am not Alice", desk.slack.new_ts(), thread_ts=letter)
    event["channel"] = message_event(ALICE, "", "1")["channel"]
    desk.send.event(event, "Ev-bob")
    until(lambda: desk.assistant.heard, "it is read")
    until(lambda: not desk.inbox.claim(5), "it is done")
    assert desk.desk.tickets.show(ticket.reference).fact("information") is None
