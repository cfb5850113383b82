"""The one exception base, and the typed errors that every layer shares.

An error carries what the edge needs (a short code, a sentence fit to be shown); it never
carries what a person wrote.
"""

from __future__ import annotations


class DeskError(Exception):
    """The desk could not do it."""

    code = "desk_error"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip().splitlines()[0])

    @property
    def sentence(self) -> str:
        """One sentence that may be shown to the person or the operator."""
        return str(self)


class ConfigurationError(DeskError):
    """A setting or a data file is not usable."""

    code = "configuration"


class InvalidInput(DeskError):
    """What was given cannot be used."""

    code = "invalid_input"


class NotFound(DeskError):
    """There is no such thing, or it is not yours."""

    code = "not_found"


class Conflict(DeskError):
    """Someone else changed this in the meantime."""

    code = "conflict"


class HorizonError(DeskError):
    """The holiday calendar does not cover the dates that are needed, so nothing can be promised."""

    code = "calendar_horizon"
