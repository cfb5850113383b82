"""Posting: one message a second a channel, Retry-After obeyed, an unknown outcome looked up.

There is no idempotency key in Slack, so a post whose outcome nobody knows is looked for by the
id in its metadata before it is sent again. Where it cannot be looked for, the repeat says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from bot.channels.slack.answers import repeated
from bot.channels.slack.api import EXPIRED, Api, SlackTrouble
from bot.channels.slack.ports import Posts
from bot.domain.slack import Post

log = structlog.get_logger(__name__)

POST, UPDATE, RESPOND = "chat.postMessage", "chat.update", "response_url"
EPHEMERAL, PUBLISH = "chat.postEphemeral", "views.publish"
EVENT_TYPE = "privacy_desk_post"
LOOK_AFTER = 3.0
TOKEN_PAUSE = 30.0
LONGEST_PAUSE = 60.0
# Slack's clock and ours need not agree.
SKEW = 300.0
LOOKED_THROUGH = 200
AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Outbox:
    """Plans posts and sends them. Blocking; runs in threads of its own."""

    posts: Posts
    api: Api
    sleep: Callable[[float], None] = time.sleep

    def flush(self) -> int:
        """Send what may be sent now. Returns how many calls were tried."""
        rows = self.posts.claim(AT_ONCE)
        for row in rows:
            self._deliver(row)
        return len(rows)

    def post(
        self,
        key: str,
        channel: str,
        body: Mapping[str, Any],
        *,
        thread: str = "",
        reference: str | None = None,
        version: int | None = None,
    ) -> Post:
        """Plan a message, once for its key."""
        more = {"thread_ts": thread} if thread else {}
        return self.posts.plan(
            key, POST, channel, {**body, **more}, reference=reference, shown_version=version
        )

    def whisper(
        self,
        key: str,
        channel: str,
        user: str,
        body: Mapping[str, Any],
        thread: str = "",
        *,
        reference: str | None = None,
    ) -> None:
        """Plan a message in a channel that this person alone sees."""
        more = {"thread_ts": thread} if thread else {}
        said = {**body, **more, "user": user}
        self.posts.plan(key, EPHEMERAL, channel, said, reference=reference)

    def respond(self, key: str, url: str, user: str, body: Mapping[str, Any]) -> None:
        """Plan the answer to a command; by direct message once its address has expired."""
        said = {"response_type": "ephemeral", "replace_original": False, **body}
        self.posts.plan(key, RESPOND, user, {"url": url, "said": said})

    def send_now(
        self,
        key: str,
        channel: str,
        body: Mapping[str, Any],
        *,
        reference: str | None = None,
        version: int | None = None,
    ) -> None:
        """Send a message now, waiting for the channel's turn. Raises SlackTrouble."""
        row = self.posts.plan(
            key, POST, channel, body, reference=reference, shown_version=version, held=True
        )
        if row.state == "sent":
            return
        taken, pause = self.posts.claim_one(row.id)
        while taken is None:
            self.sleep(pause)
            taken, pause = self.posts.claim_one(row.id)
        try:
            self._send(taken)
        except SlackTrouble as trouble:
            self.posts.hold(taken.id, trouble.reason, unclear=trouble.unclear)
            raise

    def was_sent(self, key: str) -> bool:
        """Tell whether the message of this key is there; looked for where nobody knows."""
        row = self.posts.find(key)
        if row is None or row.state == "sent":
            return row is not None
        found = self._look_up(row) if row.attempted_at is not None else None
        if found is not None:
            self.posts.sent(row.id, *found)
        return found is not None

    def _deliver(self, row: Post) -> None:
        try:
            self._send(row)
        except SlackTrouble as trouble:
            self._failed(row, trouble)
        except Exception as error:
            # The edge of a thread: the row stays, its kind of failure is kept.
            log.error("slack_post_broke", post=row.id, error=type(error).__name__)
            self.posts.again(row.id, LONGEST_PAUSE, type(error).__name__)

    def _send(self, row: Post) -> None:
        body = dict(row.body)
        if row.unknown and row.method == POST:
            found, searched = self._searched(row)
            if found is not None:
                self.posts.sent(row.id, *found)
                return
            body = body if searched else repeated(body)
        elif row.unknown and row.method == EPHEMERAL:
            body = repeated(body)
        answered = self._call(row, body)
        ts = answered.get("ts") or answered.get("message_ts")
        self.posts.sent(row.id, answered.get("channel") or row.channel, ts)

    def _call(self, row: Post, body: dict[str, Any]) -> Mapping[str, Any]:
        if row.method == RESPOND:
            said = repeated(body["said"]) if row.unknown else body["said"]
            self.api.respond(body["url"], said)
            return {}
        if row.method == POST:
            noted = {"event_type": EVENT_TYPE, "event_payload": {"outbox_id": row.outbox_id}}
            body = {"channel": row.channel, **body, "metadata": noted}
        elif row.method == EPHEMERAL:
            body = {"channel": row.channel, **body}
        return self.api.call(row.method, body)

    def _searched(self, row: Post) -> tuple[tuple[str, str] | None, bool]:
        """Where the post is if it is there, and whether its channel could be read at all."""
        try:
            return self._look_up(row), True
        except SlackTrouble as trouble:
            if not trouble.permanent:
                raise
            log.warning("slack_history_unreadable", reason=trouble.reason)
            return None, False

    def _look_up(self, row: Post) -> tuple[str, str] | None:
        channel = row.posted_in or row.channel
        if channel[:1] in {"U", "W"}:
            channel = str(self.api.call("conversations.open", {"users": channel})["channel"]["id"])
        asked: dict[str, Any] = {
            "channel": channel, "include_all_metadata": "true", "limit": LOOKED_THROUGH,
        }  # fmt: skip
        if row.attempted_at is not None:
            asked["oldest"] = f"{row.attempted_at.timestamp() - SKEW:.6f}"
        thread = row.body.get("thread_ts")
        method = "conversations.replies" if thread else "conversations.history"
        listed = self.api.call(method, {**asked, **({"ts": thread} if thread else {})})
        for message in listed.get("messages", ()):
            payload = (message.get("metadata") or {}).get("event_payload") or {}
            if payload.get("outbox_id") == row.outbox_id:
                return channel, str(message["ts"])
        return None

    def _failed(self, row: Post, trouble: SlackTrouble) -> None:
        if trouble.retry_after is not None:
            self.posts.again(row.id, trouble.retry_after, trouble.reason, everywhere=True)
        elif trouble.unclear:
            self.posts.unclear(row.id, LOOK_AFTER)
        elif not trouble.permanent:
            pause = TOKEN_PAUSE if trouble.reason in EXPIRED else 2.0**row.attempts
            self.posts.again(row.id, min(pause, LONGEST_PAUSE), trouble.reason)
        else:
            self._give_up(row, trouble)

    def _give_up(self, row: Post, trouble: SlackTrouble) -> None:
        """Nobody is left without an answer: an address that has expired gives way to a message."""
        log.error("slack_post_failed", post=row.id, method=row.method, reason=trouble.reason)
        body, user = dict(row.body), None
        if row.method == RESPOND:
            user, body = row.channel, _message_only(body["said"])
        elif row.method == EPHEMERAL:
            user, body = str(body.pop("user")), _message_only(body)
        if (user and user != row.channel) or row.method == RESPOND:
            self.posts.plan(f"{row.key}:direct", POST, str(user), body)
        self.posts.failed(row.id, trouble.reason)


def _message_only(body: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("text", "blocks", "unfurl_links", "unfurl_media")
    return {name: body[name] for name in kept if name in body}
