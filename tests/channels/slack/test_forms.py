"""`/privacy`, shortcuts and modals: the same forms and the same desk calls as the conversation."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.desk import DISCLOSURE
from bot.domain.dates import spoken
from bot.domain.leading_answers import answer_words
from bot.domain.people import Channel, Role
from bot.domain.replies import Reply
from bot.domain.tickets import Status, Ticket
from bot.notices import Notice
from tests.channels.slack.office import Office, quoting, until
from tests.channels.slack.test_messages import away
from tests.fakes.assistant import saying
from tests.fakes.block_kit import render, render_view
from tests.fakes.desks import file, set_time
from tests.fakes.slack import (
    ALICE,
    BOB,
    GUEST,
    OFFICER,
    STRANGER,
    TEAM,
    Fault,
    chosen,
    typed,
)

COMPLAINT = {
    "what": typed("A clerk read my bill out loud at the counter"),
    "when": typed("last Tuesday"),
    "reach": typed("pat@example.ca"),
}


def told(desk: Office, count: int = 1) -> list[dict[str, Any]]:
    return [
        body
        for _, body in until(
            lambda: desk.slack.responses if len(desk.slack.responses) >= count else [], "a response"
        )
    ]


def modal(desk: Office, count: int = 1) -> dict[str, Any]:
    return until(lambda: desk.slack.modals if len(desk.slack.modals) >= count else [], "a modal")[
        -1
    ]


def submit(desk: Office, user: str, view: dict[str, Any], values: dict[str, Any], id: str = "V1"
           ) -> dict[str, Any]:  # fmt: skip
    state = {block: {"value": given} for block, given in values.items()}
    answered = desk.send.interact(
        {
            "type": "view_submission",
            "user": {"id": user, "team_id": TEAM},
            "view": {**view, "id": id, "state": {"values": state}},
        }
    )
    assert answered.status_code == 200
    given: dict[str, Any] = answered.json() if answered.content else {}
    return given


@pytest.mark.parametrize("text", ["", "help", "frobnicate", "ask", "HELP me"])
def test_an_unknown_word_prints_help_to_that_person_alone(desk: Office, text: str) -> None:
    assert desk.send.command(ALICE, text).content == b""
    [body] = told(desk)
    assert body["response_type"] == "ephemeral"
    assert "/privacy incident" in body["text"]


def test_ask_is_answered_to_that_person_alone(desk: Office) -> None:
    desk.send.command(ALICE, "ask when do you need consent?")
    [body] = told(desk)
    assert "Clause 3.6" in body["text"]
    assert desk.slack.posts == []


def test_ask_that_must_wait_is_answered_late_to_that_person_alone(desk: Office) -> None:
    desk.assistant.lines = [away, quoting()]
    desk.talk.patience = desk.talk.patience / 20
    desk.send.command(ALICE, "ask when do you need consent?")
    [apology] = told(desk)
    assert "takes longer" in apology["text"]
    asyncio.run(desk.talk.catch_up())
    _, answer = told(desk, 2)
    assert answer["response_type"] == "ephemeral"
    assert "Clause 3.6" in answer["text"]


def test_ask_about_something_personal_goes_on_in_private(desk: Office) -> None:
    desk.assistant.lines = [[Reply("Sorry.", intent="complaint").to_json()], saying("What then?")]
    desk.send.command(ALICE, "ask I want to complain about the shop")
    [body] = told(desk)
    [go_on] = next(b for b in body["blocks"] if b["type"] == "actions")["elements"]
    desk.send.press(ALICE, go_on, channel="C0GENERAL")
    [answer] = desk.answers(ALICE)
    assert answer.text == "What then?"


def test_disclose_asks_for_advice_and_shows_the_verdict(desk: Office) -> None:
    advised = Reply("Get the warrant first.", verdict="legal_required_check")
    desk.assistant.lines = [[advised.to_json()]]
    desk.send.command(BOB, "disclose may I give the police an address?")
    [body] = told(desk)
    assert body["blocks"][0]["text"]["text"] == "Check the legal demand first"
    assert desk.assistant.heard[0].metadata["about"] == DISCLOSURE


def test_a_case_that_needs_a_question_stays_a_case_of_disclosure(desk: Office) -> None:
    asked = [Reply("Is it an emergency?").to_json()]
    desk.assistant.lines = [[Reply("That needs care.", intent="talk_to_human").to_json()], asked]
    desk.send.command(BOB, "disclose may I tell her husband?")
    [body] = told(desk)
    [go_on] = next(b for b in body["blocks"] if b["type"] == "actions")["elements"]
    desk.send.press(BOB, go_on, channel="C0GENERAL")
    desk.answers(BOB)
    assert [turn.metadata.get("about") for turn in desk.assistant.heard] == [DISCLOSURE] * 2
    assert desk.assistant.heard[1].text == "may I tell her husband?"


def test_guests_get_no_staff_guidance(desk: Office) -> None:
    desk.send.command(GUEST, "disclose may I give the police an address?")
    [body] = told(desk)
    assert "own staff" in body["text"]
    assert desk.assistant.heard == []


@pytest.mark.parametrize(
    ("word", "title"), [("complaint", "Complaint"), ("access", "Access"), ("incident", "Report")]
)
def test_a_word_for_a_request_opens_its_form(desk: Office, word: str, title: str) -> None:
    desk.send.command(ALICE, f"{word} they lost my file")
    view = modal(desk)
    assert title in view["title"]["text"]
    assert "they lost my file" in render_view(view)


def test_when_the_form_cannot_open_it_is_said(desk: Office) -> None:
    desk.slack.faults["views.open"].append(Fault(error="expired_trigger_id"))
    desk.send.command(ALICE, "complaint")
    [body] = told(desk)
    assert "could not open the form" in body["text"]


def test_a_shortcut_whose_form_cannot_open_is_answered_by_direct_message(desk: Office) -> None:
    desk.slack.faults["views.open"].append(Fault(error="expired_trigger_id"))
    desk.send.interact(
        {"type": "shortcut", "callback_id": "report_incident",
         "user": {"id": ALICE, "team_id": TEAM}}
    )  # fmt: skip
    assert "could not open the form" in desk.answers(ALICE)[0].text


def test_what_was_typed_after_the_word_is_prefilled_as_it_was_typed(desk: Office) -> None:
    desk.send.command(ALICE, "complaint Smith &amp; Sons read my bill")
    assert "Smith & Sons read my bill" in render_view(modal(desk))


def test_a_form_is_filed_once_with_a_receipt_and_counts_from_the_first_word(desk: Office) -> None:
    desk.send.command(ALICE, "complaint")
    view = modal(desk)
    first = desk.store.now()
    set_time(desk.store, first + timedelta(days=2))
    for _ in range(2):
        assert submit(desk, ALICE, view, COMPLAINT) == {}
    receipt = desk.answers(ALICE)[0]
    [ticket] = desk.desk.tickets.of_person(f"slack:{TEAM}:{ALICE}")
    assert ticket.reference in receipt.text
    assert abs((ticket.received_at - first).total_seconds()) < 60
    assert (ticket.channel, ticket.role) == (Channel.SLACK, Role.EMPLOYEE)
    assert ticket.fields["reach"]["value"] == "pat@example.ca"
    assert set(ticket.fields) == set(COMPLAINT)
    until(lambda: not desk.inbox.claim(5), "all rows are done")
    assert len([p for p in desk.slack.direct(ALICE) if ticket.reference in p.text]) == 1


@pytest.mark.parametrize("user", [GUEST, STRANGER])
def test_who_is_external_files_as_a_customer(desk: Office, user: str) -> None:
    desk.send.command(user, "complaint")
    submit(desk, user, modal(desk), COMPLAINT)
    desk.answers(user)
    [ticket] = desk.desk.tickets.of_person(f"slack:{TEAM}:{user}")
    assert ticket.role is Role.CUSTOMER


def test_what_does_not_fit_is_said_inline_and_nothing_is_filed(desk: Office) -> None:
    desk.send.command(ALICE, "complaint")
    view = modal(desk)
    answer = submit(desk, ALICE, view, {**COMPLAINT, "reach": typed("call me")})
    assert answer["response_action"] == "errors"
    assert "complete e-mail address" in answer["errors"]["reach"]
    assert set(answer["errors"]) == {"reach"}
    desk.write(ALICE, "hello")
    desk.answers(ALICE)
    assert desk.desk.tickets.of_person(f"slack:{TEAM}:{ALICE}") == []


def test_a_withdrawal_by_form_names_its_uses(desk: Office) -> None:
    desk.write(ALICE, "stop the newsletters")
    [answer] = desk.answers(ALICE)
    menu = next(
        e for b in answer.body["blocks"] if b["type"] == "actions" for e in b["elements"]
        if e["type"] == "static_select"
    )  # fmt: skip
    option = next(o for o in menu["options"] if o["value"].startswith("withdrawal"))
    desk.send.press(ALICE, menu, answer, selected_option=option)
    view = modal(desk)
    uses = next(b for b in view["blocks"] if b.get("block_id") == "uses")["element"]["options"]
    given = {
        "uses": chosen(uses[0]["value"]),
        "details": typed("my account"),
        "reach": typed("416 555 0134"),
    }
    assert submit(desk, ALICE, view, given) == {}
    desk.answers(ALICE, 2)
    [ticket] = desk.desk.tickets.of_person(f"slack:{TEAM}:{ALICE}")
    assert ticket.fields["uses"]["value"] == uses[0]["value"]


def test_the_officer_button_carries_the_question_over(desk: Office) -> None:
    first = desk.store.now()
    desk.write(ALICE, "Is my badge photo personal information?")
    [answer] = desk.answers(ALICE)
    ask = next(
        e for b in answer.body["blocks"] if b["type"] == "actions" for e in b["elements"]
        if e["action_id"] == "officer"
    )  # fmt: skip
    set_time(desk.store, first + timedelta(days=2))
    desk.send.press(ALICE, ask, answer)
    view = modal(desk)
    assert "Is my badge photo personal information?" in render_view(view)
    given = {
        "what": typed("Is my badge photo personal information?"),
        "reach": typed("416 555 0134"),
    }
    assert submit(desk, ALICE, view, given) == {}
    desk.answers(ALICE, 2)
    [ticket] = desk.desk.tickets.of_person(f"slack:{TEAM}:{ALICE}")
    assert abs((ticket.received_at - first).total_seconds()) < 60
    assert ticket.clauses_shown == ("3.6",)
    passed_on = "read as consent (97% sure); showed clause 3.6"
    assert passed_on in answer_words(ticket)
    [message] = desk.desk.dossier(ticket.reference).messages
    assert message.text == "Is my badge photo personal information?"
    desk.notifier.send(card_of(ticket))
    assert passed_on in render(desk.slack.direct(OFFICER)[-1].body["blocks"])


def card_of(ticket: Ticket) -> Notice:
    return Notice(
        key=f"{ticket.id}:respond:opened:1", to=OFFICER, reference=ticket.reference,
        subject=f"{ticket.reference}: New inquiry", text="New inquiry",
    )  # fmt: skip


def test_a_request_that_came_by_itself_speaks_of_no_answer(desk: Office) -> None:
    desk.send.command(ALICE, "complaint")
    submit(desk, ALICE, modal(desk), COMPLAINT)
    desk.answers(ALICE)
    [ticket] = desk.desk.tickets.of_person(f"slack:{TEAM}:{ALICE}")
    assert (ticket.clauses_shown, answer_words(ticket)) == ((), "")


def test_what_was_told_before_is_joined_and_the_first_dates_hold(desk: Office) -> None:
    first = desk.store.now()
    for number, day in enumerate((first, first + timedelta(days=3)), start=1):
        set_time(desk.store, day)
        desk.send.command(ALICE, "complaint")
        assert submit(desk, ALICE, modal(desk, number), COMPLAINT, id=f"V{number}") == {}
        desk.answers(ALICE, number)
    again, kept = desk.desk.tickets.of_person(f"slack:{TEAM}:{ALICE}")
    assert (again.status, again.duplicate_of) == (Status.DUPLICATE, kept.reference)
    told = desk.slack.direct(ALICE)[-1].text
    assert f"it is joined with {kept.reference}" in told
    assert spoken(kept.clocks[0].due) in told


def test_what_was_told_on_the_web_is_joined_and_nothing_of_it_is_told(desk: Office) -> None:
    words = COMPLAINT["what"]["value"]
    web = file(desk.desk, received_at=desk.store.now(), text=words)
    desk.send.command(ALICE, "complaint")
    submit(desk, ALICE, modal(desk), COMPLAINT)
    [told] = desk.answers(ALICE)
    [ticket] = desk.desk.tickets.of_person(f"slack:{TEAM}:{ALICE}")
    assert ticket.duplicate_of == web.reference
    assert web.reference not in told.text + str(told.body)


def test_a_message_is_sent_to_the_officer_with_a_warning_about_others(desk: Office) -> None:
    send_to_officer(desk, "SIN 046 454 286 of Mr. Doe &amp; &lt;Son&gt;")
    shown = render_view(modal(desk))
    assert "Other people's data" in shown
    assert "046 454 286" not in shown
    assert "of Mr. Doe & <Son>" in shown
    assert "only the beginning" not in shown


def test_a_message_without_words_is_warned_of_as_well(desk: Office) -> None:
    send_to_officer(desk, "")
    assert "Other people's data" in render_view(modal(desk))


def test_what_a_form_does_not_hold_is_said_to_be_missing(desk: Office) -> None:
    send_to_officer(desk, "They called me. " * 300)
    assert "only the beginning of what was written is here" in render_view(modal(desk))


def send_to_officer(desk: Office, text: str) -> None:
    desk.send.interact(
        {
            "type": "message_action", "callback_id": "send_to_officer",
            "user": {"id": ALICE, "team_id": TEAM}, "channel": {"id": "C0GENERAL"},
            "message": {"text": text, "ts": "1.1"},
            "response_url": desk.send.response_url(ALICE),
        }
    )  # fmt: skip


def test_an_incident_is_reported_by_the_global_shortcut(desk: Office) -> None:
    desk.send.interact(
        {"type": "shortcut", "callback_id": "report_incident",
         "user": {"id": ALICE, "team_id": TEAM}}
    )  # fmt: skip
    view = modal(desk)
    assert view["title"]["text"] == "Report of a leak or loss"
    given = {
        "what": typed("A list of customers went to a wrong address"),
        "contained": typed("recalled"),
        "reach": typed("416 555 0134"),
    }
    assert submit(desk, ALICE, view, given) == {}
    assert "Privacy Officer and the deputy" in desk.answers(ALICE)[0].text


def test_status_shows_ones_own_requests_alone(desk: Office) -> None:
    desk.send.command(ALICE, "complaint")
    submit(desk, ALICE, modal(desk), COMPLAINT)
    desk.answers(ALICE)
    [ticket] = desk.desk.tickets.of_person(f"slack:{TEAM}:{ALICE}")
    desk.send.command(ALICE, "status")
    desk.send.command(BOB, f"status {ticket.reference}")
    first, second = told(desk, 2)
    mine, theirs = sorted((first["text"], second["text"]), key=len, reverse=True)
    assert ticket.reference in mine
    assert theirs == "I see no request of yours with that reference."


def test_a_long_status_is_told_whole(desk: Office) -> None:
    person = f"slack:{TEAM}:{ALICE}"
    made = file(desk.desk, person=person, received_at=desk.store.now())
    words = "".join(f"Sentence {number} of our reply. " for number in range(500)).strip()
    desk.desk.tickets.reply(made.reference, words, who=f"slack:{OFFICER}")
    desk.send.command(ALICE, "status")
    told_all = " ".join(body["text"] for body in told(desk, 2))
    assert "Sentence 0 of" in told_all
    assert "Sentence 499 of" in told_all


def test_an_expired_response_address_gives_way_to_a_direct_message(desk: Office) -> None:
    desk.slack.faults["respond"].append(Fault(status=404))
    desk.send.command(ALICE, "help")
    assert "/privacy incident" in desk.answers(ALICE)[0].text


def test_the_home_shows_topics_and_own_requests(desk: Office) -> None:
    desk.send.command(ALICE, "complaint")
    submit(desk, ALICE, modal(desk), COMPLAINT)
    desk.answers(ALICE)
    opened = {"type": "app_home_opened", "user": ALICE, "tab": "home", "channel": "D0ALICE"}
    desk.send.event(opened, "Ev-home")
    until(lambda: ALICE in desk.slack.homes, "the Home")
    home = desk.slack.homes[ALICE]
    shown = render_view(home)
    assert "May I disclose this?" in shown
    assert "waiting for the Privacy Officer" in shown
    topic = next(b for b in home["blocks"] if b["type"] == "actions")["elements"][0]
    desk.send.press(ALICE, topic)
    assert "Clause 3.6" in desk.answers(ALICE, 2)[-1].text


def test_someone_who_opens_the_messages_is_greeted_once_with_prompts(desk: Office) -> None:
    opened = {"type": "app_home_opened", "user": GUEST, "tab": "messages", "channel": "D0GUEST"}
    for number in (1, 2):
        desk.send.event(opened, f"Ev-messages-{number}")
    prompts = until(lambda: desk.slack.called("assistant.threads.setSuggestedPrompts"), "prompts")[
        0
    ].body
    assert "thread_ts" not in prompts
    assert len(prompts["prompts"]) == 4
    assert "May I disclose this?" not in str(prompts)
    desk.write(GUEST, "hello")
    assert len(desk.answers(GUEST, 2)) == 2
