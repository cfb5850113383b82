"""What comes in: signed, in time, stored before it is acknowledged, whatever state Slack is in."""

from __future__ import annotations

import hmac
import json
import logging
import time
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from bot.channels.slack import blocks as kit
from bot.channels.slack.request_form import request_modal
from bot.domain.slack import Arrival
from bot.store.db import Store
from bot.store.slack_inbox import SlackInbox
from bot.store.slack_posts import SlackPosts
from bot.store.tables import slack_inbox, slack_marks
from tests.channels.slack.office import Office, office, shipped_forms, until
from tests.fakes import slack as fake
from tests.fakes.slack import ALICE, BOB, OFFICER, FakeSlack, Fault, typed


def rows(store: Store) -> int:
    with store.reading() as connection:
        count: int = connection.execute(select(func.count()).select_from(slack_inbox)).scalar_one()
    return count


def body(text: str = "Mabel Loomis asks") -> str:
    event = fake.message_event(ALICE, text, f"{time.time():.6f}")
    return json.dumps(fake.event_body(event, "Ev-signed"))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (lambda b: fake.signed(b, secret="another"), 401),
        (lambda b: fake.signed(b, at=time.time() - 301), 401),
        (lambda b: fake.signed(b, at=time.time() + 301), 401),
        (lambda b: {}, 401),
        (lambda b: {**fake.signed(b), "X-Slack-Request-Timestamp": "soon"}, 401),
        (lambda b: {**fake.signed(b), "X-Slack-Signature": "v0=00"}, 401),
    ],
)  # fmt: skip
def test_what_slack_did_not_sign_is_refused_and_logged_without_a_word(
    desk: Office, caplog: pytest.LogCaptureFixture, headers: object, status: int
) -> None:
    caplog.set_level(logging.DEBUG)
    text = body()
    made = headers(text)  # type: ignore[operator]
    sent = {"Content-Type": "application/json", **made}
    answered = desk.send.client.post(
        f"{desk.send.app_url}/slack/events", content=text, headers=sent
    )
    assert answered.status_code == status
    assert rows(desk.store) == 0
    assert "Mabel" not in caplog.text


def test_the_address_is_verified_as_slack_asks(desk: Office) -> None:
    asked = json.dumps({"type": "url_verification", "challenge": "abc", "token": "x"})
    answered = desk.send._post(asked, "application/json")
    assert answered.json() == {"challenge": "abc"}
    assert rows(desk.store) == 0


