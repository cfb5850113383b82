"""What a search by words looks in, and looks for: text in one form, in which cases are alike.

What lives here: that form. What does not: the index over it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

GRAM = 3


def folded(text: str) -> str:
    """Text in the form in which it is searched: composed, without cases, fit for any database."""
    kept = text.replace("\0", "").encode("utf-8", "ignore").decode()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", kept).casefold())


def searchable(person: str, fields: Mapping[str, Any]) -> str:
    """What a request is found by: whose it is, and each thing that they wrote, once."""
    return "\n".join(dict.fromkeys(folded(text) for text in (person, *_texts(fields))))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def grams(words: str) -> list[str]:
    """Pieces of three characters that cover these folded words; none of shorter ones.

    Whatever holds the words holds every piece; the other way round is to be looked at.
    """
    last = len(words) - GRAM
    if last < 0:
        return []
    starts = dict.fromkeys((*range(0, last + 1, GRAM), last))
    return list(dict.fromkeys(words[start : start + GRAM] for start in starts))
