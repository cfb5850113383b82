"""After an outage: what was written meanwhile is read from the histories and taken in, once.

Slack tries three times within about six minutes and then tells no one. Every open direct message
is read since its newest stored message, and so is every thread in it that was written in since:
under older messages, too. What is there already is refused by its key.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from bot.channels.slack.api import Api, SlackTrouble
from bot.channels.slack.intake import Intake, message_arrival
from bot.channels.slack.ports import Inbox, Posts

log = structlog.get_logger(__name__)

# Slack delivers again for about six minutes by itself; shorter gaps need no reading.
MARGIN_SECONDS = 600.0
# A history lists no replies, only the messages above them: so old may those be.
THREADS_SECONDS = 30 * 86_400.0
PAGE = 200
TRIES = 5
LONGEST_WAIT = 60.0


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Reads what was missed. Blocking."""

    api: Api
    inbox: Inbox
    posts: Posts
    intake: Intake
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def run(self) -> int:
        """Take in what direct messages hold since the desk last listened. Returns how many.

        Raises SlackTrouble; what was taken in stays, and the next run goes on from there.
        """
        silence = self.posts.silence()
        if silence is None:
            return 0  # The desk has never listened: nothing was promised.
        team = str(self.api.whoami().get("team_id"))
        since = self.clock() - silence - MARGIN_SECONDS
        taken = sum(self._channel(team, channel, since) for channel in self._channels())
        if taken:
            log.info("slack_caught_up", messages=taken)
        return taken

    def _channels(self) -> Iterator[str]:
        for page in self._pages("conversations.list", {"types": "im", "limit": PAGE}):
            yield from (str(channel["id"]) for channel in page.get("channels", ()))

    def _channel(self, team: str, channel: str, since: float) -> int:
        newest = self.inbox.latest(channel)
        # A message may have arrived before an older one did: go back behind both.
        oldest = min(since, float(newest)) if newest else since
        # Oldest first, whatever order Slack lists them in: each is worked on once it is stored.
        missed = sorted(self._missed(channel, oldest), key=_when)
        return sum(self._take(team, channel, message) for message in missed)

    def _missed(self, channel: str, oldest: float) -> Iterator[Mapping[str, Any]]:
        asked = {"channel": channel, "oldest": _ts(oldest - THREADS_SECONDS), "limit": PAGE}
        for page in self._pages("conversations.history", asked):
            for message in page.get("messages", ()):
                if _when(message) >= oldest:
                    yield message
                if float(message.get("latest_reply") or 0.0) >= oldest:
                    yield from self._replies(channel, str(message["ts"]), oldest)

    def _replies(self, channel: str, ts: str, oldest: float) -> Iterator[Mapping[str, Any]]:
        asked = {"channel": channel, "ts": ts, "oldest": _ts(oldest), "limit": PAGE}
        for page in self._pages("conversations.replies", asked):
            # The message above comes with its replies, however old it is.
            yield from (m for m in page.get("messages", ()) if m.get("ts") != ts)

    def _take(self, team: str, channel: str, message: Mapping[str, Any]) -> bool:
        event = {**message, "type": "message", "channel": channel}
        key = f"message:{channel}:{message.get('ts')}"
        arrival = message_arrival(key, str(message.get("team") or team), event)
        return arrival is not None and self.intake.store(arrival)

    def _pages(self, method: str, asked: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        cursor = ""
        while True:
            page = self._called(method, {**asked, **({"cursor": cursor} if cursor else {})})
            yield page
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    def _called(self, method: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        for _ in range(TRIES):
            try:
                return self.api.call(method, asked)
            except SlackTrouble as trouble:
                if trouble.retry_after is None:
                    raise
                self.sleep(min(trouble.retry_after, LONGEST_WAIT))
        return self.api.call(method, asked)


def _ts(seconds: float) -> str:
    return f"{max(seconds, 0.0):.6f}"


def _when(message: Mapping[str, Any]) -> float:
    return float(message.get("ts") or 0.0)
