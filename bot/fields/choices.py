"""One or several of the choices that a question offers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.domain.forms import Choice, Field, FieldValue
from bot.fields.words import ReadValue, plain

# A turn of phrase with "tout", or "tout le ...", must not stop more than was asked.
NOT_ALL = re.compile(
    r"\b(?:du|pas|après|avant|malgré) tout\b"
    r"|\btout (?:de suite|à fait|d abord|de même|simplement|le|la|l|ce|cet)\b"
)
ALL = frozenset({"all", "tout"})
MORE = re.compile(
    r"\b(?:add|also|too|as well|plus|and|include|aussi|ajoute[rz]?|également)\b", re.IGNORECASE
)
LESS = re.compile(
    r"\b(?:leave .*out|leave|drop|remove|keep|except|but not|without|sauf|enlève[rz]?|enlever"
    r"|garde[rz]?|pas)\b",
    re.IGNORECASE,
)


def read_choice(entry: Field, text: str) -> ReadValue:
    typed = plain(text).lower()
    lowered = " " + NOT_ALL.sub(" ", re.sub(r"[^\w]+", " ", typed)) + " "
    named = {
        choice: {w for w in (choice.value.replace("_", " "), *choice.words) if f" {w} " in lowered}
        | ({choice.title} if plain(choice.title).lower() in typed else set())
        for choice in entry.choices
    }
    chosen = [choice for choice, words in named.items() if words]
    # "All these sales calls" are calls; "all" alone is everything.
    narrow = [choice for choice in chosen if named[choice] - ALL]
    return _chosen(entry, text, narrow or chosen)


def _chosen(entry: Field, text: str, chosen: Sequence[Choice]) -> ReadValue:
    if not chosen or (len(chosen) > 1 and not entry.several):
        return ReadValue()
    return ReadValue(
        FieldValue(text, ",".join(c.value for c in chosen), ", ".join(c.title for c in chosen))
    )


def changed_choice(entry: Field, earlier: FieldValue, text: str) -> FieldValue | None:
    """What "the e-mails too" or "leave the directory out" make of several choices; else None."""
    named = read_choice(entry, text).value
    had, said = set(earlier.value.split(",")), set(named.value.split(",")) if named else set()
    if LESS.search(plain(text)) and said & had and had - said:
        kept = had - said
    elif MORE.search(plain(text)) and said - had:
        kept = had | said
    else:
        return None
    return _chosen(entry, text, [c for c in entry.choices if c.value in kept]).value
