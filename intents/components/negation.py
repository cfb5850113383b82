"""A wish that is declined before the real one: "I don't want to complain, just a copy of ..."."""

from __future__ import annotations

import re

LEFT_WORDS = 3
DECLINED = re.compile(
    r"\b(?:do not|don['’]?t|not)\s+(?:really\s+|even\s+)?"
    r"(?:(?:want|wanna|trying|looking|here|asking|wish|need)\s*(?:to\s+)?"
    r"(?:complain|file|make|lodge|report|cancel|close|delete|erase|withdraw|opt out|quit|leave"
    r"|change|correct|talk|speak|sue|argue)\b|complaining\b)"
    r"[^,;.!?]*?(?:[,;.!?]+|\bbut\b|\bjust\b|\bonly\b)\s*(?P<wish>.+)",
    re.IGNORECASE | re.DOTALL,
)


def without_declined(text: str) -> str:
    """Return what is asked for after a declined wish, or the text as it is."""
    found = DECLINED.search(text)
    if found is None:
        return text
    wish = found.group("wish").strip()
    return wish if len(wish.split()) >= LEFT_WORDS else text
