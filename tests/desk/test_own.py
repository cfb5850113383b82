"""What requesters do with their own requests, and who is told of it: one row, one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from bot.desk import Desk
from bot.desk.life_cycle import WROTE_AGAIN
from bot.domain.additions import REOPENS_FOR, Outcome
from bot.domain.errors import Conflict, InvalidInput
from bot.domain.tickets import Kind, Status, Step, Ticket
from bot.store import events
from bot.store.db import Store
from tests.fakes.desks import NOON, OFFICER, Post, desk_of, file, set_time, sweeper_of

# Of a Tuesday in Toronto, after the office has closed; it opens at nine.
EVENING = datetime(2026, 11, 25, 1, tzinfo=UTC)
OPENING = datetime(2026, 11, 25, 14, tzinfo=UTC)


@pytest.fixture
def desk(store: Store) -> Iterator[Desk]:
    set_time(store, NOON)
    yield desk_of(store)
    with store.reading() as connection:
        assert events.check(connection).problems == ()


def words(desk: Desk, ticket: Ticket) -> None:
    desk.own.add(ticket.reference, "It was on King Street.")


def a_file(desk: Desk, ticket: Ticket) -> None:
    desk.attachments.add(ticket.reference, "note.txt", b"King Street", who="requester")


def taken_back(desk: Desk, ticket: Ticket) -> None:
    desk.own.withdraw(ticket.reference)


Deed = Callable[[Desk, Ticket], None]
DEEDS: Mapping[str, tuple[Deed, str, str, str]] = {
    "words": (words, "information", "The requester added something", "Read what they added."),
    "file": (a_file, "information", "The requester added something", "Read what they added."),
    "withdrawal": (
        taken_back, "withdrawn", "Taken back by the requester",
        "Stop working on it: no date is left to keep.",
    ),
}  # fmt: skip


def heard(desk: Desk, ticket: Ticket) -> list[tuple[str, str, str]]:
    """What of the requester's deeds is to be told, or was: threshold, to whom, state."""
    shown = desk.tickets.show(ticket.reference).notices
    return [(n["threshold"], n["to"], n["state"]) for n in shown if n["clock"] == "heard"]


@pytest.mark.parametrize("deed", DEEDS)
def test_the_officer_is_told_at_once_in_office_hours(desk: Desk, deed: str) -> None:
    does, threshold, subject, step = DEEDS[deed]
    ticket, post = file(desk), Post()
    sweeper_of(desk, post).sweep()
    does(desk, ticket)
    assert heard(desk, ticket) == [(threshold, OFFICER, "planned")]
    sweeper_of(desk, post).sweep()
    card = post.sent[-1]
    assert (card.to, card.threshold) == (OFFICER, threshold)
    assert card.subject == f"{ticket.reference}: {subject}: complaint"
    assert f"Next step: {step}" in card.text
    assert card.link in card.text
    assert "King Street" not in card.subject + card.text
    before = len(post.sent)
    sweeper_of(desk, post).sweep()
    assert (len(post.sent), heard(desk, ticket)) == (before, [(threshold, OFFICER, "sent")])


@pytest.mark.parametrize("deed", DEEDS)
def test_after_hours_it_waits_for_the_office_to_open(desk: Desk, store: Store, deed: str) -> None:
    does, threshold, _, _ = DEEDS[deed]
    ticket = file(desk)
    sweeper_of(desk, Post()).sweep()
    set_time(store, EVENING)
    does(desk, ticket)
    sweeper_of(desk, Post()).sweep()
    assert heard(desk, ticket) == [(threshold, OFFICER, "planned")]
    set_time(store, OPENING + timedelta(seconds=1))
    sweeper_of(desk, Post()).sweep()
    assert heard(desk, ticket) == [(threshold, OFFICER, "sent")]


def test_of_an_incident_it_is_told_at_any_hour(desk: Desk, store: Store) -> None:
    set_time(store, EVENING)
    ticket, post = file(desk, Kind.INCIDENT, received_at=EVENING), Post()
    words(desk, ticket)
    sweeper_of(desk, post).sweep()
    assert heard(desk, ticket) == [("information", OFFICER, "sent")]


def test_the_owner_is_told_in_place_of_the_officer(desk: Desk) -> None:
    ticket = file(desk)
    words(desk, ticket)
    assert heard(desk, ticket) == [("information", OFFICER, "planned")]
    desk.tickets.assign(ticket.reference, "ann@desk.example", who="officer")
    a_file(desk, ticket)
    moved = [("information", OFFICER, "cancelled"), ("information", "ann@desk.example", "planned")]
    assert heard(desk, ticket) == moved
    post = Post()
    sweeper_of(desk, post).sweep()
    assert [n.threshold for n in post.sent if n.to == "ann@desk.example"] == ["information"]


def test_what_comes_before_the_word_is_out_is_told_once_and_the_next_anew(desk: Desk) -> None:
    ticket = file(desk)
    words(desk, ticket)
    words(desk, ticket)
    a_file(desk, ticket)
    assert heard(desk, ticket) == [("information", OFFICER, "planned")]
    sweeper_of(desk, Post()).sweep()
    a_file(desk, ticket)
    assert [state for _, _, state in heard(desk, ticket)] == ["sent", "planned"]


