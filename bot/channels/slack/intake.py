"""What Slack sends, made into rows: stored once, masked first, before Slack gets its answer."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import structlog

from bot.channels.slack.blocks import unescape
from bot.channels.slack.modals import answers
from bot.channels.slack.ports import Inbox
from bot.channels.slack.threads import MAIN, Threads, is_direct
from bot.domain.errors import DeskError
from bot.domain.redaction import SIN, redact
from bot.domain.slack import Arrival

log = structlog.get_logger(__name__)

# Messages of these kinds are somebody's own words; the others are edits, joins, bots.
OWN_WORDS = {None, "file_share", "thread_broadcast"}


class NotStored(DeskError):
    """Nothing could be stored, so Slack has to send it again."""

    code = "slack_not_stored"


def read_arrival(body: Mapping[str, Any]) -> Arrival | None:
    """What this body says that came in; None for what the desk does not work on."""
    if body.get("type") == "event_callback":
        return _event(body, body.get("event") or {})
    if "command" in body:
        return _command(body)
    reading = {
        "block_actions": _button,
        "view_submission": _form,
        "shortcut": _shortcut,
        "message_action": _shortcut,
    }.get(str(body.get("type")))
    return reading(body) if reading else None


def trigger_key(body: Mapping[str, Any]) -> str:
    """The key of a command, a button, a shortcut or a form: each press has a trigger of its own."""
    named = str(body.get("trigger_id") or body.get("action_ts") or "")
    view = (body.get("view") or {}).get("id", "")
    return "trigger:" + hashlib.sha256(f"{named}:{view}".encode()).hexdigest()[:40]


def _event(body: Mapping[str, Any], event: Mapping[str, Any]) -> Arrival | None:
    key = f"event:{body.get('event_id')}"
    team = str(event.get("team") or body.get("team_id") or "")
    return message_arrival(key, team, event) or _opened(key, team, event)


def message_arrival(key: str, team: str, event: Mapping[str, Any]) -> Arrival | None:
    """A message to the desk: a direct one, or one that names it. Bots and edits are none."""
    user, channel, ts = (str(event.get(name) or "") for name in ("user", "channel", "ts"))
    named = event.get("type") == "app_mention"
    direct = event.get("type") == "message" and is_direct(channel)
    own = event.get("subtype") in OWN_WORDS and not event.get("bot_id")
    if not (named or direct) or not own or not user or not ts:
        return None
    thread = str(event.get("thread_ts") or "")
    text = unescape(_without_mention(str(event.get("text") or "")))
    kind = "message" if is_direct(channel) else "mention"
    return Arrival(key, kind, team, user, channel, ts, thread, text, float(ts))


def _without_mention(text: str) -> str:
    """The words after the desk's own name."""
    words = text.strip()
    if words.startswith("<@"):
        words = words.partition(">")[2]
    return words.strip(" ,:\n")


def _opened(key: str, team: str, event: Mapping[str, Any]) -> Arrival | None:
    if event.get("type") != "app_home_opened":
        return None
    tab = str(event.get("tab") or "home")
    user, channel = str(event.get("user") or ""), str(event.get("channel") or "")
    return Arrival(key, "home" if tab == "home" else "greet", team, user, channel)


def _command(body: Mapping[str, Any]) -> Arrival:
    data = {"response_url": body.get("response_url"), "command": body.get("command")}
    return Arrival(
        trigger_key(body), "command", str(body.get("team_id")), str(body.get("user_id")),
        str(body.get("channel_id") or ""), text=unescape(str(body.get("text") or "").strip()),
        data=data,
    )  # fmt: skip


def _button(body: Mapping[str, Any]) -> Arrival | None:
    action = (body.get("actions") or [{}])[0]
    chosen = (action.get("selected_option") or {}).get("value")
    message = body.get("message") or {}
    data = {
        "action": action.get("action_id"),
        "value": chosen or action.get("value") or "",
        "response_url": body.get("response_url"),
        # For feedback: the message is shown again without its question.
        "blocks": message.get("blocks") if action.get("block_id") == "feedback" else None,
    }
    return _pressed(body, "button", data, str(message.get("thread_ts") or ""),
                    str(message.get("ts") or ""))  # fmt: skip


def _form(body: Mapping[str, Any]) -> Arrival | None:
    view = body.get("view") or {}
    data = {
        "callback": view.get("callback_id"),
        "view": view.get("id"),
        "private": view.get("private_metadata") or "{}",
        "given": answers((view.get("state") or {}).get("values") or {}),
    }
    return _pressed(body, "form", data)


def _shortcut(body: Mapping[str, Any]) -> Arrival | None:
    return _pressed(body, "shortcut", {"callback": body.get("callback_id")})


def _pressed(
    body: Mapping[str, Any], kind: str, data: Mapping[str, Any], thread: str = "", ts: str = ""
) -> Arrival:
    user, team = body.get("user") or {}, body.get("team") or {}
    channel = (body.get("channel") or {}).get("id") or ""
    return Arrival(
        trigger_key(body), kind, str(user.get("team_id") or team.get("id") or ""),
        str(user.get("id") or ""), str(channel), ts, thread, data=data,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Intake:
    """Stores what came in. `clock` gives the seconds since 1970, as Slack counts them."""

    inbox: Inbox
    threads: Threads
    clock: Callable[[], float] = time.time

    def store(self, arrival: Arrival) -> bool:
        """Store it; whether it is new. Raises NotStored, which says nothing of what it was."""
        try:
            return self._stored(arrival)
        except Exception as error:
            # The edge: a driver's error quotes the row, so that only its kind goes further.
            log.error("slack_not_stored", error=type(error).__name__)
            raise NotStored from None

    def _stored(self, arrival: Arrival) -> bool:
        text, masked = self._masked(arrival)
        data, more = _masked_data(arrival.data)
        sent_at = arrival.sent_at
        age = max(0.0, self.clock() - sent_at) if sent_at is not None else 0.0
        return self.inbox.receive(
            replace(arrival, text=text, data=data),
            masked=(*masked, *more),
            age=timedelta(seconds=age),
        )

    def _masked(self, arrival: Arrival) -> tuple[str, tuple[str, ...]]:
        found = redact(arrival.text)
        if SIN in found.found and self._account_asked(arrival):
            # An account number that was asked for may look like one.
            found = redact(arrival.text, account_asked=True)
        return found.text, found.found

    def _account_asked(self, arrival: Arrival) -> bool:
        root = arrival.thread_ts or (MAIN if is_direct(arrival.channel) else arrival.ts)
        waiting = self.threads.waiting_for(arrival.team, arrival.channel, root, arrival.user)
        return waiting == "access.find"


def _masked_data(data: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What was typed into a form, masked like a message."""
    given = data.get("given")
    if not isinstance(given, Mapping):
        return dict(data), ()
    found: list[str] = []
    clean: dict[str, Any] = {}
    for name, value in given.items():
        if isinstance(value, str):
            masked = redact(value, account_asked=name == "find")
            found += masked.found
            value = masked.text
        clean[name] = value
    return {**data, "given": clean}, tuple(found)
