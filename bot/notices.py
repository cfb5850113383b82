"""Notices: what is told to whom, and the port by which it goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.errors import DeskError


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one person about one ticket, ready to be sent."""

    key: str
    to: str
    subject: str
    text: str
    repeated: bool = False


class NoticeError(DeskError):
    """The notice could not be delivered."""

    code = "notice"

    def __init__(self, why: str, *, permanent: bool) -> None:
        super().__init__(why)
        self.permanent = permanent


class Notifier(Protocol):
    """A way to reach people."""

    @property
    def name(self) -> str:
        """What the notice row calls this way: `log`, `e-mail`, `slack`."""

    def send(self, notice: Notice) -> None:
        """Deliver, or raise NoticeError, permanent when trying again is of no use."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where the holder of a duty is reached: an address and the way that leads there."""

    duty: str
    to: str
    by: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """Who is told, in order: the officer, then the deputy, then the fallback.

    `letters_by` is the way that leads to requesters, where there is one.
    """

    recipients: tuple[Recipient, ...]
    letters_by: str | None = None

    def reach(self, duties: Sequence[str]) -> tuple[Recipient, ...]:
        """Those who hold one of these duties; the first of the ladder when nobody does."""
        found = tuple(r for r in self.recipients if r.duty in duties)
        return found or self.recipients[:1]

    def after(self, to: str, by: str) -> Recipient | None:
        """Who is told when this one cannot be reached.

        The first of the ladder for someone who is not on it: the settings have changed since.
        """
        places = [i for i, r in enumerate(self.recipients) if (r.to, r.by) == (to, by)]
        rest = self.recipients[places[0] + 1 :] if places else self.recipients
        return rest[0] if rest else None
