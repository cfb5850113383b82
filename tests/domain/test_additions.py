"""What words of a requester do to their request: one rule, whatever channel they came by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.additions import REOPENS_FOR, Outcome, outcome_of_file, outcome_of_words
from bot.domain.people import Channel, Role
from bot.domain.tickets import Kind, Status, Ticket, is_open

NOW = datetime(2026, 11, 24, 17, tzinfo=UTC)
KEPT, ADDED, HEARD, REOPENED = Outcome.KEPT, Outcome.ADDED, Outcome.HEARD, Outcome.REOPENED


def ticket(status: Status, closed: timedelta = timedelta(days=1)) -> Ticket:
    return Ticket(
        id=1, reference="PD-7K3M-9QXD", kind=Kind.COMPLAINT, status=status, received_at=NOW,
        received_local_date=NOW.date(), channel=Channel.WEB, role=Role.CUSTOMER, person="web:pat",
        policy_version="2024-01", calendar="strictest", fields={}, clauses_shown=(),
        clocks=(), closed_at=None if is_open(status) else NOW - closed,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "closed", "asked"),
    [
        ("Thanks!", KEPT, KEPT),
        ("ok thank you so much", KEPT, KEPT),
        ("Merci beaucoup", KEPT, KEPT),
        ("thx :)", KEPT, KEPT),
        ("Yes.", KEPT, HEARD),
        ("d’accord", KEPT, HEARD),
        ("Thanks, it was on King Street", REOPENED, HEARD),
        ("no thanks", REOPENED, HEARD),
        ("And another thing: they did it again.", REOPENED, HEARD),
    ],
)
def test_thanks_reopen_and_answer_nothing(words: str, closed: Outcome, asked: Outcome) -> None:
    assert outcome_of_words(ticket(Status.RESOLVED), words, NOW) is closed
    assert outcome_of_words(ticket(Status.WAITING), words, NOW) is asked


@pytest.mark.parametrize(
    ("words", "read_as", "closed", "asked"),
    [
        ("Perfect, have a nice day", {"thanks"}, KEPT, KEPT),
        ("See you", {"goodbye"}, KEPT, KEPT),
        ("That is so", {"affirm"}, KEPT, HEARD),
        ("Fine, but they called again", {"thanks", "complaint"}, REOPENED, HEARD),
        ("Fine, but who called me?", {"thanks"}, REOPENED, HEARD),
        ("Thanks a lot, " + "but they called me again " * 3, {"thanks"}, REOPENED, HEARD),
    ],
)
def test_what_the_assistant_read_counts_for_short_words_alone(
    words: str, read_as: set[str], closed: Outcome, asked: Outcome
) -> None:
    assert outcome_of_words(ticket(Status.RESOLVED), words, NOW, read_as) is closed
    assert outcome_of_words(ticket(Status.WAITING), words, NOW, read_as) is asked


@pytest.mark.parametrize(
    "status", [s for s in Status if s not in {Status.RESOLVED, Status.WAITING}]
)
def test_whatever_else_it_is_it_stays(status: Status) -> None:
    assert outcome_of_words(ticket(status), "They did it again.", NOW) is ADDED
    assert outcome_of_file(ticket(status), NOW) is ADDED


@pytest.mark.parametrize(
    ("closed", "outcome"), [(REOPENS_FOR, REOPENED), (REOPENS_FOR + timedelta(seconds=1), ADDED)]
)
def test_the_window(closed: timedelta, outcome: Outcome) -> None:
    assert outcome_of_words(ticket(Status.RESOLVED, closed), "They did it again.", NOW) is outcome
    assert outcome_of_file(ticket(Status.RESOLVED, closed), NOW) is outcome


def test_a_file_alone_answers_no_question() -> None:
    assert outcome_of_file(ticket(Status.WAITING), NOW) is ADDED
