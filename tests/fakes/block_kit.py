"""Slack's limits on blocks, as its reference gives them, and blocks read aloud as text.

`problems` names what Slack would refuse; `render` gives what a person sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

# docs.slack.dev: reference/block-kit
TEXT = 3000
SECTION_FIELD, SECTION_FIELDS = 2000, 10
HEADER, ACTION_ID, BLOCK_ID = 150, 255, 255
BUTTON, VALUE, URL, LABEL = 75, 2000, 3000, 75
OPTION, OPTIONS, PLACEHOLDER = 75, 100, 150
ACTIONS, CONTEXT = 25, 10
INPUT_LABEL, HINT = 2000, 2000
MODAL_TITLE, MODAL_BUTTON, PRIVATE = 24, 24, 3000
MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
MESSAGE_TEXTS = 13_200
CHECKBOXES = 10
CONFIRM = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
BROADCAST = re.compile(r"<!(?:channel|here|everyone|subteam)")


def problems(body: Mapping[str, Any]) -> list[str]:
    """What Slack would refuse of a message."""
    blocks = body.get("blocks") or []
    found = [] if body.get("text") else ["no text beside the blocks"]
    if len(blocks) > MESSAGE_BLOCKS:
        found.append(f"{len(blocks)} blocks in a message")
    size = sum(len(text) for text in _texts(blocks))
    if size > MESSAGE_TEXTS:
        found.append(f"{size} characters in a message")
    if body.get("unfurl_links", False) or body.get("unfurl_media", False):
        found.append("it unfurls")
    if BROADCAST.search(" ".join([str(body.get("text")), *_marked(blocks)])):
        found.append("it rings for everyone")
    return [*found, *_of_blocks(blocks)]


def view_problems(view: Mapping[str, Any]) -> list[str]:
    """What Slack would refuse of a modal or a Home."""
    found = list(_of_blocks(view["blocks"]))
    if len(view["blocks"]) > VIEW_BLOCKS:
        found.append(f"{len(view['blocks'])} blocks in a view")
    if view["type"] == "modal":
        found += _text(view["title"], MODAL_TITLE, "title")
        for name in ("submit", "close"):
            if name in view:
                found += _text(view[name], MODAL_BUTTON, name)
        if len(view.get("private_metadata", "")) > PRIVATE:
            found.append("private metadata too long")
        has_input = any(block["type"] == "input" for block in view["blocks"])
        if has_input and "submit" not in view:
            found.append("inputs without a submit button")
    return found


def _of_blocks(blocks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        yield "a block id twice"
    for block in blocks:
        checks = {
            "section": _section, "header": _header, "context": _context, "divider": _nothing,
            "actions": _actions, "input": _input, "rich_text": _rich,
        }  # fmt: skip
        if block["type"] not in checks:
            yield f"no such block: {block['type']}"
            continue
        if len(block.get("block_id", "x")) > BLOCK_ID:
            yield "block id too long"
        yield from checks[block["type"]](block)


def _text(text: Mapping[str, Any], longest: int, what: str, kind: str | None = None) -> list[str]:
    words = text.get("text", "")
    found = [] if 0 < len(words) <= longest else [f"{what}: {len(words)} characters"]
    if kind and text.get("type") != kind:
        found.append(f"{what}: {text.get('type')}")
    return found


def _section(block: Mapping[str, Any]) -> Iterator[str]:
    if "text" not in block and not block.get("fields"):
        yield "an empty section"
    if "text" in block:
        yield from _text(block["text"], TEXT, "section")
    if len(block.get("fields", ())) > SECTION_FIELDS:
        yield "too many fields"
    for field in block.get("fields", ()):
        yield from _text(field, SECTION_FIELD, "field")
    if "accessory" in block:
        yield from _element(block["accessory"])


def _header(block: Mapping[str, Any]) -> Iterator[str]:
    yield from _text(block["text"], HEADER, "header", "plain_text")


def _context(block: Mapping[str, Any]) -> Iterator[str]:
    if not 0 < len(block["elements"]) <= CONTEXT:
        yield "context elements"
    for element in block["elements"]:
        yield from _text(element, TEXT, "context")


def _nothing(_block: Mapping[str, Any]) -> Iterator[str]:
    yield from ()


def _actions(block: Mapping[str, Any]) -> Iterator[str]:
    if not 0 < len(block["elements"]) <= ACTIONS:
        yield "elements in actions"
    ids = [element["action_id"] for element in block["elements"]]
    if len(ids) != len(set(ids)):
        yield "an action id twice in a block"
    for element in block["elements"]:
        yield from _element(element)


def _input(block: Mapping[str, Any]) -> Iterator[str]:
    yield from _text(block["label"], INPUT_LABEL, "label", "plain_text")
    if "hint" in block:
        yield from _text(block["hint"], HINT, "hint", "plain_text")
    yield from _element(block["element"])


def _element(element: Mapping[str, Any]) -> Iterator[str]:
    if not 0 < len(element["action_id"]) <= ACTION_ID:
        yield "action id"
    kind = element["type"]
    if kind == "button":
        yield from _text(element["text"], BUTTON, "button", "plain_text")
        if "value" in element and not 0 < len(element["value"]) <= VALUE:
            yield "button value"
        if len(element.get("url", "")) > URL:
            yield "button url"
        if element.get("style", "primary") not in {"primary", "danger"}:
            yield "button style"
        if len(element.get("accessibility_label", "")) > LABEL:
            yield "accessibility label"
        for name, longest in CONFIRM.items() if "confirm" in element else ():
            yield from _text(element["confirm"][name], longest, f"confirm {name}")
    elif kind in {"static_select", "radio_buttons", "checkboxes"}:
        most = CHECKBOXES if kind != "static_select" else OPTIONS
        if not 0 < len(element["options"]) <= most:
            yield "options"
        for option in element["options"]:
            yield from _text(option["text"], OPTION, "option")
            if not 0 < len(option["value"]) <= 150:
                yield "option value"
    elif kind == "plain_text_input":
        if len(element.get("initial_value", "")) > element.get("max_length", TEXT):
            yield "initial value"
    elif kind not in {"datepicker", "users_select"}:
        yield f"no such element: {kind}"
    if "placeholder" in element:
        yield from _text(element["placeholder"], PLACEHOLDER, "placeholder")


def _rich(block: Mapping[str, Any]) -> Iterator[str]:
    size = sum(len(part["text"]) for e in block["elements"] for part in e["elements"])
    if not 0 < size <= TEXT:
        yield f"rich text: {size} characters"
    for element in block["elements"]:
        if element["type"] not in {"rich_text_quote", "rich_text_section"}:
            yield f"no such rich text: {element['type']}"


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        for name, part in node.items():
            if name == "text" and isinstance(part, str):
                yield part
            else:
                yield from _texts(part)
    elif isinstance(node, list | tuple):
        for part in node:
            yield from _texts(part)


def _marked(node: Any) -> Iterator[str]:
    """Texts that Slack reads as markup."""
    if isinstance(node, Mapping):
        if node.get("type") == "mrkdwn":
            yield str(node["text"])
        for part in node.values():
            yield from _marked(part)
    elif isinstance(node, list | tuple):
        for part in node:
            yield from _marked(part)


def render(blocks: Sequence[Mapping[str, Any]]) -> str:
    """The blocks as a person reads them, a line or more each."""
    return "\n".join(line for block in blocks for line in _lines(block)) + "\n"


def _lines(block: Mapping[str, Any]) -> Iterator[str]:
    match block["type"]:
        case "header":
            yield f"# {block['text']['text']}"
        case "section":
            if "text" in block:
                yield block["text"]["text"]
            for field in block.get("fields", ()):
                yield "  | " + field["text"].replace("\n", ": ")
            if "accessory" in block:
                yield _shown(block["accessory"])
        case "context":
            yield "  (" + " ".join(element["text"] for element in block["elements"]) + ")"
        case "divider":
            yield "---"
        case "actions":
            yield " ".join(_shown(element) for element in block["elements"])
        case "rich_text":
            for element in block["elements"]:
                yield "> " + "".join(_span(part) for part in element["elements"])
        case "input":
            optional = " (optional)" if block.get("optional") else ""
            yield f"{block['label']['text']}{optional}: {_shown(block['element'])}"
            if "hint" in block:
                yield f"  ({block['hint']['text']})"


def _span(part: Mapping[str, Any]) -> str:
    return f"**{part['text']}**" if part.get("style", {}).get("bold") else str(part["text"])


def _shown(element: Mapping[str, Any]) -> str:
    kind = element["type"]
    if kind == "button":
        asks = " ?" if "confirm" in element else ""
        leads = f" -> {element['url']}" if "url" in element else ""
        return f"[{element['text']['text']}{asks}{leads}]"
    if kind in {"static_select", "radio_buttons", "checkboxes"}:
        options = " | ".join(option["text"]["text"] for option in element["options"])
        placed = element.get("placeholder", {}).get("text", kind)
        return f"<{placed}: {options}>"
    if kind == "plain_text_input":
        return f"______ {element.get('initial_value', '')}".rstrip()
    return f"<{kind} {element.get('initial_date', '')}>".replace(" >", ">")


def render_view(view: Mapping[str, Any]) -> str:
    """A modal or a Home as a person sees it."""
    title = f"== {view['title']['text']} ==\n" if "title" in view else "== Home ==\n"
    end = f"[{view['close']['text']}]" if "close" in view else ""
    end += f" [{view['submit']['text']}]" if "submit" in view else ""
    return title + render(view["blocks"]) + (f"{end}\n" if end else "")
