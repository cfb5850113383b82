"""One message: what is taken of it, and what is said about what was masked in it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.errors import DeskError, InvalidInput
from bot.domain.redaction import CARD, SIN
from bot.domain.replies import Reply
from bot.domain.translation import mark
from bot.locale import Translator
from bot.store import inbox

LONGEST = 20_000
PAYLOAD = re.compile(r"/[a-z][a-z_]{1,40}(\{.{0,400}\})?", re.DOTALL)
WRITING = re.compile(r"\w")
COMMAND = re.compile(r"\A[\s/]+")

MASKED = {
    CARD: mark(
        "Your message held a card number. I masked it before storing anything: nobody here needs "
        "it."
    ),
    SIN: mark(
        "Your message held a SIN. I masked it before storing anything: nobody here needs it."
    ),
}
MASKED_BOTH = mark(
    "Your message held a SIN and a card number. I masked them before storing anything: nobody here "
    "needs them."
)


class TooLong(DeskError):
    """The message is longer than 20,000 characters."""

    code = "too_long"


def is_blank(message: inbox.Message) -> bool:
    """Tell whether somebody wrote nothing that can be read."""
    return not message.payload and not WRITING.search(message.text)


def for_assistant(message: inbox.Message) -> str:
    """The text of a turn. A typed slash is text, never a command; only buttons send payloads."""
    return message.payload or COMMAND.sub("", message.text)


def checked(text: str | None, payload: str | None) -> str:
    """The text to store; none with a button. Raises InvalidInput and TooLong."""
    if (text is None) == (payload is None):
        raise InvalidInput("Send either a message or a payload.")
    if payload is not None:
        _check_payload(payload)
        return ""
    assert text is not None
    if len(text) > LONGEST:
        raise TooLong
    return text.replace("\x00", "")


def _check_payload(payload: str) -> None:
    if not PAYLOAD.fullmatch(payload):
        raise InvalidInput("This is not the payload of a button.")
    _, brace, rest = payload.partition("{")
    if not brace:
        return
    try:
        values = json.loads(brace + rest)
    except ValueError:
        raise InvalidInput("This is not the payload of a button.") from None
    if not all(isinstance(value, str) for value in values.values()):
        raise InvalidInput("This is not the payload of a button.")


def masking_notice(message: inbox.Message, tr: Translator) -> list[dict[str, Any]]:
    """The reply that tells what was masked before storing; none when nothing was."""
    kinds = set(message.masked)
    if not kinds:
        return []
    words = MASKED_BOTH if len(kinds) > 1 else MASKED[kinds.pop()]
    return [Reply(tr(words)).to_json()]


def without_repeats(replies: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The replies, each once: nothing is said twice."""
    seen: list[Mapping[str, Any]] = []
    for reply in replies:
        if reply not in seen:
            seen.append(reply)
    return seen