def test_reminders_kept_back_do_not_keep_the_requester_back(desk: Desk) -> None:
    ticket = file(desk)
    words(desk, ticket)
    desk.tickets.snooze(ticket.reference, NOON + timedelta(days=2), who="officer")
    sweeper_of(desk, Post()).sweep()
    assert heard(desk, ticket) == [("information", OFFICER, "sent")]


def test_an_answer_to_a_question_is_told_as_well(desk: Desk) -> None:
    ticket = file(desk)
    desk.tickets.ask(ticket.reference, "Which shop was it?", who="officer")
    words(desk, ticket)
    shown = desk.tickets.show(ticket.reference)
    assert shown.status is not Status.WAITING
    assert heard(desk, ticket) == [("information", OFFICER, "planned")]


def test_what_is_refused_is_told_to_nobody(desk: Desk) -> None:
    ticket = file(desk)
    desk.tickets.take(ticket.reference, Step.WITHDRAW, who="officer")
    with pytest.raises(Conflict):
        taken_back(desk, ticket)
    with pytest.raises(InvalidInput):
        desk.own.add(ticket.reference, " ")
    desk.attachments.add(ticket.reference, "ours.txt", b"ours", who="officer", shared=True)
    assert heard(desk, ticket) == []


def test_a_thank_you_is_kept_answers_no_question_and_rings_nobody(desk: Desk) -> None:
    filed = file(desk)
    desk.tickets.ask(filed.reference, "Which shop was it?", who="officer")
    said = desk.own.add(filed.reference, "Thanks!")
    assert (said.ticket.status, said.outcome) == (Status.WAITING, Outcome.KEPT)
    kept = said.ticket.fact("information")
    assert kept is not None
    assert kept.content["text"] == "Thanks!"
    assert heard(desk, filed) == []


def resolved(desk: Desk) -> Ticket:
    filed = file(desk)
    return desk.tickets.resolve(filed.reference, who="officer", justified=False)


@pytest.mark.parametrize("deed", ["words", "file"])
def test_what_was_resolved_is_taken_up_again_by_more_than_thanks(desk: Desk, deed: str) -> None:
    ticket = resolved(desk)
    DEEDS[deed][0](desk, ticket)
    again = desk.tickets.show(ticket.reference)
    assert (again.status, again.closed_at) == (Status.IN_PROGRESS, None)
    event = again.events[-1]
    assert (event.who, event.what, event.why) == ("requester", "reopen", WROTE_AGAIN)
    assert heard(desk, ticket) == [("reopened", OFFICER, "planned")]
    post = Post()
    sweeper_of(desk, post).sweep()
    [card] = [n for n in post.sent if n.threshold == "reopened"]
    assert "Open again, the requester wrote after it was resolved: complaint" in card.subject
    assert "one that runs on may be overdue" in card.next_step
    desk.tickets.snooze(ticket.reference, NOON + timedelta(days=2), who="officer")


def test_what_is_taken_up_again_late_is_overdue_and_the_officer_is_warned(
    desk: Desk, store: Store
) -> None:
    ticket = resolved(desk)
    set_time(store, NOON + timedelta(days=60))
    words(desk, ticket)
    clock = desk.tickets.show(ticket.reference).clock("resolve")
    assert clock is not None
    assert clock.state == "overdue"
    set_time(store, NOON + timedelta(days=62))
    post = Post()
    sweeper_of(desk, post).sweep()
    assert {n.threshold for n in post.sent if n.clock == "heard"} == {"reopened"}
    assert any("resolve" in n.text and "overdue" in n.text.lower() for n in post.sent)


@pytest.mark.parametrize("deed", ["words", "file"])
def test_after_the_window_it_stays_closed_and_the_officer_reads_it(
    desk: Desk, store: Store, deed: str
) -> None:
    ticket = resolved(desk)
    set_time(store, NOON + REOPENS_FOR + timedelta(hours=1))
    DEEDS[deed][0](desk, ticket)
    after = desk.tickets.show(ticket.reference)
    assert (after.status, after.closed_at) == (Status.RESOLVED, ticket.closed_at)
    assert heard(desk, ticket) == [("information", OFFICER, "planned")]


def test_a_thank_you_reopens_nothing(desk: Desk) -> None:
    ticket = resolved(desk)
    said = desk.own.add(ticket.reference, "Perfect, have a nice day", read_as={"thanks"})
    assert (said.ticket.status, said.outcome) == (Status.RESOLVED, Outcome.KEPT)
    assert heard(desk, ticket) == []


def test_what_was_taken_back_stays_so(desk: Desk) -> None:
    ticket = file(desk)
    taken_back(desk, ticket)
    words(desk, ticket)
    a_file(desk, ticket)
    assert desk.tickets.show(ticket.reference).status is Status.WITHDRAWN
    assert [threshold for threshold, _, _ in heard(desk, ticket)] == ["withdrawn", "information"]


def test_an_officers_file_reopens_nothing(desk: Desk) -> None:
    ticket = resolved(desk)
    desk.attachments.add(ticket.reference, "ours.txt", b"ours", who="officer", shared=True)
    assert desk.tickets.show(ticket.reference).status is Status.RESOLVED


def test_of_one_key_it_is_added_once_and_said_the_same_again(desk: Desk) -> None:
    ticket = resolved(desk)
    first, second = (
        desk.own.add(ticket.reference, "It goes on.", key="event:Ev1") for _ in range(2)
    )
    assert first.outcome is second.outcome is Outcome.REOPENED
    facts = [fact for fact in second.ticket.facts if fact.name == "information"]
    assert len(facts) == 1
