"""The Slack channel as a whole: put together, started with the bot, and stopped with it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import structlog
from fastapi import APIRouter

from bot.channels.slack.api import Api, SlackTrouble
from bot.channels.slack.app import Endpoint, make_app
from bot.channels.slack.catch_up import CatchUp
from bot.channels.slack.desk_calls import DeskCalls
from bot.channels.slack.dialogue import Dialogue
from bot.channels.slack.intake import Intake
from bot.channels.slack.listeners import Listeners
from bot.channels.slack.notifier import SlackNotifier
from bot.channels.slack.officer import OfficerSteps
from bot.channels.slack.outbox import Outbox
from bot.channels.slack.people import Roster
from bot.channels.slack.placing import Placing
from bot.channels.slack.ports import Inbox, Posts, Reader, Talk
from bot.channels.slack.socket import Socket
from bot.channels.slack.threads import Threads
from bot.channels.slack.under_letters import UnderLetters
from bot.channels.slack.worker import Worker
from bot.desk import Desk
from bot.domain.errors import DeskError
from bot.domain.forms import Form

log = structlog.get_logger(__name__)

WORK_SECONDS = 0.2
POST_SECONDS = 0.2
LATE_SECONDS = 1.0
CARDS_SECONDS = 2.0
LISTENING_SECONDS = 10.0
PRUNE_SECONDS = 3600.0
KEPT = timedelta(days=30)
# Calls that may hang on the network: they hold up nobody's turn.
CALLING_THREADS = 8
POSTING_THREADS = 2


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """How Slack is reached, and who the officers are."""

    mode: str
    bot_token: Callable[[], str]
    app_token: Callable[[], str] | None
    signing_secret: Callable[[], str] | None
    api_url: str | None
    officer: str | None
    deputy: str | None
    channel: str | None
    full_cards: bool
    page_url: str
    secret: bytes


class SlackChannel:
    """Everything of Slack in one process."""

    def __init__(
        self,
        settings: SlackSettings,
        *,
        talk: Talk,
        desk: Desk,
        forms: Mapping[str, Form],
        reader: Reader,
        inbox: Inbox,
        notifier: SlackNotifier,
    ) -> None:
        self.settings, self.notifier, self._inbox = settings, notifier, inbox
        outbox = notifier.outbox
        api = outbox.api
        self.api, self._posts, self._outbox = api, outbox.posts, outbox
        threads = Threads(talk, settings.secret)
        self.intake = Intake(inbox, threads)
        roster, page_url = notifier.roster, settings.page_url
        self._pool = ThreadPoolExecutor(CALLING_THREADS, thread_name_prefix="slack-call")
        self._posting = ThreadPoolExecutor(POSTING_THREADS, thread_name_prefix="slack-post")
        listeners = Listeners(api, outbox, desk, forms, reader, inbox, talk, roster, page_url)
        self.app = make_app(api, self.intake, listeners)
        secret = settings.signing_secret if settings.mode == "http" else None
        self._endpoint = Endpoint(self.app, secret) if secret else None
        placing = Placing(
            outbox, forms, page_url, desk.intake.library.policy.version,
            UnderLetters(desk, outbox.posts),
        )  # fmt: skip
        dialogue = Dialogue(talk, threads, inbox, outbox, roster, placing, self._pool)
        calls = DeskCalls(desk, forms, reader, inbox, outbox, roster, OfficerSteps(desk), page_url)
        self.worker = Worker(inbox, dialogue, calls)
        self._catch_up = CatchUp(api, inbox, self._posts, self.intake)
        self._missed = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._socket = self._make_socket()
        self._tasks: list[asyncio.Task[None]] = []

    def _make_socket(self) -> Socket | None:
        token = self.settings.app_token
        if self.settings.mode != "socket" or token is None:
            return None
        return Socket(self.app, self.api, token, self._gap)

    def router(self) -> APIRouter | None:
        """`POST /slack/events`, in HTTP mode."""
        return self._endpoint.router() if self._endpoint else None

    def start(self) -> None:
        """Start working, posting and listening; called inside the running loop."""
        self._loop = asyncio.get_running_loop()
        self._missed.set()
        loops = (
            (self.worker.take, WORK_SECONDS), (self._post, POST_SECONDS),
            (self.worker.answer_late, LATE_SECONDS), (self._refresh, CARDS_SECONDS),
            (self._listen, LISTENING_SECONDS), (self._prune, PRUNE_SECONDS),
        )  # fmt: skip
        self._tasks = [asyncio.create_task(_repeat(job, pause)) for job, pause in loops]
        if self._socket is not None:
            self._socket.start()

    async def stop(self) -> None:
        if self._socket is not None:
            await asyncio.to_thread(self._socket.stop)
        for task in self._tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.worker.finish()
        if self._endpoint is not None:
            self._endpoint.close()
        for pool in (self._pool, self._posting):
            pool.shutdown(wait=False, cancel_futures=True)

    def health(self) -> tuple[bool, str]:
        """Whether Slack can reach us, in words."""
        if self._socket is None:
            return True, "listens at /slack/events"
        age = int(self._socket.age)
        if self._socket.healthy:
            return True, f"connected, last sign {age} seconds ago"
        return False, f"not connected, last sign {age} seconds ago"

    def _gap(self) -> None:
        """From the socket's thread: there was a gap, so something may have been missed."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._missed.set)

    async def _post(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._posting, self._outbox.flush)

    async def _refresh(self) -> None:
        await asyncio.to_thread(self.notifier.refresh_cards)

    async def _listen(self) -> None:
        """Make up for a gap, then note that we listen: what comes from now on is not missed."""
        if self._missed.is_set():
            self._missed.clear()
            try:
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(self._pool, self._catch_up.run)
            except SlackTrouble:
                self._missed.set()
                raise
        if self.health()[0]:
            await asyncio.to_thread(self._posts.listening)

    async def _prune(self) -> None:
        await asyncio.to_thread(self._inbox.prune, KEPT)
        await asyncio.to_thread(self._posts.prune, KEPT)


async def _repeat(job: Callable[[], Awaitable[object]], pause: float) -> None:
    while True:
        try:
            await job()
        except DeskError as error:
            log.warning("slack_job_failed", code=error.code)
        except Exception as error:
            # The edge of a task: it goes on; the kind of error is kept, its text is not.
            log.error("slack_job_broke", error=type(error).__name__)
        await asyncio.sleep(pause)


def make_notifier(settings: SlackSettings, posts: Posts, desk: Desk) -> SlackNotifier:
    """The way to tell people by Slack. Nothing is asked of Slack yet: it may be down."""
    api = Api(settings.bot_token, settings.api_url)
    officers = tuple(user for user in (settings.officer, settings.deputy) if user)
    roster = Roster(api, officers, settings.channel)
    return SlackNotifier(
        Outbox(posts, api), desk, roster, settings.page_url, settings.channel, settings.full_cards
    )
