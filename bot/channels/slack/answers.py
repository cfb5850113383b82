"""Answers as Slack messages: our words, the clause in its own words, and what one may do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.slack import blocks as kit
from bot.channels.slack.blocks import Block
from bot.domain.forms import Form

# Slack refuses a message whose texts add up to about 13,200 characters.
LONGEST_MESSAGE = 10_000
MOST_BLOCKS = 45
KINDS_ORDER = ("complaint", "access", "correction", "withdrawal", "incident", "inquiry")

VERDICTS = {
    "allowed": "Allowed",
    "consent_needed": "Not without consent",
    "not_allowed": "Not allowed",
    "emergency_allowed": "Allowed: emergency",
    "legal_required_check": "Check the legal demand first",
    "refer_privacy_officer": "Ask the Privacy Officer",
}
LATE = (
    "This is the answer to a message of yours that had to wait. It counts from when you wrote it."
)
REPEATED = "This may be here twice: the desk was interrupted while it was sending."


@dataclass(frozen=True, slots=True)
class Message:
    """One message to Slack: `text` is complete in itself, where blocks are not shown."""

    text: str
    blocks: tuple[Block, ...]

    def to_body(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "blocks": list(self.blocks),
            "unfurl_links": False,
            "unfurl_media": False,
        }


def plain_message(text: str) -> Message:
    """Words of our own without more."""
    return Message(kit.escape(text), tuple(kit.paragraphs(text)))


def plain_messages(text: str) -> list[Message]:
    """The same, however long: as many messages as Slack's limits ask for."""
    return split(text, kit.paragraphs(text))


def answer_messages(
    replies: Sequence[Mapping[str, Any]],
    *,
    page_url: str,
    row: int,
    forms: Mapping[str, Form],
    policy_version: str,
    busy: bool,
    late: bool = False,
    public: bool = False,
) -> list[Message]:
    """The replies to one message, ready to be posted in this order.

    `row` is what feedback and forms refer to. `busy`: a guided conversation is open, so nothing
    else is offered. `public`: others read it, so nothing in it can be pressed.
    """
    messages: list[Message] = []
    for number, reply in enumerate(replies):
        last = number == len(replies) - 1
        shown = [kit.context(LATE)] if late and number == 0 else []
        shown += _reply_blocks(reply, page_url, policy_version, public)
        if last and not busy and not public and not reply.get("ticket"):
            shown += offers(row, forms, asked=bool(reply.get("clauses")))
        text = _linked(reply, page_url)
        text = f"{LATE}\n\n{text}" if late and number == 0 else text
        messages += split(text, shown)
    return messages


def _reply_blocks(
    reply: Mapping[str, Any], page_url: str, version: str, public: bool
) -> list[Block]:
    shown: list[Block] = []
    verdict = reply.get("verdict")
    if verdict:
        shown.append(kit.header(VERDICTS.get(verdict, verdict)))
    shown += kit.paragraphs(reply.get("lead") or "")
    for clause in reply.get("clauses") or ():
        shown += clause_blocks(clause, page_url)
    shown += kit.paragraphs(reply.get("closing") or "")
    if reply.get("clauses"):
        shown.append(kit.context(f"Quoted word for word from policy {kit.escape(version)}."))
    ticket = reply.get("ticket")
    buttons = [
        kit.button(quick["title"], f"say:{number}", quick["payload"])
        for number, quick in enumerate(reply.get("quick_replies") or ())
        if len(quick["payload"]) <= kit.LONGEST_VALUE and not (ticket and number > 0)
    ]
    return shown if public else shown + kit.actions(buttons)


def _linked(reply: Mapping[str, Any], page_url: str) -> str:
    """The reply's text, its links whole."""
    text = str(reply["text"])
    for clause in reply.get("clauses") or ():
        text = text.replace(f"\n{clause['url']}", f"\n{page_url}{clause['url']}", 1)
    return text


def clause_blocks(clause: Mapping[str, Any], page_url: str) -> list[Block]:
    """A clause with its number and link, verbatim."""
    highlight = clause.get("highlight")
    span = (int(highlight[0]), int(highlight[1])) if highlight else None
    title = f"Clause {clause['id']}: {clause['title']}"
    link = f"<{page_url}{clause['url']}|{kit.escape(title)}>"
    return [kit.marked(f"*{link}*"), *kit.quote(clause["text"], span)]


def offers(row: int, forms: Mapping[str, Form], *, asked: bool) -> list[Block]:
    """Was it helpful, open a request, ask the Privacy Officer."""
    kinds = [
        kit.option(forms[kind].title, f"{kind}:{row}") for kind in KINDS_ORDER if kind in forms
    ]
    elements = [
        kit.select("Open a request", "open", kinds),
        kit.button("Ask the Privacy Officer", "officer", f"inquiry:{row}"),
    ]
    rated = [
        kit.button("Helpful", "helpful:yes", str(row), label="This answer was helpful"),
        kit.button("Not helpful", "helpful:no", str(row), label="This answer was not helpful"),
    ]
    return [*kit.actions(rated, "feedback"), *kit.actions(elements)] if asked else (
        kit.actions(elements)
    )  # fmt: skip


def split(text: str, shown: Sequence[Block]) -> list[Message]:
    """As many messages as Slack's limits ask for. Together they hold every block."""
    groups: list[list[Block]] = [[]]
    size = 0
    for block in shown:
        weight = sum(len(part) for part in kit.texts([block]))
        if groups[-1] and (size + weight > LONGEST_MESSAGE or len(groups[-1]) >= MOST_BLOCKS):
            groups.append([])
            size = 0
        groups[-1].append(block)
        size += weight
    if len(groups) == 1 and len(text) <= LONGEST_MESSAGE:
        return [Message(kit.escape(text), tuple(groups[0]))]
    return [Message(read_aloud(group), tuple(group)) for group in groups]


def read_aloud(shown: Sequence[Block]) -> str:
    """What stands in these blocks, for where blocks are not shown."""
    return "\n".join(words for block in shown if (words := _aloud(block)))


def _aloud(block: Block) -> str:
    if block["type"] == "rich_text":
        parts = (part["text"] for element in block["elements"] for part in element["elements"])
        return kit.escape("".join(parts))
    if block["type"] == "actions":
        return ""
    given = [block.get("text"), *block.get("fields", ()), *block.get("elements", ())]
    return "\n".join(
        text["text"] if text["type"] == "mrkdwn" else kit.escape(text["text"])
        for text in given
        if text
    )


def repeated(body: Mapping[str, Any]) -> dict[str, Any]:
    """The same message, saying that it may be there twice."""
    noted = [kit.context(REPEATED), *body.get("blocks", ())]
    return {**body, "text": f"{REPEATED}\n{body.get('text', '')}", "blocks": noted}