def test_what_cannot_be_stored_is_asked_for_again_and_the_retry_is_taken(
    desk: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    event = fake.message_event(ALICE, "Mabel Loomis asks", desk.slack.new_ts())

    def down(*_arguments: object, **_more: object) -> bool:
        raise OperationalError("insert", {"text": "Mabel Loomis asks"}, Exception("locked"))

    with monkeypatch.context() as broken:
        broken.setattr(SlackInbox, "receive", down)
        assert desk.send.event(event, "Ev-retried").status_code == 500
    retried = desk.send.event(
        event, "Ev-retried", {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
    )
    assert retried.status_code == 200
    desk.answers(ALICE)
    assert rows(desk.store) == 1
    assert "Mabel" not in caplog.text


def test_slack_down_at_the_start_loses_nothing(slack: FakeSlack, sqlite_store: Store) -> None:
    for method in ("auth.test", "users.info", "conversations.list", "chat.postMessage"):
        slack.faults[method].extend([Fault(status=503)])
    with office(slack, sqlite_store) as desk:
        desk.write(ALICE, "Are you up?")
        assert rows(sqlite_store) == 1
        [answer] = desk.answers(ALICE)
        assert "Clause 3.6" in answer.text


def test_no_acknowledgement_waits_for_slack(slack: FakeSlack, sqlite_store: Store) -> None:
    methods = ("auth.test", "users.info", "conversations.list", "chat.postMessage", "views.open",
               "assistant.threads.setStatus", "respond")  # fmt: skip
    for method in methods:
        slack.faults[method].extend([Fault(delay=4.0)] * 30)
    event = fake.message_event(ALICE, "Quick?", slack.new_ts())
    button = kit.button("Open", "open:complaint", "complaint:")
    shortcut = {"type": "shortcut", "callback_id": "report_incident", "user": {"id": ALICE}}
    form = request_modal(shipped_forms("forms")["complaint"], source="k")
    given = {"what": typed("A clerk read my bill"), "when": typed("last Tuesday"),
             "reach": typed("pat@example.ca")}  # fmt: skip
    with office(slack, sqlite_store) as desk:
        sends: list[Callable[[], httpx.Response]] = [
            lambda: desk.send.event(event, "Ev-quick"),
            lambda: desk.send.command(ALICE, "complaint"),
            lambda: desk.send.command(ALICE, "frobnicate"),
            lambda: desk.send.press(ALICE, button),
            lambda: desk.send.interact(shortcut),
            lambda: desk.send.submit(ALICE, form, given, "V-quick"),
            lambda: desk.send.submit(ALICE, form, {}, "V-empty"),
        ]
        for send in sends:
            began = time.monotonic()
            assert send().status_code == 200
            assert time.monotonic() - began < 2.0
        for method in methods:
            slack.faults[method].clear()


def test_a_token_that_was_rotated_is_read_again(slack: FakeSlack, sqlite_store: Store) -> None:
    tokens = [fake.BOT_TOKEN]
    with office(slack, sqlite_store, token=lambda: tokens[-1]) as desk:
        desk.write(ALICE, "one")
        desk.answers(ALICE)
        slack.tokens = {"xoxb-two", fake.APP_TOKEN}
        tokens.append("xoxb-two")
        desk.write(ALICE, "two")
        desk.answers(ALICE, 2)
        assert slack.called("chat.postMessage")[-1].token == "xoxb-two"


def test_a_signing_secret_that_was_rotated_is_read_again(
    slack: FakeSlack, sqlite_store: Store
) -> None:
    secrets = [fake.SECRET]
    with office(slack, sqlite_store, secret=lambda: secrets[-1]) as desk:

        def deliver(secret: str) -> int:
            text = body()
            headers = {"Content-Type": "application/json", **fake.signed(text, secret=secret)}
            address = f"{desk.send.app_url}/slack/events"
            return desk.send.client.post(address, content=text, headers=headers).status_code

        assert deliver(fake.SECRET) == 200
        secrets.append("rotated")
        assert [deliver("rotated"), deliver("rotated"), deliver(fake.SECRET)] == [200, 200, 401]


def test_without_a_secret_nothing_is_taken(slack: FakeSlack, sqlite_store: Store) -> None:
    with office(slack, sqlite_store, secret=lambda: "") as desk:
        text, stamp = body(), str(int(time.time()))
        by_nobody = hmac.new(b"", f"v0:{stamp}:{text}".encode(), "sha256").hexdigest()
        answered = desk.send.client.post(
            f"{desk.send.app_url}/slack/events", content=text,
            headers={"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={by_nobody}"},
        )  # fmt: skip
        assert answered.status_code == 401
    assert rows(sqlite_store) == 0


def test_the_secret_is_not_read_again_for_every_nonsense(
    slack: FakeSlack, sqlite_store: Store
) -> None:
    read: list[str] = []

    def secret() -> str:
        read.append("once more")
        return fake.SECRET

    with office(slack, sqlite_store, secret=secret) as desk:
        text = body()
        for _ in range(3):
            answered = desk.send.client.post(
                f"{desk.send.app_url}/slack/events", content=text,
                headers=fake.signed(text, secret="nonsense"),
            )  # fmt: skip
            assert answered.status_code == 401
    assert len(read) == 2


def test_after_an_outage_what_was_written_is_answered_once_and_said_to_be_late(
    slack: FakeSlack, sqlite_store: Store
) -> None:
    with office(slack, sqlite_store) as desk:
        desk.write(ALICE, "before")
        desk.answers(ALICE)
        until(lambda: desk.posts.silence() is not None, "the desk says that it listens")
    written = time.time() - 1200
    with sqlite_store.transaction() as connection:
        at = sqlite_store.now(connection) - timedelta(minutes=30)
        connection.execute(slack_marks.update().values(at=at))
    for user in (ALICE, BOB):
        slack.write(user, f"from {user}", at=written)
    with office(slack, sqlite_store) as desk:
        late = desk.answers(ALICE, 3)[-1]
        assert late.text.startswith("This is the answer to a message of yours that had to wait")
        desk.answers(BOB, 2)
        heard = {turn.text: turn.metadata["received_at"] for turn in desk.assistant.heard}
        assert set(heard) == {f"from {ALICE}", f"from {BOB}"}
        desk.write(OFFICER, "now")
        desk.answers(OFFICER)
        assert len(slack.direct(BOB)) == 2


def test_after_an_outage_threads_under_older_messages_are_read_as_well(
    slack: FakeSlack, sqlite_store: Store
) -> None:
    old = slack.write(ALICE, "long ago", at=time.time() - 5 * 86_400)
    slack.write(ALICE, "answered then", at=time.time() - 5 * 86_400 + 60, thread=old)
    quiet = slack.write(ALICE, "long ago, too", at=time.time() - 4 * 86_400)
    slack.write(ALICE, "nothing new", at=time.time() - 4 * 86_400 + 60, thread=quiet)
    SlackPosts(sqlite_store).listening()
    with sqlite_store.transaction() as connection:
        at = sqlite_store.now(connection) - timedelta(minutes=30)
        connection.execute(slack_marks.update().values(at=at))
    missed = ["while it was down", "and one more", "and this"]
    for number, text in enumerate(missed):
        slack.write(ALICE, text, at=time.time() - 1200 + number, thread=old)
    with office(slack, sqlite_store) as desk:
        until(lambda: len(desk.assistant.heard) == len(missed), "all are read")
        assert [turn.text for turn in desk.assistant.heard] == missed
        late = until(
            lambda: [p for p in slack.direct(ALICE) if p.text.startswith("This is the answer")],
            "a late answer",
        )
        assert late[0].body["thread_ts"] == old
    with sqlite_store.reading() as connection:
        stored = connection.execute(select(slack_inbox.c.ts).order_by(slack_inbox.c.id)).scalars()
        assert len(times := list(stored)) == len(missed)
        assert times == sorted(times)
    assert len(slack.called("conversations.replies")) == 1


def test_rows_of_one_thread_are_worked_one_after_the_other(store: Store) -> None:
    inbox = SlackInbox(store)
    for number, user in enumerate((ALICE, ALICE, BOB)):
        inbox.receive(Arrival(f"k{number}", "message", "T", user, "D", str(number), text="x"))
    first = inbox.claim(10)
    assert [row.key for row in first] == ["k0", "k2"]
    assert inbox.claim(10) == []
    inbox.finish(first[0].id)
    assert [row.key for row in inbox.claim(10)] == ["k1"]


def test_a_row_is_stored_once_by_its_key_and_once_by_its_message(store: Store) -> None:
    inbox = SlackInbox(store)

    def receive(key: str, ts: str, kind: str = "message") -> bool:
        arrival = Arrival(key, kind, "T", ALICE, "D", ts, text="x")
        return inbox.receive(arrival, age=timedelta(minutes=3))

    assert [receive("a", "1"), receive("a", "2"), receive("b", "1")] == [True, False, False]
    assert [receive("c", "1", "button"), receive("d", "1", "button")] == [True, True]
    row = inbox.by_key("a")
    assert row is not None
    assert store.now() - row.received_at >= timedelta(minutes=3)
    inbox.finish(row.id)
    assert inbox.prune(timedelta()) == 1
