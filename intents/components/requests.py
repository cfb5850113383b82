"""Finds two separate requests in one message, so that both are taken, one after the other."""

from __future__ import annotations

import re
from typing import List, Sequence

from components.sentences import sentence_spans

# Words by which people say themselves that something else follows.
BESIDES = re.compile(
    r"(?:[,;]|\band\b|\boh\b|\bplus\b)?\s*\b(?:and also|also|another (?:thing|question|request)"
    r"|one more (?:thing|question)|secondly|second(?:,| thing| question)|separately"
    r"|while (?:i'm|im|i am|you're|youre) at it|on top of that|as well as|and then i also)\b[,:]?",
    re.IGNORECASE,
)
ASKS = re.compile(
    r"\?\s*$|^(?:please|pls|plz|kindly|(?:and |but |so |hi |hello |also )*(?:can|could|may|would|will"  # noqa: E501
    r"|do|does|did|is|are|who|what|when|where|which|why|how|send|give|show|tell|stop|delete|erase"
    r"|remove|correct|fix|change|update|i (?:also )?(?:want|need|would like|wish|demand|request)"
    r"|i'd like|i'd want|let me))\b",
    re.IGNORECASE,
)
# "... and stop calling me": what follows is a wish of its own.
WISH = re.compile(
    r"\s*,?\s*\b(?:and|then|&)\s+(?=(?:please |pls |then )?(?:stop|quit|send|give|show|tell|delete|erase"  # noqa: E501
    r"|destroy|remove|correct|fix|change|update|take me off|file a"
    r"|i(?:'d)? (?:also )?(?:want|wish|need|like|would like) to (?!know|see|say))\b)",
    re.IGNORECASE,
)
FEWEST_WORDS = 3
MOST_CHARACTERS = 600


def segments(text: str) -> List[str]:
    """Return the parts of a message that each ask for something; fewer than two: none."""
    if len(text) > MOST_CHARACTERS:
        return []
    found = []
    for start, end in sentence_spans(text):
        sentence, place = text[start:end], 0
        for match in BESIDES.finditer(sentence):
            found += WISH.split(sentence[place : match.start()])
            place = match.end()
        found += WISH.split(sentence[place:])
    asking = [part.strip(" ,;:-") for part in found if asks(part.strip(" ,;:-"))]
    return asking if len(asking) > 1 else []


def asks(part: str) -> bool:
    return len(part.split()) >= FEWEST_WORDS and bool(ASKS.search(part))


def distinct(intents: Sequence[str]) -> List[int]:
    """Return the places of the first part of each different intent, in order."""
    seen: List[str] = []
    places = []
    for place, intent in enumerate(intents):
        if intent not in seen:
            seen.append(intent)
            places.append(place)
    return places
