"""Answers in words: a story, a line, what a record can be found by, an honest "I don't know"."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bot.domain.forms import FieldValue
from bot.domain.said import SAID

UNKNOWN = re.compile(
    r"\b(don'?t|do not|dont|can'?t|cannot|cant) (know|remember|recall|say)|\bno idea\b|\bnot sure\b"
    r"|\bunsure\b|\bunknown\b|\bforgot\b|\bidk\b|\bhard to (?:say|tell)\b|\bno clue\b|\bfoggiest\b"
    r"|\bsais (?:pas|plus|trop)\b|\bchais pas\b|\baucune idée\b|\bj'ignore\b|\binconnue?\b"
    r"|\b(?:souviens|rappelle) (?:pas|plus)\b|\bj'ai oublié\b|\b(?:difficile|impossible) à dire\b"
    r"|\bpas (?:très |trop )?(?:sûre?|certaine?)\b",
    re.IGNORECASE,
)
WORD = re.compile(r"\w{2,}", re.UNICODE)
NO_NUMBER = re.compile(
    r"\b(?:do not|don't|dont|haven't|have no|lost|without|n'ai pas|aucun|sans|perdu)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ReadValue:
    """What a field's type found: a value that fits, or a sentence on why what is there does not."""

    value: FieldValue | None = None
    problem: str | None = None


def plain(text: str) -> str:
    """The same words with composed accents and straight apostrophes, as the patterns have them."""
    return unicodedata.normalize("NFC", text).replace("’", "'")


def read_words(text: str, at_least: int, language: str = "en") -> ReadValue:
    if len(WORD.findall(text)) < at_least:
        return ReadValue()
    return ReadValue(FieldValue(text, text, SAID[language]["quoted"].format(words=text)))


def read_lookup(text: str, language: str = "en") -> ReadValue:
    """Something a record can be found by: a number, an address; or an honest "I don't know"."""
    if re.search(r"\d", text) or "@" in text:
        return read_words(text, 1, language)
    if UNKNOWN.search(plain(text)) or NO_NUMBER.search(plain(text)):
        return ReadValue(FieldValue(text, "unknown", SAID[language]["no_lookup"]))
    return ReadValue()
