"""Socket Mode, watched: a connection that is silent is replaced, and meanwhile the desk says so.

Slack signs nothing on a socket; the app-level token is the whole trust.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog
from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk import WebClient

from bot.channels.slack.api import Api, SlackTrouble

log = structlog.get_logger(__name__)

PING_SECONDS = 5.0
STALE_SECONDS = 25.0
LOOK_SECONDS = 2.0
# Slack has been seen to stop sending on a live socket; asking it now and then has cured that.
CANARY_SECONDS = 60.0
CONCURRENCY = 8


class Socket:
    """Keeps one connection. `reconnected` is called after every gap."""

    def __init__(
        self,
        app: App,
        api: Api,
        app_token: Callable[[], str],
        reconnected: Callable[[], None],
        *,
        stale_after: float = STALE_SECONDS,
        ping: float = PING_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._app, self._api, self._token = app, api, app_token
        self._reconnected, self._clock = reconnected, clock
        self._stale_after, self._ping = stale_after, ping
        self._handler: SocketModeHandler | None = None
        self._session: str | None = None
        self._since = clock()
        self._asked = clock()
        self._stopped = threading.Event()
        self._watch = threading.Thread(target=self._run, name="slack-socket", daemon=True)

    def start(self) -> None:
        self._watch.start()

    def stop(self) -> None:
        self._stopped.set()
        self._watch.join(timeout=5)
        self._close()

    @property
    def age(self) -> float:
        """The seconds since Slack last gave a sign on the socket."""
        return self._clock() - self._last_sign()

    @property
    def healthy(self) -> bool:
        return self._is_open() and self.age <= self._stale_after

    def _last_sign(self) -> float:
        session = self._handler.client.current_session if self._handler else None
        pong = session.last_ping_pong_time if session else None
        return max(pong or 0.0, self._since)

    def _is_open(self) -> bool:
        return self._handler is not None and self._handler.client.is_connected()

    def _run(self) -> None:
        pause = LOOK_SECONDS
        while not self._stopped.is_set():
            try:
                self._look()
                pause = LOOK_SECONDS
            except SlackTrouble as trouble:
                log.warning("slack_socket_down", reason=trouble.reason)
                pause = min(pause * 2, 30.0)
            except Exception as error:
                # The edge of a thread: it goes on, whatever a connection threw.
                log.warning("slack_socket_down", error=type(error).__name__)
                pause = min(pause * 2, 30.0)
            self._stopped.wait(pause)

    def _look(self) -> None:
        if self._handler is None or self.age > self._stale_after:
            self._connect()
        elif self._is_open() and self._session != self._handler.client.session_id():
            # The client has replaced the connection by itself.
            self._arrived()
        if self._clock() - self._asked > CANARY_SECONDS:
            self._asked = self._clock()
            self._api.call("auth.test")

    def _connect(self) -> None:
        self._close()
        client = WebClient(self._token(), self._api.client.base_url, retry_handlers=[])
        self._handler = SocketModeHandler(
            self._app,
            app_token=self._token(),
            web_client=client,
            ping_interval=self._ping,
            concurrency=CONCURRENCY,
        )
        self._since = self._clock()
        self._handler.connect()  # type: ignore[no-untyped-call]
        self._arrived()

    def _arrived(self) -> None:
        assert self._handler is not None
        self._session = self._handler.client.session_id()
        self._since = self._clock()
        self._reconnected()

    def _close(self) -> None:
        handler, self._handler = self._handler, None
        if handler is None:
            return
        # The client may be replacing its connection just now: the new one has to be closed too.
        connecting = handler.client.connect_operation_lock
        waited = connecting.acquire(timeout=LOOK_SECONDS)
        try:
            handler.close()  # type: ignore[no-untyped-call]
        except Exception as error:
            # A connection that is gone may not be closed cleanly.
            log.debug("slack_socket_close", error=type(error).__name__)
        finally:
            if waited:
                connecting.release()
