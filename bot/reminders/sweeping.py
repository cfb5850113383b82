"""The sweep: one function that the clock calls.

The clock is no truth: starting late loses nothing, running three is safe.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.desk.intake import Intake
from bot.notices import Ladder, Notifier
from bot.reminders.delivery import Pass, Swept
from bot.reminders.digesting import work_digests
from bot.store import digests, notices

# How often the clock calls it.
SWEEP_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Sweeper:
    """Sends what is due."""

    intake: Intake
    notifiers: Mapping[str, Notifier]
    ladder: Ladder
    page_url: str
    worker: str = field(default_factory=lambda: secrets.token_hex(8))

    def sweep(self, now: datetime | None = None) -> list[Swept]:
        """Send every notice that is due at `now` (aware; the desk's time when not given)."""
        store = self.intake.store
        with store.reading() as connection:
            real = store.now(connection)
            moment = now or real
            due = bool(notices.due_ways(connection, moment, real))
            due = due or digests.is_any_due(connection, moment, real)
        run = Pass(self.intake, self.notifiers, self.page_url, self.worker, moment)
        # A notice that is done may bring about one that is due: work until nothing is.
        while due and run.work_cards() + work_digests(run):
            pass
        self.beat(moment)
        return run.swept

    def beat(self, moment: datetime) -> None:
        """Note that the sweep is alive; a sweep as if it were later counts as of now."""
        with self.intake.store.transaction() as connection:
            now = min(moment, self.intake.store.now(connection))
            notices.record_sweep(connection, self.worker, now)
