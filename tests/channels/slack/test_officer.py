"""The Privacy Officer in Slack: cards, their buttons, the audited steps behind them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.tickets import Kind, Status, Step, Ticket
from bot.notices import Notice, NoticeError, Sort
from tests.channels.slack.office import Office, until
from tests.channels.slack.test_forms import modal, submit
from tests.fakes.block_kit import render, render_view
from tests.fakes.desks import file, set_time
from tests.fakes.slack import (
    ALICE,
    DEPUTY,
    GUEST,
    OFFICER,
    OFFICERS_CHANNEL,
    STRANGER,
    Fault,
    Posted,
    picked,
    typed,
)  # fmt: skip

WHO = f"slack:{OFFICER}"


def card_notice(ticket: Ticket, to: str = OFFICER, threshold: str = "opened") -> Notice:
    return Notice(
        key=f"{ticket.id}:respond:{threshold}:1", to=to, reference=ticket.reference,
        subject=f"{ticket.reference}: New {ticket.kind}", text=f"New {ticket.kind}",
        kind=str(ticket.kind), clock="respond", threshold=threshold,
    )  # fmt: skip


def ticket_with_card(desk: Office, kind: Kind = Kind.COMPLAINT) -> tuple[Ticket, Posted]:
    ticket = file(desk.desk, kind, received_at=desk.store.now() - timedelta(minutes=5))
    desk.notifier.send(card_notice(ticket))
    return ticket, desk.slack.direct(OFFICER)[-1]


def press(desk: Office, card: Posted, step: str, user: str = OFFICER) -> None:
    button = next(
        e for b in card.body["blocks"] if b["type"] == "actions" for e in b["elements"]
        if e["action_id"] == f"step:{step}"
    )  # fmt: skip
    assert desk.send.press(user, button, card).status_code == 200


def whispered(desk: Office, count: int = 1) -> str:
    found = until(
        lambda: desk.slack.whispers if len(desk.slack.whispers) >= count else [], "a word"
    )
    return found[-1].text


def take(
    desk: Office, card: Posted, step: str, values: dict[str, Any], user: str = OFFICER
) -> None:
    shown = len(desk.slack.modals)
    press(desk, card, step, user)
    view = modal(desk, shown + 1)
    assert submit(desk, user, view, values, id=f"V-{step}") == {}


def test_a_card_has_reference_kind_dates_and_initials_and_no_words(desk: Office) -> None:
    ticket, card = ticket_with_card(desk)
    shown = render(card.body["blocks"])
    for words in (ticket.reference, "Complaint", "Respond", "Resolve", "P., customer by web"):
        assert words in shown
    assert "You called me" not in shown
    assert f"https://desk.example/officer/tickets/{ticket.reference}" in shown
    [copy] = until(lambda: desk.slack.messages(OFFICERS_CHANNEL), "the channel's card")
    assert render(copy.body["blocks"]) == shown


@pytest.mark.parametrize(
    ("step", "values", "what", "why"),
    [
        ("acknowledge", {"why": typed("mine")}, "acknowledge", "mine"),
        ("reply", {"text": typed("We are sorry."), "why": typed("")}, "reply", ""),
        ("pause", {"reason": picked("proceedings"), "why": typed("the court")}, "pause",
         "the court"),
        ("resolve", {"justified": picked("no"), "why": typed("nothing found")}, "resolve",
         "nothing found"),
        ("assign", {"owner": {"type": "users_select", "selected_user": DEPUTY},
                    "why": typed("on leave")}, "assign", "on leave"),
    ],
)  # fmt: skip
def test_each_step_has_its_form_its_reason_and_its_record(
    desk: Office, step: str, values: dict[str, Any], what: str, why: str
) -> None:
    ticket, card = ticket_with_card(desk)
    take(desk, card, step, values)
    assert ticket.reference in whispered(desk)
    event = desk.desk.tickets.show(ticket.reference).events[-1]
    assert (event.who, event.what, event.why) == (WHO, what, why)


def test_what_was_paused_and_closed_is_resumed_and_reopened(desk: Office) -> None:
    ticket, card = ticket_with_card(desk)
    for number, (step, values, status) in enumerate(
        (
            ("pause", {"reason": picked("proceedings"), "why": typed("the court")}, "received"),
            ("resume", {"why": typed("it ruled")}, "received"),
            ("resolve", {"justified": picked("no"), "why": typed("none")}, "resolved"),
            ("reopen", {"why": typed("a witness")}, "in_progress"),
        ),
        start=1,
    ):
        until(lambda s=step: f"step:{s}" in json.dumps(card.body), "the card offers it")  # type: ignore[misc]
        take(desk, card, step, values)
        whispered(desk, number)
        shown = desk.desk.tickets.show(ticket.reference)
        assert (shown.status, shown.events[-1].what) == (status, step)


@pytest.mark.parametrize("user", [ALICE, GUEST, STRANGER, "U0NOBODY"])
def test_a_request_is_assigned_to_none_but_an_officer(desk: Office, user: str) -> None:
    ticket, card = ticket_with_card(desk)
    owner = {"type": "users_select", "selected_user": user}
    take(desk, card, "assign", {"owner": owner, "why": typed("on leave")})
    assert "not done. Requests are assigned to full members" in whispered(desk)
    assert desk.desk.tickets.show(ticket.reference).owner is None


def test_nobody_who_was_deactivated_is_assigned_anything(desk: Office) -> None:
    ticket, card = ticket_with_card(desk)
    desk.slack.users[DEPUTY]["deleted"] = True
    owner = {"type": "users_select", "selected_user": DEPUTY}
    take(desk, card, "assign", {"owner": owner, "why": typed("on leave")})
    assert "not done" in whispered(desk)
    assert desk.desk.tickets.show(ticket.reference).owner is None


def test_what_is_closed_late_says_why(desk: Office) -> None:
    ticket, card = ticket_with_card(desk)
    set_time(desk.store, desk.store.now() + timedelta(days=60))
    press(desk, card, "resolve")
    view = modal(desk)
    asked = "say why it is closed late"
    assert asked in render_view(view)
    given = {"justified": picked("no"), "why": typed("  ")}
    assert asked in submit(desk, OFFICER, view, given, id="V-late")["errors"]["why"]
    assert desk.desk.tickets.show(ticket.reference).status is not Status.RESOLVED
    given["why"] = typed("The archive was closed")
    assert submit(desk, OFFICER, view, given, id="V-late") == {}

    def resolved() -> bool:
        return desk.desk.tickets.show(ticket.reference).status is Status.RESOLVED

    until(resolved, "it is resolved")
    event = desk.desk.tickets.show(ticket.reference).events[-1]
    assert (event.who, event.what, event.why) == (WHO, "resolve", "The archive was closed")


def test_a_card_is_brought_up_to_date_in_place(desk: Office) -> None:
    ticket, _card = ticket_with_card(desk)
    desk.desk.tickets.take(ticket.reference, Step.ACKNOWLEDGE, who="console")

    def shown() -> list[str]:
        cards = [*desk.slack.direct(OFFICER), *desk.slack.messages(OFFICERS_CHANNEL)]
        return [render(c.body["blocks"]) for c in cards]

    until(lambda: all("Acknowledged" in s for s in shown()), "both cards show it")
    assert len(shown()) == 2
    assert all("console acknowledged it" in s for s in shown())


def test_a_stale_button_says_what_happened_since(desk: Office) -> None:
    ticket, card = ticket_with_card(desk)
    old = Posted(card.channel, card.ts, dict(card.body), card.at)
    desk.desk.tickets.take(ticket.reference, Step.ACKNOWLEDGE, who=f"slack:{DEPUTY}")
    desk.desk.own.add(ticket.reference, "They called again.")
    press(desk, old, "acknowledge")
    shown = render_view(modal(desk))
    assert "Too late for this" in shown
    assert "requester added something" in shown
    assert "They called again" not in shown
    assert f"<@{DEPUTY}> acknowledged it" in shown


def test_of_two_officers_one_wins_and_the_other_keeps_their_words(desk: Office) -> None:
    ticket, card = ticket_with_card(desk)
    press(desk, card, "reply")
    view = modal(desk)
    desk.desk.tickets.take(ticket.reference, Step.ACKNOWLEDGE, who=f"slack:{DEPUTY}")
    submit(desk, OFFICER, view, {"text": typed("My long reply"), "why": typed("")})
    told = whispered(desk)
    assert "not done" in told
    assert "My long reply" in told
    assert desk.desk.tickets.show(ticket.reference).status is Status.ACKNOWLEDGED


def test_an_extension_is_for_access_requests_and_needs_the_laws_reason(desk: Office) -> None:
    ticket, card = ticket_with_card(desk, Kind.ACCESS)
    until_day = max(c.promised for c in ticket.clocks) + timedelta(days=10)
    day = {"type": "datepicker", "selected_date": until_day.isoformat()}
    take(desk, card, "extend",
         {"reason": picked("consultations"), "until": day, "why": typed("the lawyer")})  # fmt: skip
    assert "notified" in whispered(desk)
    shown = desk.desk.tickets.show(ticket.reference)
    assert shown.fact("extension") is not None


def test_a_snooze_ends_on_a_later_day_and_a_note_is_sent_to_nobody(desk: Office) -> None:
    ticket, card = ticket_with_card(desk)
    today = {"type": "datepicker", "selected_date": "2020-01-01"}
    press(desk, card, "snooze")
    refused = submit(desk, OFFICER, modal(desk), {"until": today, "why": typed("busy")})
    assert refused["errors"] == {"until": "Please choose a day after today."}
    press(desk, card, "note")
    submit(desk, OFFICER, modal(desk, 2), {"text": typed("Called her twice")}, id="V-note")
    assert "sent to nobody" in whispered(desk)
    shown = desk.desk.tickets.show(ticket.reference)
    assert [event.what for event in shown.events][-1] == "note"
    assert desk.slack.direct(ALICE) == []


def test_nobody_but_the_officers_can_take_a_step(desk: Office) -> None:
    ticket, card = ticket_with_card(desk)
    press(desk, card, "acknowledge", user=ALICE)
    until(lambda: desk.slack.responses, "a refusal")
    assert "Only the Privacy Officer" in desk.slack.responses[-1][1]["text"]
    press(desk, card, "acknowledge")
    submit(desk, ALICE, modal(desk), {"why": typed("")}, id="V-forged")
    assert "Only the Privacy Officer" in whispered(desk)
    assert desk.desk.tickets.show(ticket.reference).status is Status.RECEIVED


def test_members_of_a_channel_that_is_not_private_are_no_officers(desk: Office) -> None:
    desk.slack.members[OFFICERS_CHANNEL].append(ALICE)
    assert desk.notifier.roster.is_officer(ALICE)
    desk.slack.channels[OFFICERS_CHANNEL]["is_private"] = False
    desk.notifier.roster._members = None
    desk.notifier.roster._roles.clear()
    assert not desk.notifier.roster.is_officer(ALICE)
    assert desk.notifier.roster.is_officer(OFFICER)


@pytest.mark.parametrize(
    ("about", "why"),
    [
        ({"deleted": True}, "deactivated"),
        ({"is_restricted": True}, "a guest or an outsider"),
        ({"team_id": "T0OTHER"}, "a guest or an outsider"),
    ],
)
def test_who_left_or_is_no_member_is_skipped_for_good_and_reported(
    desk: Office, about: dict[str, Any], why: str
) -> None:
    ticket = file(desk.desk)
    desk.slack.users[OFFICER].update(about)
    with pytest.raises(NoticeError) as refused:
        desk.notifier.send(card_notice(ticket))
    assert refused.value.permanent
    assert desk.slack.direct(OFFICER) == []
    assert why in desk.notifier.problems([OFFICER, DEPUTY])[0]


@pytest.mark.parametrize("about", [{"is_private": False}, {"is_ext_shared": True}])
def test_no_card_stands_in_a_channel_that_others_read(desk: Office, about: dict[str, Any]) -> None:
    ticket = file(desk.desk)
    desk.slack.channels[OFFICERS_CHANNEL].update(about)
    desk.notifier.send(card_notice(ticket))
    assert len(desk.slack.direct(OFFICER)) == 1
    with pytest.raises(NoticeError) as refused:
        desk.notifier.send(card_notice(ticket, OFFICERS_CHANNEL))
    assert refused.value.permanent
    assert "no private channel" in desk.notifier.problems([OFFICER])[0]
    desk.notifier.outbox.flush()
    assert desk.slack.messages(OFFICERS_CHANNEL) == []


def test_of_whom_slack_says_nothing_nothing_is_assumed(desk: Office) -> None:
    ticket = file(desk.desk)
    desk.slack.faults["users.info"].extend([Fault(error="missing_scope")] * 5)
    desk.notifier.send(card_notice(ticket))
    assert len(desk.slack.direct(OFFICER)) == 1


def test_a_notice_is_posted_once_however_often_it_is_sent(desk: Office) -> None:
    ticket = file(desk.desk)
    notice = card_notice(ticket)
    desk.slack.faults["chat.postMessage"].append(Fault(drop=True))
    with pytest.raises(NoticeError) as unknown:
        desk.notifier.send(notice)
    assert not unknown.value.permanent
    assert desk.notifier.has(notice)
    desk.notifier.send(notice)
    assert len(desk.slack.direct(OFFICER)) == 1


@pytest.mark.parametrize("user", [ALICE, GUEST, STRANGER])
def test_letters_reach_a_requester_in_slack(desk: Office, user: str) -> None:
    letter = Notice(
        key="1:requester:reply:1", to=f"slack:T0DESK:{user}", sort=Sort.LETTER,
        subject="PD-7K3M-9QXD: Our reply to your request", text="We are sorry. <!channel>",
    )  # fmt: skip
    desk.notifier.send(letter)
    [told] = desk.slack.direct(user)
    assert "Our reply to your request" in told.text
    assert "&lt;!channel&gt;" in told.text


def home_of(desk: Office, count: int = 1) -> dict[str, Any]:
    until(lambda: len(desk.slack.called("views.publish")) >= count, "a Home")
    return desk.slack.homes[OFFICER]


def test_the_officers_home_lists_overdue_first_with_words_counts_and_filters(
    desk: Office,
) -> None:
    now = desk.store.now()
    fresh = file(desk.desk, received_at=now - timedelta(minutes=1))
    late = file(desk.desk, received_at=now - timedelta(days=60))
    opened = {"type": "app_home_opened", "user": OFFICER, "tab": "home", "channel": "D0OFFICER"}
    desk.send.event(opened, "Ev-officer-home")
    home = home_of(desk)
    shown = render_view(home)
    assert shown.index(late.reference) < shown.index(fresh.reference)
    assert "*2* open" in shown
    assert "overdue by" in shown
    menu = next(b["accessory"] for b in home["blocks"] if "accessory" in b)
    option = next(o for o in menu["options"] if o["value"] == "late")
    desk.send.press(OFFICER, menu, selected_option=option)
    filtered = render_view(home_of(desk, 2))
    assert fresh.reference not in filtered
    assert late.reference in filtered


def test_buttons_name_ticket_and_version(desk: Office) -> None:
    ticket, card = ticket_with_card(desk)
    values = {
        e["value"] for b in card.body["blocks"] if b["type"] == "actions" for e in b["elements"]
        if "value" in e
    }  # fmt: skip
    assert [json.loads(v) for v in values] == [{"r": ticket.reference, "v": ticket.version}]
