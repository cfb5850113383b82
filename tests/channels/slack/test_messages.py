"""Direct messages and mentions: answered once, where they belong, and to whom they belong."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from structlog.testing import capture_logs

from bot.conversation import AssistantError, TurnRequest
from bot.domain.people import Role
from bot.domain.replies import QuickReply, Reply
from bot.store.tables import conversations, slack_inbox
from tests.channels.slack.office import Office, quoting, until
from tests.fakes import slack as fake
from tests.fakes.assistant import saying
from tests.fakes.desks import shipped_library
from tests.fakes.slack import ALICE, BOB, GENERAL, GUEST, OFFICER, STRANGER, Fault


def roles_of(desk: Office) -> dict[str, str]:
    with desk.store.reading() as connection:
        rows = connection.execute(conversations.select()).mappings()
        return {row["person"].rpartition(":")[2]: row["role"] for row in rows}


def test_a_question_is_answered_with_the_clause_its_number_and_a_link(desk: Office) -> None:
    desk.write(ALICE, "When do you need my consent?")
    [answer] = desk.answers(ALICE)
    assert "Clause 3.6" in answer.text
    assert any("https://desk.example/policy#3.6" in str(b) for b in answer.body["blocks"])
    assert answer.body["unfurl_links"] is False
    assert answer.body["metadata"]["event_payload"].keys() == {"outbox_id"}


@pytest.mark.parametrize(
    ("user", "role"),
    [
        (ALICE, Role.EMPLOYEE),
        (OFFICER, Role.OFFICER),
        (GUEST, Role.CUSTOMER),
        (STRANGER, Role.CUSTOMER),
    ],
)
def test_guests_and_connected_workspaces_are_customers(desk: Office, user: str, role: Role) -> None:
    desk.write(user, "May I tell the police where a customer lives?")
    desk.answers(user)
    assert roles_of(desk)[user] == role


def test_an_event_sent_four_times_at_once_is_answered_once(desk: Office) -> None:
    event = fake.message_event(ALICE, "How long do you keep it?", desk.slack.new_ts())
    retries = [{}, *({"X-Slack-Retry-Num": str(n)} for n in (1, 0, 2))]
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda h: desk.send.event(event, "Ev-same", h), retries))
    assert {answer.status_code for answer in told} == {200}
    desk.answers(ALICE)
    desk.write(ALICE, "And this one?")
    desk.answers(ALICE, 2)
    assert len(desk.slack.direct(ALICE)) == 2
    assert len(desk.assistant.heard) == 2


def test_a_message_that_comes_as_event_and_from_the_history_is_one(desk: Office) -> None:
    ts = desk.write(ALICE, "Once only")
    event = fake.message_event(ALICE, "Once only", ts)
    assert desk.send.event(event, "Ev-another-id").status_code == 200
    desk.answers(ALICE)
    assert len(desk.assistant.heard) == 1


def test_it_is_shown_that_the_desk_works_on_it(desk: Office) -> None:
    ts = desk.write(ALICE, "When do you need my consent?")
    desk.answers(ALICE)
    shown = until(lambda: desk.slack.called("assistant.threads.setStatus"), "the status")[0].body
    assert (shown["thread_ts"], shown["status"]) == (ts, "is looking it up in the policy…")


def test_where_slack_knows_no_agents_it_is_a_plain_bot(desk: Office) -> None:
    for method in ("setStatus", "setSuggestedPrompts"):
        desk.slack.faults[f"assistant.threads.{method}"].extend([Fault(error="unknown_method")] * 9)
    opened = {"type": "app_home_opened", "user": ALICE, "tab": "messages", "channel": "D0ALICE"}
    desk.send.event(opened, "Ev-opened")
    desk.answers(ALICE)
    until(lambda: desk.slack.called("assistant.threads.setSuggestedPrompts"), "prompts")
    desk.write(ALICE, "When do you need my consent?")
    assert "Clause 3.6" in desk.answers(ALICE, 2)[-1].text


def test_threads_of_a_direct_message_are_conversations_of_their_own(desk: Office) -> None:
    desk.write(ALICE, "one", thread_ts="1.1")
    desk.write(ALICE, "two", thread_ts="2.2")
    desk.write(ALICE, "three", thread_ts="1.1")
    answers = desk.answers(ALICE, 3)
    assert {answer.body["thread_ts"] for answer in answers} == {"1.1", "2.2"}
    senders = {turn.text: turn.metadata["conversation"] for turn in desk.assistant.heard}
    assert senders["one"] == senders["three"] != senders["two"]


def test_bots_edits_and_joins_are_not_worked_on(desk: Office) -> None:
    for more in ({"bot_id": "B1"}, {"subtype": "message_changed"}, {"subtype": "channel_join"}):
        event = fake.message_event(ALICE, "not for you", desk.slack.new_ts(), **more)
        assert desk.send.event(event, f"Ev-{more}").status_code == 200
    with desk.store.reading() as connection:
        assert connection.execute(slack_inbox.select()).first() is None


def test_card_numbers_are_masked_before_they_are_stored_and_it_is_said(desk: Office) -> None:
    desk.write(ALICE, "My card is 4111 1111 1111 1111, you charged it twice")
    answers = desk.answers(ALICE, 2)
    assert "I masked it" in answers[0].text
    assert "4111" not in desk.assistant.heard[0].text


def test_what_is_done_keeps_no_words(desk: Office) -> None:
    desk.write(ALICE, "My neighbour reads my bills")
    desk.answers(ALICE)

    def wiped() -> bool:
        with desk.store.reading() as connection:
            row = connection.execute(slack_inbox.select()).mappings().one()
        return (row["state"], row["text"], row["data"]) == ("done", "", {})

    until(wiped, "the row is wiped")


def test_text_of_a_person_cannot_ring_or_link(desk: Office) -> None:
    desk.assistant.lines = [
        saying("You wrote “<!channel> <https://evil.example|bank> <@U1> & *x*”")
    ]
    desk.write(ALICE, "&lt;!channel&gt; hello")
    [answer] = desk.answers(ALICE)
    assert "&lt;!channel&gt;" in answer.text
    assert answer.body["blocks"][0]["text"]["type"] == "plain_text"
    assert desk.assistant.heard[0].text == "<!channel> hello"


def test_a_quick_reply_goes_on_in_the_conversation_it_stands_in(desk: Office) -> None:
    asked = Reply("Shall I?", quick_replies=(QuickReply("Yes", "/affirm_request"),))
    desk.assistant.lines = [[asked.to_json()], saying("Done.")]
    desk.write(ALICE, "please")
    [answer] = desk.answers(ALICE)
    [yes] = next(b for b in answer.body["blocks"] if b["type"] == "actions")["elements"]
    assert desk.send.press(ALICE, yes, answer).status_code == 200
    desk.answers(ALICE, 2)
    first, second = desk.assistant.heard
    assert second.text == "/affirm_request"
    assert second.metadata["conversation"] == first.metadata["conversation"]


def test_a_slow_answer_is_apologized_for_and_comes_late_once(desk: Office) -> None:
    desk.assistant.lines = [away, quoting()]
    desk.talk.patience = desk.talk.patience / 20
    desk.write(ALICE, "Are you there?")
    [apology] = desk.answers(ALICE)
    assert "takes longer" in apology.text
    asyncio.run(desk.talk.catch_up())
    _, answer = desk.answers(ALICE, 2)
    assert answer.text.startswith("This is the answer to a message of yours that had to wait")
    assert "Clause 3.6" in answer.text


async def away(_request: TurnRequest) -> list[dict[str, object]]:
    raise AssistantError


def mention(desk: Office, user: str, text: str) -> str:
    ts = desk.slack.new_ts()
    sent = desk.send.event(fake.mention_event(user, text, ts), f"Ev{ts}")
    assert sent.status_code == 200
    return ts


def test_a_mention_is_answered_in_its_thread_without_buttons(desk: Office) -> None:
    ts = mention(desk, ALICE, "when do you need consent?")
    [answer] = until(lambda: desk.slack.messages(GENERAL), "an answer in the channel")
    assert answer.body["thread_ts"] == ts
    assert not [b for b in answer.body["blocks"] if b["type"] == "actions"]
    assert desk.assistant.heard[0].text == "when do you need consent?"


def test_what_is_personal_is_answered_to_that_person_alone_and_goes_on_in_private(
    desk: Office,
) -> None:
    desk.assistant.lines = [
        [Reply("I am sorry this happened.", intent="complaint").to_json()],
        saying("What happened?"),
    ]
    mention(desk, ALICE, "I want to complain, my manager read my file")
    [whisper] = until(lambda: desk.slack.whispers, "a word to Alice alone")
    assert whisper.user == ALICE
    assert desk.slack.messages(GENERAL) == []
    [go_on] = next(b for b in whisper.body["blocks"] if b["type"] == "actions")["elements"]
    desk.send.press(ALICE, go_on, channel=GENERAL)
    [answer] = desk.answers(ALICE)
    assert answer.text == "What happened?"
    first, second = desk.assistant.heard
    assert second.text == first.text
    assert second.metadata["received_at"] == first.metadata["received_at"]
    assert second.metadata["conversation"] != first.metadata["conversation"]


def test_a_mention_that_must_wait_is_apologized_for_in_private_and_answered_in_its_thread(
    desk: Office,
) -> None:
    desk.assistant.lines = [away, quoting()]
    desk.talk.patience = desk.talk.patience / 20
    ts = mention(desk, ALICE, "when do you need consent?")
    [whisper] = until(lambda: desk.slack.whispers, "an apology to Alice alone")
    assert "takes longer" in whisper.text
    asyncio.run(desk.talk.catch_up())
    [answer] = until(lambda: desk.slack.messages(GENERAL), "the answer in the channel")
    assert answer.body["thread_ts"] == ts
    assert answer.text.startswith("This is the answer to a message of yours that had to wait")
    assert "Clause 3.6" in answer.text


def test_what_turns_out_to_be_personal_late_is_told_to_that_person_alone(desk: Office) -> None:
    personal = [Reply("I am sorry this happened.", intent="complaint").to_json()]
    desk.assistant.lines = [away, personal]
    desk.talk.patience = desk.talk.patience / 20
    mention(desk, ALICE, "my manager read my file")
    until(lambda: desk.slack.whispers, "an apology to Alice alone")
    asyncio.run(desk.talk.catch_up())
    _, late = until(lambda: desk.slack.whispers[1:] and desk.slack.whispers, "a second word")
    assert "go on in a direct message" in late.text
    assert desk.slack.messages(GENERAL) == []


def test_a_number_that_was_masked_is_spoken_of_in_no_channel(desk: Office) -> None:
    mention(desk, ALICE, "you charged 4111 1111 1111 1111, when do you need consent?")
    [whisper] = until(lambda: desk.slack.whispers, "a word to Alice alone")
    [go_on] = next(b for b in whisper.body["blocks"] if b["type"] == "actions")["elements"]
    desk.send.press(ALICE, go_on, channel=GENERAL)
    first, second = desk.answers(ALICE, 2)
    assert "I masked it" in first.text
    assert "Clause 3.6" in second.text
    assert desk.slack.messages(GENERAL) == []


def test_nobody_else_can_take_over_what_was_written_in_a_channel(desk: Office) -> None:
    desk.assistant.lines = [[Reply("About you.", intent="complaint").to_json()], saying("no")]
    mention(desk, ALICE, "I want to complain about my manager")
    [whisper] = until(lambda: desk.slack.whispers, "a word to Alice alone")
    [go_on] = next(b for b in whisper.body["blocks"] if b["type"] == "actions")["elements"]
    desk.send.press(BOB, go_on, channel=GENERAL)
    desk.write(BOB, "hello")
    desk.answers(BOB)
    assert [turn.text for turn in desk.assistant.heard][1:] == ["hello"]


def test_feedback_takes_the_place_of_its_question(desk: Office) -> None:
    desk.write(ALICE, "When do you need consent?")
    [answer] = desk.answers(ALICE)
    feedback = next(b for b in answer.body["blocks"] if b.get("block_id") == "feedback")
    with capture_logs() as written:
        desk.send.press(ALICE, feedback["elements"][0], answer, block_id="feedback")
        [(_, body)] = until(lambda: desk.slack.responses, "thanks")
        until(lambda: [w for w in written if w["event"] == "answer_rated"], "it is noted")
    [noted] = [w for w in written if w["event"] == "answer_rated"]
    assert noted == {
        "event": "answer_rated", "log_level": "info", "helpful": True, "intent": "consent",
        "clauses": ["3.6"],
    }  # fmt: skip
    assert body["replace_original"] is True
    # Where blocks are not shown the answer is still there.
    assert shipped_library().policy.get("3.6").text[:200] in body["text"]
    assert body["text"].endswith("You said that this was helpful.")
    assert "helpful" in json.dumps(body["blocks"][-1])
    assert not [b for b in body["blocks"] if b.get("block_id") == "feedback"]
