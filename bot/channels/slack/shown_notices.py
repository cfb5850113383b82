"""Notices as Slack shows them: the card of a ticket, the morning's digest, a letter's words."""

from __future__ import annotations

from datetime import datetime

from bot.channels.slack import blocks as kit
from bot.channels.slack.answers import Message, split
from bot.channels.slack.blocks import Block
from bot.channels.slack.cards import AGAIN, ticket_message
from bot.domain.tickets import Ticket
from bot.notices import DigestLine, Notice, Sort


def notice_messages(notice: Notice, ticket: Ticket | None, *, full: bool, page_url: str,
                    now: datetime) -> list[Message]:  # fmt: skip
    """A notice as Slack shows it: a card, a digest, or the words alone, in as many messages as
    they need."""
    if notice.sort is Sort.DIGEST:
        return [digest_message(notice)]
    if notice.sort is Sort.CARD and ticket is not None:
        heading = notice.subject.removeprefix(f"{notice.reference}: ")
        card = ticket_message(
            ticket, heading, full=full, page_url=page_url, now=now, repeated=notice.repeated
        )
        return [card]
    again = AGAIN if notice.repeated else ""
    shown = [kit.header(f"{again}{notice.subject}"), *kit.paragraphs(notice.text)]
    return split(f"{again}{notice.subject}\n{notice.text}", shown)


def digest_message(notice: Notice) -> Message:
    """The morning's list in one message, grouped; what does not fit is counted, not dropped."""
    again = AGAIN if notice.repeated else ""
    shown: list[Block] = [kit.header(f"{again}{notice.subject}")]
    size, left = 0, list(notice.lines)
    group = ""
    while left and len(shown) < 40 and size < 8_000:
        line = left.pop(0)
        if line.group != group:
            group = line.group
            shown.append(kit.marked(f"*{kit.escape(group)}*"))
        words = _digest_line(line)
        size += len(words)
        shown.append(kit.marked(words))
    if left:
        more = f"And {len(left)} more on the officer page."
        shown.append(kit.marked(f"<{notice.link}|{kit.escape(more)}>" if notice.link else more))
    if not notice.lines:
        shown += kit.paragraphs(notice.text)
    return Message(kit.escape(kit.shortened(notice.text, 3500)), tuple(shown))


def _digest_line(line: DigestLine) -> str:
    text = kit.escape(line.text.removeprefix(f"{line.reference}: "))
    return f"<{line.link}|{line.reference}> {text}" if line.link else text
