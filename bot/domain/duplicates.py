"""When two requests of one person are one matter: told twice, or over two channels.

Pure comparison of what was answered. Who joins them, and how, is `bot.desk.duplicates`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# What of the answers says which matter it is; how to reach someone, or the wish, does not.
MATTER = ("what", "wrong", "right", "uses", "service", "find", "details")
# "They read my bill out" and "my bill was read out at the counter" share most of their words.
ALIKE = 0.6
WORD = re.compile(r"[^\W_]{3,}|\d+", re.UNICODE)
COMMON = frozenset(
    {
        "the", "and", "for", "that", "this", "with", "was", "were", "are", "has", "have", "had",
        "not", "but", "you", "your", "our", "they", "them", "their", "his", "her", "from", "who",
        "what", "when", "where", "which", "about", "been", "would", "could", "should", "did",
        "does", "just", "also", "none", "les", "des", "une", "est", "pas", "que", "qui", "pour",
        "avec", "mon", "mes", "vos", "votre", "dans", "sur", "par",
    }
)  # fmt: skip


def contact_of(fields: Mapping[str, Any]) -> str | None:
    """The address or number that was given for the answer, in one form; None for the chat."""
    reach = fields.get("reach")
    value = str(reach.get("value", "")) if isinstance(reach, Mapping) else ""
    folded = " ".join(value.casefold().split())
    return folded if folded not in {"", "thread", "none"} else None


def matter_of(fields: Mapping[str, Any]) -> frozenset[str]:
    """The words that say what a request is about."""
    values = [fields[name] for name in MATTER if name in fields]
    told = " ".join(str(value.get("value", "")) for value in values if isinstance(value, Mapping))
    return frozenset(WORD.findall(told.casefold().replace("_", " "))) - COMMON


def same_matter(some: Mapping[str, Any], others: Mapping[str, Any]) -> bool:
    """Tell whether two requests of one kind and one person say the same.

    The words in common over all words of both; requests without words are never the same.
    """
    mine, theirs = matter_of(some), matter_of(others)
    either = mine | theirs
    return bool(either) and len(mine & theirs) / len(either) >= ALIKE
