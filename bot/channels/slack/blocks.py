"""Block Kit, piece by piece: plain functions that return what Slack takes.

Text that we did not write goes into `plain_text` and rich text, where nothing is read as markup;
in `mrkdwn` it is escaped. A text longer than a block is spread over several, never cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Block = dict[str, Any]

# docs.slack.dev: reference/block-kit/blocks
LONGEST_TEXT = 3000
LONGEST_BUTTON = 75
LONGEST_VALUE = 2000
LONGEST_OPTION = 75
LONGEST_FIELD = 2000
FIELDS_IN_SECTION = 10
BUTTONS_IN_ROW = 25
BLOCKS_IN_MESSAGE = 50
BLOCKS_IN_VIEW = 100


def escape(text: str) -> str:
    """Make text harmless in mrkdwn: no mention, no link, no entity can come out of it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """What someone typed, as they typed it."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def pieces(text: str, longest: int = LONGEST_TEXT) -> list[str]:
    """Split a text where lines, else sentences, else words end. Joined, they are the text."""
    found: list[str] = []
    while len(text) > longest:
        end = max(
            (text.rfind(mark, 0, longest) + len(mark) for mark in ("\n", ". ", " ")
             if text.rfind(mark, 0, longest) > longest // 2),
            default=longest,
        )  # fmt: skip
        found.append(text[:end])
        text = text[end:]
    return [*found, text] if text else found


def shortened(text: str, longest: int) -> str:
    """A label that fits; that it was shortened is seen."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def paragraphs(text: str) -> list[Block]:
    """Our own or anyone's words, as they are."""
    return [{"type": "section", "text": plain(part)} for part in pieces(text.strip())]


def marked(text: str, accessory: Block | None = None) -> Block:
    """A section in mrkdwn; what we did not write in it is escaped by the caller."""
    more = {"accessory": accessory} if accessory else {}
    return {"type": "section", "text": mrkdwn(text), **more}


def fields(entries: Sequence[str]) -> list[Block]:
    """Short texts side by side."""
    rows = [
        entries[at : at + FIELDS_IN_SECTION] for at in range(0, len(entries), FIELDS_IN_SECTION)
    ]
    return [{"type": "section", "fields": [mrkdwn(text) for text in row]} for row in rows]


def header(text: str) -> Block:
    return {"type": "header", "text": plain(shortened(text, 150))}


def context(text: str) -> Block:
    return {"type": "context", "elements": [mrkdwn(text)]}


def divider() -> Block:
    return {"type": "divider"}


def quote(text: str, highlight: tuple[int, int] | None = None) -> list[Block]:
    """A verbatim quotation; the telling sentence is bold."""
    start, end = highlight or (0, 0)
    spans = [(text[:start], False), (text[start:end], True), (text[end:], False)]
    quoted: list[list[Block]] = [[]]
    room = LONGEST_TEXT
    for words, bold in spans:
        for part in pieces(words, room) if len(words) > room else [words]:
            if not part:
                continue
            if len(part) > room:
                quoted.append([])
                room = LONGEST_TEXT
            style = {"style": {"bold": True}} if bold else {}
            quoted[-1].append({"type": "text", "text": part, **style})
            room -= len(part)
            if room <= 0:
                quoted.append([])
                room = LONGEST_TEXT
    return [
        {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": elements}]}
        for elements in quoted
        if elements
    ]


def button(
    text: str,
    action: str,
    value: str = "",
    *,
    style: str | None = None,
    confirm: Block | None = None,
    label: str | None = None,
) -> Block:
    """A button; `label` is what a screen reader says where the text alone is not enough."""
    made: Block = {
        "type": "button",
        "text": plain(shortened(text, LONGEST_BUTTON)),
        "action_id": action,
    }
    more = {"value": value or None, "style": style, "confirm": confirm}
    more["accessibility_label"] = shortened(label, 75) if label else None
    return made | {name: given for name, given in more.items() if given}


def link_button(text: str, url: str, action: str = "link") -> Block:
    return {**button(text, action), "url": url}


def confirmation(title: str, text: str, yes: str) -> Block:
    return {
        "title": plain(shortened(title, 100)),
        "text": plain(shortened(text, 300)),
        "confirm": plain(shortened(yes, 30)),
        "deny": plain("Not now"),
    }


def option(text: str, value: str) -> Block:
    return {"text": plain(shortened(text, LONGEST_OPTION)), "value": value}


def select(placeholder: str, action: str, options: Sequence[Block]) -> Block:
    return {
        "type": "static_select",
        "action_id": action,
        "placeholder": plain(shortened(placeholder, 150)),
        "options": list(options),
    }


def actions(elements: Sequence[Block], block: str | None = None) -> list[Block]:
    """Rows of buttons and menus, as many to a row as Slack takes."""
    more = {"block_id": block} if block else {}
    return [
        {"type": "actions", "elements": list(elements[at : at + BUTTONS_IN_ROW]), **more}
        for at in range(0, len(elements), BUTTONS_IN_ROW)
    ]


def field_input(
    block: str,
    label: str,
    element: Mapping[str, Any],
    *,
    hint: str = "",
    optional: bool = False,
) -> Block:
    """A question of a modal. The answer is found under `block` and the action `value`."""
    made: Block = {
        "type": "input",
        "block_id": block,
        "label": plain(shortened(label, 2000)),
        "element": {**element, "action_id": "value"},
        "optional": optional,
    }
    return made | ({"hint": plain(shortened(hint, 2000))} if hint else {})


def text_input(*, multiline: bool = False, initial: str = "") -> Block:
    made: Block = {"type": "plain_text_input", "multiline": multiline, "max_length": LONGEST_TEXT}
    return made | ({"initial_value": initial[:LONGEST_TEXT]} if initial else {})


def modal(
    title: str, callback: str, blocks: Iterable[Block], *, submit: str | None, private: str = ""
) -> Block:
    """A modal; without `submit` it can only be read."""
    made: Block = {
        "type": "modal",
        "callback_id": callback,
        "title": plain(shortened(title, 24)),
        "close": plain("Cancel" if submit else "Close"),
        "blocks": list(blocks),
        "private_metadata": private,
    }
    return made | ({"submit": plain(submit)} if submit else {})


def texts(blocks: Iterable[Block]) -> Iterable[str]:
    """Every text in these blocks, for counting and for reading aloud."""
    for block in blocks:
        yield from _texts(block)


def _texts(node: Any) -> Iterable[str]:
    if isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield node["text"]
        for name, part in node.items():
            if name not in {"confirm", "value"}:
                yield from _texts(part)
    elif isinstance(node, list):
        for part in node:
            yield from _texts(part)
