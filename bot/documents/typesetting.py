"""Turning a document into a tagged PDF: the one place that knows the typesetter.

Everything that a person wrote reaches the typesetter as data and is shown as text.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

TEMPLATE = Path(__file__).parent / "document.typ"

# What the embedded typeface shows: Latin, Greek, Cyrillic, Hebrew, and the usual punctuation.
SHOWN = (
    (0x20, 0x24F), (0x370, 0x45F), (0x5D0, 0x5EA), (0x1E00, 0x1EFF), (0x2010, 0x2027),
    (0x2030, 0x203A), (0x20AC, 0x20AC), (0x2190, 0x2193),
)  # fmt: skip
UNSHOWN = {"Cc", "Cf", "Cs", "Co", "Cn"}


@dataclass(frozen=True, slots=True)
class Prose:
    """Paragraphs of ours or of a person; an empty line parts them.

    `quoted` sets them apart, `strong` makes them a heading within the section.
    """

    text: str
    quoted: bool = False
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Pairs:
    """Names with their values, as on a form. An empty value is a line to write on."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Rows:
    """A table with a row of headings. `caption` says what it shows."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Numbered:
    """A numbered list: a heading and its words for each entry."""

    entries: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Ticks:
    """Boxes, ticked or not. `ticked` and `unticked` say it for who cannot see the box."""

    boxes: Sequence[tuple[bool, str]]
    ticked: str
    unticked: str


Block = Prose | Pairs | Rows | Numbered | Ticks


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    heading: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it is set: title, lead, sections. `foot` stands at the foot of every page."""

    language: str
    title: str
    sender: str
    lead: str
    foot: str
    page_of: str
    sections: Sequence[Section]


def typeset(document: Document) -> bytes:
    """The document as PDF: tagged (PDF/UA-1), with its language, title and fonts in it."""
    # A large library, and most processes never set a page.
    import typst

    facts = json.dumps(_plain(document), ensure_ascii=False)
    made: bytes = typst.compile(
        TEMPLATE,
        root=TEMPLATE.parent,
        ignore_system_fonts=True,
        sys_inputs={"facts": facts},
        format="pdf",
        pdf_standards=["ua-1"],
    )
    return made


def showable(text: str) -> str:
    """The text with what the typeface lacks named in brackets: nothing is left out silently."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " "))
    return "".join(_shown(character) for character in composed)


def _shown(character: str) -> str:
    if character == "\n" or any(a <= ord(character) <= b for a, b in SHOWN):
        return "" if unicodedata.category(character) in UNSHOWN and character != "\n" else character
    if unicodedata.category(character) in UNSHOWN or unicodedata.combining(character):
        return ""
    return f"[{unicodedata.name(character, 'character').lower()}]"


def _plain(value: Any) -> Any:
    """The document as JSON values; each block carries the name of its kind."""
    if is_dataclass(value) and not isinstance(value, type):
        given = {entry.name: getattr(value, entry.name) for entry in fields(value)}
        return {"is": type(value).__name__, **{name: _plain(v) for name, v in given.items()}}
    if isinstance(value, str):
        return showable(value)
    if isinstance(value, Sequence):
        return [_plain(entry) for entry in value]
    return value
