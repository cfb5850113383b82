"""The calendar of deadlines: who may read it, and what is in it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from bot.desk.intake import Intake
from bot.store import calendar_feeds


@dataclass(frozen=True, slots=True)
class OpenDeadline:
    """A clock that runs. `stamp` is when its ticket was opened, `version` grows with its moves."""

    reference: str
    kind: str
    clock: str
    source: str
    due: date
    version: int
    stamp: datetime


@dataclass(frozen=True, slots=True)
class DeadlineFeed:
    """Every open deadline, for whoever holds the secret link."""

    intake: Intake

    def new_link(self, page_url: str, *, who: str) -> str:
        """Make the link anew; the one before opens nothing any more. Only its hash is kept."""
        secret = secrets.token_urlsafe(32)
        store = self.intake.store
        with store.transaction() as connection:
            calendar_feeds.replace(connection, secret, who, store.now(connection))
        return f"{page_url}/calendar/{secret}.ics"

    def made_at(self) -> datetime | None:
        """When the present link was made; the link itself nobody knows but its holder."""
        with self.intake.store.reading() as connection:
            return calendar_feeds.made_at(connection)

    def deadlines(self, secret: str) -> list[OpenDeadline] | None:
        """Every open deadline, the next first; None for a link that is none of ours."""
        with self.intake.store.reading() as connection:
            if not calendar_feeds.is_known(connection, secret):
                return None
            return [
                OpenDeadline(
                    row["reference"], row["kind"], row["name"], row["computed"]["rule"]["source"],
                    row["due"], row["version"], row["opened_at"],
                )
                for row in calendar_feeds.open_clocks(connection)
            ]  # fmt: skip
