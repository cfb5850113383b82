"""A desk over a given store, its clock in the tests' hands, and requests filed with it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from bot.desk import Desk, Filing
from bot.domain.people import Channel, Role
from bot.domain.tickets import Kind, Ticket
from bot.fields import FieldReader
from bot.notices import Ladder, Notice, NoticeError, Notifier, Recipient
from bot.reminders import Sweeper
from bot.store.db import Store
from bot.store.library import Library, load_library

OFFICER = "officer@desk.example"
NOON = datetime(2026, 11, 24, 17, tzinfo=UTC)
_keys = itertools.count(1)


@cache
def shipped_library() -> Library:
    return load_library()


def desk_of(store: Store, library: Library | None = None, *, letters: bool = True) -> Desk:
    """A desk whose officer is reached by e-mail; `letters`: requesters are, too."""
    ladder = Ladder(
        (
            Recipient("officer", OFFICER, "e-mail"),
            Recipient("deputy", "deputy@desk.example", "e-mail"),
        ),
        letters_by=frozenset({"e-mail"} if letters else ()),
    )
    return Desk.build(store, library or shipped_library(), {}, {}, FieldReader(), ladder)


def set_time(store: Store, moment: datetime) -> None:
    """Make it this moment for the desk, give or take the time that the test takes."""
    store.move_clock(moment - datetime.now(UTC))


def pass_days(store: Store, days: float) -> None:
    set_time(store, store.now() + timedelta(days=days))


def filing(
    kind: Kind = Kind.COMPLAINT,
    *,
    received_at: datetime = NOON,
    email: str | None = "pat@example.ca",
    person: str = "web:pat",
    text: str | None = None,
    uses: Sequence[str] = (),
    **more: Any,
) -> Filing:
    """A request; without a text, on a matter of its own: the desk joins what is told twice."""
    number = next(_keys)
    text = (
        text
        or f"You called me after I said no. Call{number} line{number} offer{number} day{number}"
    )
    fields = {"what": {"words": text, "value": text, "said": text}}
    if email is not None:
        fields["reach"] = {"words": email, "value": email, "said": f"by e-mail to {email}"}
    return Filing(
        key=f"test:{number}",
        kind=kind,
        person=person,
        role=Role.CUSTOMER,
        channel=Channel.WEB,
        received_at=received_at,
        fields=fields,
        uses=uses,
        **more,
    )


def file(desk: Desk, kind: Kind = Kind.COMPLAINT, **details: Any) -> Ticket:
    return desk.open_request(filing(kind, **details))


@dataclass
class Post(Notifier):
    """A mail server that keeps what it is given, or refuses it for good."""

    refuses: set[str] = field(default_factory=set)
    sent: list[Notice] = field(default_factory=list)

    name = "e-mail"

    def send(self, notice: Notice) -> None:
        if notice.to in self.refuses:
            raise NoticeError("the address was refused", permanent=True)
        self.sent.append(notice)


def sweeper_of(desk: Desk, post: Post) -> Sweeper:
    return Sweeper(desk.intake, {"e-mail": post}, desk.intake.ladder, "https://desk.example")
