"""Socket Mode: acknowledged when stored, reconnected after every gap, red while it is silent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.channels.slack import service
from bot.channels.slack.socket import Socket
from bot.store.db import Store
from tests.channels.slack.office import Office, office, until
from tests.fakes import slack as fake
from tests.fakes.slack import ALICE, FakeSlack


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sockets are given up after three seconds of silence."""

    def quick(app: object, api: object, token: object, gap: object) -> Socket:
        return Socket(app, api, token, gap, stale_after=3.0, ping=0.5)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "Socket", quick)


@pytest.fixture
def socket_desk(slack: FakeSlack, sqlite_store: Store, hurried: None) -> Iterator[Office]:
    with office(slack, sqlite_store, mode="socket") as desk:
        until(lambda: desk.channel.health()[0], "the socket is open")
        yield desk


def ask(desk: Office, number: int) -> None:
    event = fake.message_event(ALICE, f"question {number}", desk.slack.new_ts())
    envelope = f"envelope-{number}"
    body = fake.event_body(event, f"Ev-socket-{number}")
    desk.slack.push("events_api", body, envelope)
    until(lambda: envelope in desk.slack.acknowledged, "the envelope is acknowledged")
    desk.answers(ALICE, number)


def test_events_come_over_the_socket_and_nothing_listens_on_http(socket_desk: Office) -> None:
    ask(socket_desk, 1)
    event = fake.message_event(ALICE, "x", socket_desk.slack.new_ts())
    assert socket_desk.send.event(event, "Ev-http").status_code == 404


@pytest.mark.parametrize("reason", ["refresh_requested", "warning", "too_many_websockets"])
def test_a_connection_that_is_to_be_replaced_is_replaced(socket_desk: Office, reason: str) -> None:
    first = socket_desk.slack.sockets[-1]
    socket_desk.slack.ask_to_disconnect(reason)
    if reason == "warning":
        first.close()
    until(
        lambda: socket_desk.slack.sockets and socket_desk.slack.sockets[-1] is not first,
        "another connection", 30,
    )  # fmt: skip
    until(lambda: socket_desk.channel.health()[0], "the socket is open again", 30)
    ask(socket_desk, 1)


def test_an_app_token_that_was_rotated_is_read_again(
    slack: FakeSlack, sqlite_store: Store, hurried: None
) -> None:
    tokens = [fake.APP_TOKEN]
    with office(slack, sqlite_store, mode="socket", app_token=lambda: tokens[-1]) as desk:
        until(lambda: desk.channel.health()[0], "the socket is open")
        slack.tokens = {fake.BOT_TOKEN, "xapp-two"}
        tokens.append("xapp-two")
        slack.sockets[-1].close()
        until(lambda: not desk.channel.health()[0], "it is gone", 15)
        until(lambda: desk.channel.health()[0], "the socket is open again", 60)
        ask(desk, 1)


def test_a_silent_socket_is_seen_and_replaced(socket_desk: Office) -> None:
    socket_desk.slack.tap.frozen.set()
    until(lambda: not socket_desk.channel.health()[0], "health turns red", 15)
    socket_desk.slack.tap.frozen.clear()
    until(lambda: socket_desk.channel.health()[0], "the socket is open again", 30)
    ask(socket_desk, 1)
