"""Rasa dead, frozen, or answering nothing: an honest sentence in time, nothing lost, one answer."""

from __future__ import annotations

import os
import secrets
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.conversation import APOLOGY
from bot.store.tables import inbox, tickets
from tests.e2e.running import RunningDesk, until

pytestmark = pytest.mark.processes

QUESTION = "How long do you keep my data?"
# Rasa alone takes half a minute to start again on an idle machine.
LATE_SECONDS = 240.0


def late_answer(desk: RunningDesk, said: dict[str, Any]) -> dict[str, Any]:
    """The message with the answer that came after the apology."""

    def answered() -> dict[str, Any] | None:
        messages = desk.history(said["token"], after=said["number"] - 1)
        return messages[0] if messages[0]["replies"] is not None else None

    found = until(answered, LATE_SECONDS, "the late answer")
    assert found is not None
    return found


def quoted(replies: list[dict[str, Any]]) -> list[str]:
    return [clause["id"] for reply in replies for clause in reply["clauses"]]


def tickets_of(desk: RunningDesk, conversation: str) -> int:
    chosen = select(func.count()).where(tickets.c.conversation_id == conversation)
    with desk.store.reading() as connection:
        count: int = connection.execute(chosen).scalar_one()
    return count


def complaint_up_to_confirmation(desk: RunningDesk) -> str:
    """A complaint with every answer given; returns the conversation's token."""
    desk.wait_until_ready()
    token: str = desk.say(payload="/request_complaint")["token"]
    for answer in (
        "Your agent read my unpaid bill aloud at the counter in front of other people",
        "I don't know",
        "anna@example.ca",
    ):
        said = desk.say(answer, token=token)
    assert said["waiting_for"] == "complaint.confirm"
    return token


def test_a_frozen_rasa_is_admitted_and_its_answer_comes_late_and_once(desk: RunningDesk) -> None:
    desk.stop_rasa()
    try:
        said = desk.say(QUESTION)
    finally:
        desk.continue_rasa()
    assert said["pending"]
    assert [reply["text"] for reply in said["replies"]] == [APOLOGY]
    late = late_answer(desk, said)
    assert late["late"]
    assert quoted(late["replies"])
    assert late["text"] == QUESTION


def test_a_killed_rasa_loses_nothing(desk: RunningDesk) -> None:
    before = desk.kill_rasa()
    said = desk.say(QUESTION)
    assert said["pending"]
    assert [reply["text"] for reply in said["replies"]] == [APOLOGY]
    late = late_answer(desk, said)
    assert quoted(late["replies"])
    assert desk.rasa_pid != before
    desk.wait_until_ready()


def test_a_confirmation_that_rasa_dies_under_files_one_ticket(desk: RunningDesk) -> None:
    token = complaint_up_to_confirmation(desk)
    desk.stop_rasa()
    said = desk.say(payload="/affirm_request", token=token)
    desk.kill_rasa()
    late = late_answer(desk, said)
    assert [reply["ticket"]["kind"] for reply in late["replies"] if reply["ticket"]] == [
        "complaint"
    ]
    assert tickets_of(desk, said["conversation"]) == 1
    desk.wait_until_ready()


def test_the_same_confirmation_twice_is_one_answer_and_one_ticket(desk: RunningDesk) -> None:
    token = complaint_up_to_confirmation(desk)
    key = secrets.token_hex(8)
    with ThreadPoolExecutor() as pool:
        twice = [
            pool.submit(desk.say, payload="/affirm_request", token=token, key=key) for _ in range(2)
        ]
        first, second = (said.result() for said in twice)
    assert first["number"] == second["number"]
    assert first["replies"] == second["replies"]
    assert tickets_of(desk, first["conversation"]) == 1


def test_the_same_message_twice_is_stored_once(desk: RunningDesk) -> None:
    key = secrets.token_hex(8)
    token = desk.say("Hello")["token"]
    first = desk.say(QUESTION, token=token, key=key)
    again = desk.say(QUESTION, token=token, key=key)
    assert first["replies"] == again["replies"]
    with desk.store.reading() as connection:
        count = connection.execute(
            select(func.count()).where(
                inbox.c.conversation_id == first["conversation"], inbox.c.text == QUESTION
            )
        ).scalar_one()
    assert count == 1


def test_an_action_server_that_dies_is_admitted(desk: RunningDesk) -> None:
    """Rasa then answers `[]`: a failure, and no answer."""
    os.kill(desk.pid("actions"), signal.SIGKILL)
    said = desk.say(QUESTION)
    found = late_answer(desk, said) if said["pending"] else said
    assert quoted(found["replies"])


def test_a_message_nobody_answers_becomes_an_inquiry(desk: RunningDesk) -> None:
    desk.stop_rasa()
    try:
        said = desk.say("Who can see my call records, please?")
        assert said["pending"]
        desk.move_clock("PT16M")
        late = late_answer(desk, said)
    finally:
        desk.continue_rasa()
    filed = [reply["ticket"] for reply in late["replies"] if reply["ticket"]]
    assert [ticket["kind"] for ticket in filed] == ["inquiry"]
    assert filed[0]["reference"] in late["replies"][0]["text"]
    desk.wait_until_ready()
    assert tickets_of(desk, said["conversation"]) == 1
