"""The desk's sentences in other languages: one catalogue a language, English being the source.

What lives here: the catalogues (`<language>/LC_MESSAGES/desk.po`) and looking sentences up in
them. What does not: words that are data (forms, policy), which have a file for each language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from babel.core import negotiate_locale
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from bot.domain.translation import mark

__all__ = ["DEFAULT", "FOLDER", "LANGUAGES", "Translator", "mark", "preferred", "translator"]

FOLDER = Path(__file__).parent
DEFAULT = "en"
LANGUAGES = (DEFAULT, "fr")


@dataclass(frozen=True)
class Translator:
    """Gives sentences in one language; what it does not know stays English.

    Called with a sentence as the source has it. Values are filled into braces by name; they are
    never looked up and never read as a format.
    """

    language: str
    catalogue: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, message: str, /, **values: object) -> str:
        sentence = self.catalogue.get(message, message)
        return sentence.format(**values) if values else sentence


@cache
def translator(language: str) -> Translator:
    """The translator into this language; into English for one that has no catalogue."""
    path = FOLDER / language / "LC_MESSAGES" / "desk.po"
    if language not in LANGUAGES or language == DEFAULT:
        return Translator(DEFAULT)
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    known = {str(m.id): str(m.string) for m in catalogue if m.id and m.string and not m.fuzzy}
    return Translator(language, known)


def preferred(accept_language: str) -> str:
    """The language of ours that an Accept-Language header likes best; English when none."""
    wishes: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept_language[:500].split(",")):
        tag, _, weight = part.strip().partition(";q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            quality = 0.0
        if tag and quality > 0:
            wishes.append((-quality, place, tag))
    tags = [tag.replace("-", "_") for _, _, tag in sorted(wishes)]
    return (negotiate_locale(tags, LANGUAGES) or DEFAULT) if tags else DEFAULT


def script_sentences(path: Path) -> list[str]:
    """The sentences that a page's script marks with `tr("...")`."""
    options = {"parse_template_string": True}
    found = extract_from_file("javascript", path, {"tr": None}, (), options)
    return [str(message) for _, message, _, _ in found]
