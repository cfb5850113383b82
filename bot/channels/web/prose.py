"""Our own short Markdown as HTML: paragraphs, numbered lists, bold, addresses. Nothing else.

Everything is escaped first, so a value filled in from data/company.yml stays text.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_NUMBERED = re.compile(r"^\d+\. ")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_MAIL = re.compile(r"(?<![\w.+-])([\w.+-]+@[\w-]+(?:\.[\w-]+)+)")
_WEB = re.compile(r"(https://[^\s<>;,)]+[^\s<>;,.)])")
_CONTINUES = (";", "; and", "; or")


def prose(text: str) -> Markup:
    """Render a text of ours."""
    return Markup("\n").join(
        _block(block.splitlines()) for block in re.split(r"\n\s*\n", text.strip()) if block.strip()
    )


def linked(text: str) -> Markup:
    """Render one line: bold, mail and web addresses."""
    html = _BOLD.sub(r"<strong>\1</strong>", str(escape(text)))
    html = _WEB.sub(r'<a href="\1" rel="noopener noreferrer">\1</a>', html)
    return Markup(_MAIL.sub(r'<a href="mailto:\1">\1</a>', html))  # noqa: S704 (escaped above)


def _block(lines: list[str]) -> Markup:
    if all(_NUMBERED.match(line) for line in lines):
        items = Markup("").join(
            Markup("<li>{}</li>").format(linked(_NUMBERED.sub("", line))) for line in lines
        )
        return Markup("<ol>{}</ol>").format(items)
    return Markup("<p>{}</p>").format(linked(" ".join(lines)))


def clause_lines(text: str) -> list[tuple[str, bool]]:
    """The lines of a clause, each with whether it is an entry of a list.

    Entries follow a line that ends with a colon, up to the first that does not end as one that
    another follows. The page's script reads lists by the same rule.
    """
    lines: list[tuple[str, bool]] = []
    listing = False
    for line in text.split("\n"):
        lines.append((line, listing))
        listing = line.endswith(_CONTINUES) if listing else line.endswith(":")
    return lines
