"""The bot process: the web page, and the clock that ticks for notices and unanswered messages."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
from collections.abc import Generator
from datetime import UTC, datetime

import structlog
import uvicorn
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import wiring
from bot.config import Settings
from bot.domain.zones import use_own_time_zones
from bot.logs import configure_logs
from bot.nightly import Nightly
from bot.reminders import SWEEP_SECONDS, Watch
from bot.store.migrate import bring_up_to_date
from bot.wiring import Application

log = structlog.get_logger(__name__)

CATCH_UP_SECONDS = 5
WATCH_SECONDS = 60
WAYS_SECONDS = 6 * 3600
NIGHTLY_SECONDS = 600
LAST_REQUESTS_SECONDS = 3


class _Server(uvicorn.Server):
    """A server that leaves the signals to us: turns under way end before the process does."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._ask_to_stop)
        yield

    def _ask_to_stop(self) -> None:
        self.should_exit = True


def serve(settings: Settings) -> None:
    """Serve until a signal stops it. Raises ConfigurationError."""
    configure_logs(settings.log_level, "bot")
    use_own_time_zones()
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    application = wiring.build(settings)
    bring_up_to_date(application.store)
    slack = wiring.slack_channel(application)
    if slack is None:
        log.info("slack_is_off")
    server = _Server(
        uvicorn.Config(
            wiring.web_app(application, slack),
            host=settings.bot_host,
            port=settings.bot_port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=LAST_REQUESTS_SECONDS,
        )
    )
    clock = start_clock(application)
    try:
        if slack is not None:
            slack.start()
        await server.serve()
    finally:
        clock.shutdown(wait=False)
        if slack is not None:
            await slack.stop()
        await application.talk.finish()
        await application.assistant.close()
        application.close()


def start_clock(application: Application) -> AsyncIOScheduler:
    """Tick: nothing of it is remembered, what is due is found by a query."""

    async def sweep() -> None:
        try:
            await asyncio.to_thread(application.sweeper.sweep)
        except Exception as error:
            _note("sweep_failed", error)

    async def catch_up() -> None:
        try:
            await application.talk.catch_up()
        except Exception as error:
            _note("catch_up_failed", error)

    sweeper = application.sweeper
    watch = Watch(
        application.store, sweeper.notifiers, sweeper.ladder, application.settings.page_url
    )

    async def look_at_sweep() -> None:
        try:
            await asyncio.to_thread(watch.look_at_sweep)
        except Exception as error:
            _note("watch_failed", error)

    async def look_at_ways() -> None:
        try:
            await asyncio.to_thread(watch.look_at_ways)
        except Exception as error:
            _note("ways_not_looked_at", error)

    nightly = Nightly(application.desk, application.library, application.settings.home / "logs")

    async def purge() -> None:
        try:
            await asyncio.to_thread(nightly.run)
        except Exception as error:
            _note("purge_failed", error)

    clock = AsyncIOScheduler(timezone=UTC)
    ticks = (
        (sweep, SWEEP_SECONDS),
        (catch_up, CATCH_UP_SECONDS),
        (purge, NIGHTLY_SECONDS),
        (look_at_sweep, WATCH_SECONDS),
        (look_at_ways, WAYS_SECONDS),
    )
    for job, seconds in ticks:
        clock.add_job(
            job,
            "interval",
            seconds=seconds,
            coalesce=True,
            misfire_grace_time=None,
            max_instances=1,
            next_run_time=datetime.now(UTC),
        )
    clock.start()
    return clock


def _note(event: str, error: Exception) -> None:
    """The process edge: the clock goes on; the kind of error is kept, its text is not."""
    log.error(event, incident=secrets.token_hex(4), error=type(error).__name__)
