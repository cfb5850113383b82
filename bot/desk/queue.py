"""The officer's queue: a page of it, how many there are, and notices that reached nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.desk.intake import Intake
from bot.domain.clocks import local_date
from bot.domain.queue import QueueFilter, QueueRow, Urgency, urgency
from bot.store import alerts, queue
from bot.store.alerts import Alert
from bot.store.queue import Counts

PAGE = 50
ALERTS = 10


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Some rows, each with its urgency; `following` is where the next page begins, if any."""

    rows: tuple[tuple[QueueRow, Urgency], ...]
    following: str | None
    today: date


@dataclass(frozen=True, slots=True)
class QueueDesk:
    """What the officer sees first."""

    intake: Intake

    def page(
        self, asked: QueueFilter, *, account: str, beyond: tuple[date, int] | None = None
    ) -> QueuePage:
        """A page of the tickets asked for, the next deadline first."""
        store, library = self.intake.store, self.intake.library
        with store.reading() as connection:
            today = local_date(store.now(connection), library.zone)
            found = queue.find(
                connection, asked, account=account, today=today, limit=PAGE + 1, beyond=beyond
            )
        calendar, shown = library.calendar(), found[:PAGE]
        rows = tuple((row, urgency(row.next_due, today, calendar)) for row in shown)
        return QueuePage(rows, shown[-1].place if len(found) > PAGE else None, today)

    def counts(self) -> Counts:
        """How many are open, overdue, due today and due within a week."""
        store = self.intake.store
        with store.reading() as connection:
            today = local_date(store.now(connection), self.intake.library.zone)
            return queue.counts(connection, today)

    def alerts(self) -> list[Alert]:
        """Notices that nothing could carry to anyone, until they are acknowledged here."""
        with self.intake.store.reading() as connection:
            return alerts.unseen(connection, limit=ALERTS)

    def acknowledge_alerts(self, up_to: int, *, who: str, only: bool = False) -> None:
        """Acknowledge all of them up to this one, or this one `only`."""
        store = self.intake.store
        with store.transaction() as connection:
            alerts.mark_seen(connection, who, store.now(connection), up_to=up_to, only=only)

    def pulse(self) -> str:
        """A word that changes whenever a ticket does, or a notice reaches nobody."""
        with self.intake.store.reading() as connection:
            return f"{queue.change_number(connection)}.{alerts.newest(connection)}"
