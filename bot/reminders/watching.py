"""Who is told when the sweep itself, or a way to reach people, does not work.

It runs beside the sweep, not in it: what it says goes out at once, by whichever way takes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.notices import Ladder, Notice, NoticeError, Notifier, Recipient, Sort
from bot.store import alarms, notices
from bot.store.db import Store

log = structlog.get_logger(__name__)

SILENT_AFTER = timedelta(minutes=10)
SAY_AGAIN_AFTER = timedelta(hours=6)
SILENT, WAYS = "sweep silent", "ways"


@dataclass(slots=True)
class Watch:
    """Looks at the sweep and at the ways; tells the operator, else the ladder from its top."""

    store: Store
    notifiers: Mapping[str, Notifier]
    ladder: Ladder
    page_url: str
    began: datetime | None = field(default=None)

    def look_at_sweep(self) -> bool:
        """Tell someone when no sweep has run for ten minutes; returns whether all is well."""
        with self.store.reading() as connection:
            now, last = self.store.now(connection), notices.last_sweep(connection)
        self.began = self.began or now
        if now - max(last or self.began, self.began) <= SILENT_AFTER:
            return True
        minutes = int(SILENT_AFTER.total_seconds() // 60)
        self._raise(
            SILENT,
            f"Privacy Desk: no reminder was looked for in {minutes} minutes",
            "The sweep that sends reminders does not run. Nothing is lost: what is due goes out "
            "when it runs again.\nNext step: look at the log of the bot process, and restart it.\n"
            f"How the parts are: {self.page_url}/readyz",
            now,
        )
        return False

    def look_at_ways(self) -> list[str]:
        """Ask each way for itself and its addresses, tell someone, and return the problems."""
        found: list[str] = []
        for name, way in self.notifiers.items():
            addresses = [r.to for r in self.ladder.recipients if r.by == name]
            found += [f"{name}: {problem}" for problem in way.problems(addresses)]
        if found:
            log.error("ways_with_problems", problems=found)
            with self.store.reading() as connection:
                now = self.store.now(connection)
            text = "\n".join(found)
            self._raise(
                WAYS,
                "Privacy Desk: people cannot be reached as the settings say",
                f"{text}\nNext step: run privacydesk doctor, and mend the settings it names.",
                now,
            )
        return found

    def _raise(self, alarm: str, subject: str, text: str, now: datetime) -> None:
        with self.store.transaction() as connection:
            if not alarms.take(connection, alarm, now, SAY_AGAIN_AFTER):
                return
        log.error("alarm", about=alarm)
        first = (self.ladder.operator,) if self.ladder.operator else ()
        for recipient in (*first, *self.ladder.recipients):
            if self._told(recipient, alarm, subject, text):
                return

    def _told(self, recipient: Recipient, alarm: str, subject: str, text: str) -> bool:
        way = self.notifiers.get(recipient.by)
        if way is None:
            return False
        notice = Notice(f"alarm:{alarm}", recipient.to, subject, text, sort=Sort.OPERATOR)
        try:
            way.send(notice)
        except NoticeError as error:
            log.error("alarm_not_sent", by=recipient.by, why=error.sentence)
            return False
        return True
