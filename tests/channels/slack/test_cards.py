"""Every card as a person reads it, held against golden files, and against Slack's limits.

`GOLDEN=write` writes the files anew; look at what changed.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.slack import blocks as kit
from bot.channels.slack.answers import Message, answer_messages, plain_message
from bot.channels.slack.cards import ticket_message
from bot.channels.slack.desk_calls import HELP, WELCOME
from bot.channels.slack.home import officer_home, requester_home
from bot.channels.slack.modals import step_modal
from bot.channels.slack.placing import in_private
from bot.channels.slack.request_form import request_modal
from bot.channels.slack.shown_notices import notice_messages
from bot.domain.people import Role
from bot.domain.policy import Clause
from bot.domain.replies import QuickReply, QuotedClause, Reply
from bot.domain.tickets import Kind, Step, Ticket
from bot.notices import Notice, Sort
from bot.store.db import Store
from tests.channels.notifier_contract import digest
from tests.channels.slack.office import PAGE, shipped_forms
from tests.fakes.block_kit import problems, render, render_view, view_problems
from tests.fakes.desks import desk_of, file, set_time, shipped_library

GOLDEN = Path(__file__).parent / "golden"
RECEIVED = datetime(2026, 11, 24, 15, tzinfo=UTC)
VERSION = "2024-01"


@pytest.fixture
def ticket(sqlite_store: Store) -> Ticket:
    return made(sqlite_store, Kind.COMPLAINT)


def made(store: Store, kind: Kind) -> Ticket:
    set_time(store, RECEIVED + timedelta(minutes=1))
    found = file(desk_of(store), kind, received_at=RECEIVED,
                 uses=["marketing"] if kind is Kind.WITHDRAWAL else ())  # fmt: skip
    events = tuple(replace(event, at=RECEIVED) for event in found.events)
    return replace(found, reference="PD-7K3M-9QXD", events=events)


def held(name: str, shown: str) -> None:
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


def held_message(name: str, *messages: Message) -> None:
    for message in messages:
        assert problems(message.to_body()) == []
    held(name, "\n".join(f"[{m.text}]\n{render(m.blocks)}" for m in messages))


def answered(*replies: Reply, **more: bool) -> list[Message]:
    return answer_messages(
        [reply.to_json() for reply in replies], page_url=PAGE, row=7, forms=shipped_forms("forms"),
        policy_version=VERSION, busy=more.get("busy", False), late=more.get("late", False),
        public=more.get("public", False),
    )  # fmt: skip


def clause(id: str) -> QuotedClause:
    return QuotedClause(shipped_library().policy.get(id), (0, 30))


def test_an_answer() -> None:
    held_message("answer", *answered(Reply("The policy says:", (clause("3.6"),))))


def test_a_late_answer_in_public() -> None:
    reply = Reply("The policy says:", (clause("3.6"),))
    held_message("answer_late_public", *answered(reply, late=True, public=True))


def test_a_verdict() -> None:
    reply = Reply("Ask for the paper first.", (clause("5.1"),), verdict="legal_required_check")
    held_message("verdict", *answered(reply))


def test_a_question_of_a_form() -> None:
    buttons = (QuickReply("I don't know", '/choose{"value": "x"}'), QuickReply("Cancel", "/cancel"))
    held_message("question", *answered(Reply("When was it?", quick_replies=buttons), busy=True))


@pytest.mark.parametrize("kind", list(Kind))
def test_the_card_of_each_kind(sqlite_store: Store, kind: Kind) -> None:
    ticket = made(sqlite_store, kind)
    now = RECEIVED + timedelta(days=3)
    shown = ticket_message(ticket, f"New {kind}", full=False, page_url=PAGE, now=now)
    held_message(f"card_{kind}", shown)


def test_a_card_with_words_overdue_and_repeated(ticket: Ticket) -> None:
    late = replace(
        ticket,
        clocks=tuple(replace(c, state="overdue") for c in ticket.clocks),
        fields={"what": {"said": "“<!channel> *look* <https://evil.example|here>”"}},
    )
    shown = ticket_message(
        late, "Overdue: complaint", full=True, page_url=PAGE,
        now=RECEIVED + timedelta(days=60), repeated=True,
    )  # fmt: skip
    held_message("card_full_overdue", shown)


@pytest.mark.parametrize("length", [5_000, 6_001, 20_000])
def test_a_card_with_many_words_fits_and_says_what_it_leaves_out(
    ticket: Ticket, length: int
) -> None:
    story = ("They called me again at noon. " * 700)[:length]
    told = replace(ticket, fields={"what": {"said": story}, "reach": {"said": "by e-mail"}})
    card = ticket_message(told, "New complaint", full=True, page_url=PAGE, now=RECEIVED)
    assert problems(card.to_body()) == []
    shown = render(card.blocks)
    assert ("They wrote more than a card holds" in shown) is (length > 6_000)
    assert story[:4_000] in shown.replace("\n> ", "")


def test_a_resolved_card_and_the_form_that_reopens_it(sqlite_store: Store) -> None:
    first = made(sqlite_store, Kind.COMPLAINT)
    desk = desk_of(sqlite_store)
    [filed] = desk.tickets.open_by_deadline()
    done = desk.tickets.resolve(filed.reference, who="slack:U0OFFICER", justified=False)
    events = tuple(replace(event, at=RECEIVED) for event in done.events)
    closed = replace(done, reference=first.reference, events=events)
    card = ticket_message(closed, "Complaint: resolved", full=False, page_url=PAGE, now=RECEIVED)
    held_message("card_resolved", card)
    view = step_modal(closed, "reopen", closed.version, today=RECEIVED.date(), card={},
                      page_url=PAGE)  # fmt: skip
    assert view_problems(view) == []
    held("step_reopen", render_view(view))


def test_a_letter() -> None:
    notice = Notice("7:requester:reply:1", "U1", "PD-7K3M-9QXD: Our reply to your request",
                    "We are sorry.\n\nWe stopped the calls.", sort=Sort.LETTER)  # fmt: skip
    held_message("letter", *notice_messages(notice, None, full=False, page_url=PAGE, now=RECEIVED))


def test_what_is_said_of_the_desk_itself() -> None:
    held_message("welcome", plain_message(WELCOME))
    held_message("help", plain_message(HELP))
    held_message("in_private", in_private(7))


def test_the_digest() -> None:
    notice = digest("U1")
    held_message("digest", *notice_messages(notice, None, full=False, page_url=PAGE, now=RECEIVED))


@pytest.mark.parametrize("kind", list(Kind))
def test_the_form_of_each_kind(kind: Kind) -> None:
    view = request_modal(shipped_forms("forms")[str(kind)], source="k", story="It was so.",
                         others=kind is Kind.INQUIRY)  # fmt: skip
    assert view_problems(view) == []
    held(f"form_{kind}", render_view(view))


@pytest.mark.parametrize(
    "step",
    ["acknowledge", "reply", "extend", "pause", "resume", "resolve", "assign", "snooze", "note"],
)
def test_the_form_of_each_step(sqlite_store: Store, step: str) -> None:
    kind = Kind.ACCESS if step == "extend" else Kind.COMPLAINT
    ticket = made(sqlite_store, kind)
    view = step_modal(
        ticket, step, ticket.version, today=RECEIVED.date(), card={"channel": "D1"}, page_url=PAGE
    )
    assert view_problems(view) == []
    held(f"step_{step}", render_view(view))


def test_a_stale_form_says_what_happened(sqlite_store: Store) -> None:
    first = made(sqlite_store, Kind.COMPLAINT)
    desk = desk_of(sqlite_store)
    [filed] = desk.tickets.open_by_deadline()
    moved = desk.tickets.take(filed.reference, Step.ACKNOWLEDGE, who="slack:U0DEPUTY")
    events = tuple(replace(event, at=RECEIVED) for event in moved.events)
    shown = step_modal(
        replace(moved, reference=first.reference, events=events), "acknowledge", first.version,
        today=RECEIVED.date(), card={}, page_url=PAGE,
    )  # fmt: skip
    assert view_problems(shown) == []
    held("step_stale", render_view(shown))


def test_the_homes(ticket: Ticket) -> None:
    now = RECEIVED + timedelta(days=3)
    forms = shipped_forms("forms")
    homes = {
        "home_employee": requester_home(Role.EMPLOYEE, [ticket], forms, PAGE),
        "home_guest": requester_home(Role.CUSTOMER, [], forms, PAGE),
        "home_officer": officer_home([ticket], chosen="all", user="U1", now=now, page_url=PAGE),
        "home_officer_none": officer_home([], chosen="late", user="U1", now=now, page_url=PAGE),
    }
    for name, view in homes.items():
        assert view_problems(view) == []
        held(name, render_view(view))


def test_a_full_home_fits(ticket: Ticket) -> None:
    many = [replace(ticket, id=number) for number in range(90)]
    view = officer_home(many, chosen="all", user="U1", now=RECEIVED, page_url=PAGE)
    assert view_problems(view) == []
    assert "And 65 more" in render_view(view)


def test_every_clause_of_the_policy_is_quoted_whole() -> None:
    for entry in shipped_library().policy.clauses.values():
        [message] = answered(Reply("So it is:", (QuotedClause(entry, (0, 10)),)))
        assert problems(message.to_body()) == []
        quoted = "".join(
            part["text"] for block in message.blocks if block["type"] == "rich_text"
            for element in block["elements"] for part in element["elements"]
        )  # fmt: skip
        assert quoted == entry.text
        assert kit.escape(entry.text) in message.text


@pytest.mark.parametrize("length", [2_999, 3_000, 3_001, 9_000, 30_000])
def test_the_longest_clause_is_spread_and_never_cut(length: int) -> None:
    text = ("Every word of this clause counts. " * (length // 30))[:length]
    long = QuotedClause(Clause("1.1", "Long", text), (10, 4_000))
    messages = answered(Reply("So it is:", (long,)))
    assert [p for m in messages for p in problems(m.to_body())] == []
    quoted = "".join(
        part["text"] for message in messages for block in message.blocks
        if block["type"] == "rich_text" for element in block["elements"]
        for part in element["elements"]
    )  # fmt: skip
    assert quoted == text
    if len(messages) > 1:
        aloud = "".join(message.text for message in messages).replace("\n", "")
        assert f"<{PAGE}/policy#1.1|Clause 1.1: Long>" in aloud
        assert text.replace("\n", "") in aloud


@given(st.text(min_size=1, max_size=9_000))
def test_pieces_are_the_text(text: str) -> None:
    parts = kit.pieces(text, 100)
    assert "".join(parts) == text
    assert all(0 < len(part) <= 100 for part in parts)


@given(st.text())
def test_escaped_text_carries_no_markup_and_comes_back(text: str) -> None:
    assert "<" not in kit.escape(text)
    assert kit.unescape(kit.escape(text)) == text
