"""The real app, desk and Rasa behind a workspace: asked, complained, resolved, told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bot.training import Model, copy_model
from tests.e2e.running import RunningDesk, until
from tests.fakes import slack as fake
from tests.fakes.slack import (
    ALICE,
    OFFICER,
    Deliverer,
    FakeSlack,
    Posted,
    picked,
    running_slack,
    typed,
)

pytestmark = pytest.mark.processes


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with running_slack() as workspace:
        yield workspace
        assert workspace.refused == []


@pytest.fixture
def slack_desk(model: Model, slack: FakeSlack, tmp_path: Path) -> Iterator[RunningDesk]:
    home = tmp_path / "slack-home"
    copy_model(model, home)
    running = RunningDesk(
        home,
        {
            "SLACK_MODE": "http", "SLACK_BOT_TOKEN": fake.BOT_TOKEN,
            "SLACK_SIGNING_SECRET": fake.SECRET, "SLACK_API_URL": slack.url,
            "SLACK_OFFICER": OFFICER, "SLACK_DEPUTY": fake.DEPUTY,
            "SLACK_CHANNEL": fake.OFFICERS_CHANNEL,
        },
    )  # fmt: skip
    try:
        running.start()
        yield running
    finally:
        running.stop()


def pressed(send: Deliverer, user: str, card: Posted, action: str) -> None:
    button = next(
        e for b in card.body["blocks"] if b["type"] == "actions" for e in b["elements"]
        if e["action_id"] == action
    )  # fmt: skip
    assert send.press(user, button, card).status_code == 200


def submitted(send: Deliverer, slack: FakeSlack, user: str, count: int, given: Mapping[str, object]
              ) -> None:  # fmt: skip
    until(lambda: len(slack.modals) >= count, 20, "a form opens")
    assert send.submit(user, slack.modals[count - 1], given, f"V{count}").status_code == 200


def test_an_employee_asks_and_complains_and_the_officer_deals_with_it(
    slack_desk: RunningDesk, slack: FakeSlack
) -> None:
    send = Deliverer(slack_desk.base_url, slack.url)
    event = fake.message_event(ALICE, "How long do you keep my data?", slack.new_ts())
    assert send.event(event, "Ev1").status_code == 200
    [answer] = until(lambda: slack.direct(ALICE), 30, "an answer")
    assert "Clause " in answer.text

    assert send.command(ALICE, "complaint").status_code == 200
    complaint = {
        "what": typed("My manager read my customer file aloud in the shop"),
        "when": typed("last Tuesday"),
        "reach": typed("416 555 0134"),
    }
    submitted(send, slack, ALICE, 1, complaint)
    receipt = until(lambda: slack.direct(ALICE)[1:], 30, "a receipt")[0]
    assert "Your complaint is filed." in receipt.text

    slack_desk.move_clock("P3D")  # The word of a new request waits for the office to open.
    card = until(lambda: slack.direct(OFFICER), 60, "a card for the officer")[0]
    assert "My manager" not in str(card.body)
    pressed(send, OFFICER, card, "step:acknowledge")
    submitted(send, slack, OFFICER, 2, {"why": typed("mine")})
    until(lambda: "Acknowledged" in str(card.body["blocks"]), 30, "the card shows it")
    pressed(send, OFFICER, card, "step:reply")
    submitted(send, slack, OFFICER, 3, {"text": typed("We have spoken with your manager.")})
    told = until(
        lambda: [p for p in slack.direct(ALICE) if "spoken with your manager" in p.text],
        60, "the requester is told",
    )  # fmt: skip
    assert len(told) == 1
    until(lambda: "Answered" in str(card.body["blocks"]), 30, "the card shows the reply")
    pressed(send, OFFICER, card, "step:resolve")
    submitted(
        send, slack, OFFICER, 4,
        {"justified": picked("no"), "why": typed("settled"), "measures": typed("")},
    )  # fmt: skip
    until(lambda: "Resolved" in str(card.body["blocks"]), 30, "the card shows the end")
    listed = slack_desk.run("ticket", "list", "--json")
    assert listed.returncode == 0, listed.stderr
    send.client.close()
