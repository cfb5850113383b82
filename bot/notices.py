"""Notices: what is told to whom, and the port by which it goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from bot.domain.errors import DeskError
from bot.domain.translation import ENGLISH, Translate


class Sort(StrEnum):
    """What a notice is, so that a way to reach people can give it its shape."""

    CARD = "card"
    """One thing about one ticket, to someone of the desk; it rings where the way can ring."""
    DIGEST = "digest"
    """The morning's list: many notice rows in one message."""
    LETTER = "letter"
    """Words to a requester: their receipt, the reply, an extension, the closing."""
    OPERATOR = "operator"
    """Word to whoever runs the machine: something could not be delivered or worked on."""


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One line of a digest: `group` is its heading, `text` is complete in itself."""

    group: str
    reference: str
    kind: str
    clock: str
    threshold: str
    due: date | None
    text: str
    link: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one person, ready to be sent.

    `key` names what is told: the same at every try, so that the other side can be asked for it.
    `subject` and `text` are complete in themselves: a way that knows no cards sends these. The
    rest is the same in parts, for a card: `ticket` is the ticket's JSON (None on a digest),
    `summary` says whose it is without a name, `why` why that date, `next_step` what to do,
    `link` where. `repeated`: a process died while sending it, so it may be there already.
    """

    key: str
    to: str
    subject: str
    text: str
    repeated: bool = False
    sort: Sort = Sort.CARD
    reference: str = ""
    kind: str = ""
    clock: str = ""
    threshold: str = ""
    due: date | None = None
    owner: str = ""
    summary: str = ""
    why: str = ""
    next_step: str = ""
    link: str = ""
    ticket: Mapping[str, Any] | None = None
    lines: Sequence[DigestLine] = ()
    # Rows of the outbox that this one message stands for.
    outbox: Sequence[int] = field(default=())
    # The sentences that a way to reach people adds, in the language of the words.
    tr: Translate = ENGLISH


class NoticeError(DeskError):
    """The notice could not be delivered."""

    code = "notice"

    def __init__(
        self,
        why: str,
        *,
        permanent: bool,
        retry_after: float | None = None,
        whole_way: bool = False,
    ) -> None:
        """`retry_after`: the seconds that the other side asks us to wait. `whole_way`: the other
        side is away, so that nothing else would get through now either."""
        super().__init__(why)
        self.permanent = permanent
        self.retry_after = retry_after
        self.whole_way = whole_way


class Notifier(Protocol):
    """A way to reach people. Adapters derive from it and take over what it says of itself."""

    @property
    def name(self) -> str:
        """What the notice row calls this way: `log`, `e-mail`, `slack`, `web`."""

    @property
    def repeats_show_once(self) -> bool:
        """Tell whether sending the same notice twice shows it once, or harms nobody.

        Only then may many be sent before the first of them is recorded.
        """
        return False

    def send(self, notice: Notice) -> None:
        """Deliver, or raise NoticeError, permanent when trying again is of no use."""

    def has(self, notice: Notice) -> bool:
        """Tell whether the other side has this notice; asked before a repeat is sent.

        False where it cannot be asked. Raises NoticeError when it does not answer.
        """
        return False

    def problems(self, addresses: Sequence[str]) -> list[str]:
        """What is wrong with this way and with these addresses, asked of the other side.

        Each problem is a sentence that names no address. Nothing is sent.
        """
        return []


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where the holder of a duty is reached: an address and the way that leads there."""

    duty: str
    to: str
    by: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """Who is told, in order: the officer, then the deputy, then the fallback; each way of each.

    `letters_by` are the ways that lead to requesters: `e-mail`, `web`, `slack`. `operator` is
    told what could not be delivered; without one the log has it.
    """

    recipients: tuple[Recipient, ...]
    letters_by: frozenset[str] = frozenset()
    operator: Recipient | None = None

    def reach(self, duties: Sequence[str]) -> tuple[Recipient, ...]:
        """Every way to those who hold one of these duties; the ladder's first when nobody does."""
        found = tuple(r for r in self.recipients if r.duty in duties)
        return found or self.recipients[:1]

    def card(self, duties: Sequence[str]) -> tuple[Recipient, ...]:
        """The first way to each who holds one of these duties; nobody when nobody does."""
        firsts: dict[str, Recipient] = {}
        for recipient in self.recipients:
            if recipient.duty in duties:
                firsts.setdefault(recipient.duty, recipient)
        return tuple(firsts.values())

    def ways(self, duty: str) -> tuple[Recipient, ...]:
        """Every way to the holder of this duty, the first to be taken first."""
        return tuple(r for r in self.recipients if r.duty == duty)

    def owner(self, owner: str | None) -> Recipient:
        """The first way to a ticket's owner: a duty, an address of the ladder, or their own.

        A ticket without an owner, and one whose owner has no address here, is the officer's.
        """
        name = (owner or "").removeprefix("slack:")
        ways = {r.by for r in self.recipients}
        for recipient in self.recipients:
            if name in (recipient.duty, recipient.to):
                return self.card((recipient.duty,))[0]
        if "@" in name and "e-mail" in ways:
            return Recipient("owner", name, "e-mail")
        if owner and owner.startswith("slack:") and "slack" in ways:
            return Recipient("owner", name, "slack")
        return (self.card(("officer",)) or self.recipients)[0]

    def after(self, to: str, by: str) -> tuple[Recipient, ...]:
        """Who is told, in this order, when this one cannot be reached.

        The whole ladder for someone who is not on it: an owner, or the settings have changed.
        """
        places = [i for i, r in enumerate(self.recipients) if (r.to, r.by) == (to, by)]
        return self.recipients[places[0] + 1 :] if places else self.recipients
