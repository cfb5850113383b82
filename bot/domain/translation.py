"""How the rules give their sentences in another language without knowing any catalogue."""

from __future__ import annotations

from typing import Protocol


class Translate(Protocol):
    """Gives a sentence in `language`, its values filled into braces by name."""

    @property
    def language(self) -> str: ...

    def __call__(self, message: str, /, **values: object) -> str: ...


class _AsWritten:
    """The sentences as the source has them."""

    language = "en"

    def __call__(self, message: str, /, **values: object) -> str:
        return message.format(**values) if values else message


ENGLISH: Translate = _AsWritten()


def mark(message: str) -> str:
    """Give the sentence back: for one that is looked up later, so that the catalogue holds it."""
    return message
