"""A desk with Slack, in one process: the real channel, a real server, a fake workspace."""

from __future__ import annotations

import asyncio
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from fastapi import FastAPI

from bot.channels.slack.notifier import SlackNotifier
from bot.channels.slack.service import SlackChannel, SlackSettings, make_notifier
from bot.conversation import Talk
from bot.desk import Desk
from bot.domain.forms import Form
from bot.domain.policy import Clause
from bot.domain.replies import QuotedClause, Reply
from bot.fields import FieldReader
from bot.notices import Ladder, Recipient
from bot.store.db import Store
from bot.store.forms import load_forms
from bot.store.slack_inbox import SlackInbox
from bot.store.slack_posts import SlackPosts
from tests.channels.web.serving import serving
from tests.fakes import slack as fake
from tests.fakes.assistant import ScriptedAssistant
from tests.fakes.desks import shipped_library
from tests.fakes.slack import Deliverer, FakeSlack, Posted

T = TypeVar("T")
PAGE = "https://desk.example"
DATA = Path(__file__).parents[3] / "data"


def until(look: Callable[[], T], what: str, seconds: float = 20.0) -> T:
    """The first true thing that `look` gives."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"not in time: {what}")


def quoting(id: str = "3.6", lead: str = "The policy says:") -> list[dict[str, Any]]:
    """An answer that quotes a clause of the shipped policy."""
    clause: Clause = shipped_library().policy.get(id)
    reply = Reply(lead, (QuotedClause(clause, (0, 20)),), intent="consent", confidence=0.97)
    return [reply.to_json()]


@cache
def shipped_forms(folder: str) -> Mapping[str, Form]:
    return load_forms(DATA / folder, shipped_library().policy)


def ladder() -> Ladder:
    return Ladder(
        (
            Recipient("officer", fake.OFFICER, "slack"),
            Recipient("deputy", fake.DEPUTY, "slack"),
            Recipient("log", "Privacy Officer", "log"),
        ),
        letters_by=frozenset({"slack"}),
    )


@dataclass
class Office:
    """What a test holds: the workspace, who delivers to the desk, and the desk itself."""

    slack: FakeSlack
    store: Store
    desk: Desk
    talk: Talk
    assistant: ScriptedAssistant
    channel: SlackChannel
    notifier: SlackNotifier
    send: Deliverer
    inbox: SlackInbox
    posts: SlackPosts

    def write(self, user: str, text: str, **more: Any) -> str:
        """Someone writes a direct message; returns its time."""
        ts = self.slack.new_ts()
        event = fake.message_event(user, text, ts, **more)
        assert self.send.event(event, f"Ev{uuid.uuid4()}").status_code == 200
        return ts

    def answers(self, user: str, count: int = 1) -> list[Posted]:
        return until(
            lambda: (
                (found := self.slack.direct(user)) if len(self.slack.direct(user)) >= count else []
            ),
            f"{count} messages to {user}",
        ) and self.slack.direct(user)


def build(
    slack: FakeSlack,
    store: Store,
    *,
    mode: str = "http",
    full: bool = False,
    token: Callable[[], str] = lambda: fake.BOT_TOKEN,
    app_token: Callable[[], str] = lambda: fake.APP_TOKEN,
    secret: Callable[[], str] = lambda: fake.SECRET,
) -> tuple[SlackChannel, SlackNotifier, Desk, Talk, ScriptedAssistant]:
    """The channel over this store, not started yet."""
    library = shipped_library()
    forms, french = shipped_forms("forms"), shipped_forms("forms/fr")
    desk = Desk.build(store, library, forms, french, FieldReader(), ladder())
    assistant = ScriptedAssistant([quoting()])
    talk = Talk(store, desk, assistant)
    settings = SlackSettings(
        mode,
        token,
        app_token,
        secret,
        slack.url,
        fake.OFFICER,
        fake.DEPUTY,
        fake.OFFICERS_CHANNEL,
        full,
        PAGE,
        b"threads",
    )
    notifier = make_notifier(settings, SlackPosts(store), desk)
    channel = SlackChannel(
        settings, talk=talk, desk=desk, forms=forms, reader=FieldReader(),
        inbox=SlackInbox(store), notifier=notifier,
    )  # fmt: skip
    return channel, notifier, desk, talk, assistant


@contextmanager
def running(channel: SlackChannel, talk: Talk) -> Iterator[str]:
    """Start the channel in a loop of its own; gives the address that Slack posts to."""
    app = FastAPI()
    router = channel.router()
    if router is not None:
        app.include_router(router)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> None:
        channel.start()

    async def stop() -> None:
        await channel.stop()
        await talk.finish()

    try:
        with serving(app) as url:
            asyncio.run_coroutine_threadsafe(start(), loop).result(10)
            yield url
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


@contextmanager
def office(slack: FakeSlack, store: Store, **more: Any) -> Iterator[Office]:
    channel, notifier, desk, talk, assistant = build(slack, store, **more)
    with running(channel, talk) as url:
        send = Deliverer(url, slack.url)
        yield Office(
            slack, store, desk, talk, assistant, channel, notifier, send,
            SlackInbox(store), SlackPosts(store),
        )  # fmt: skip
        send.client.close()
