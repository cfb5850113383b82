"""What the desk does by itself each night: letting go of what data/retention.yml gives up."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import structlog

from bot.desk import Desk
from bot.domain.clocks import local_date
from bot.store.library import Library

log = structlog.get_logger(__name__)

# Local hour from which on the night's work is due; whoever starts later does it then.
HOUR = 3
DAY_SECONDS = 86_400


@dataclass(slots=True)
class Nightly:
    """The night's work, once a local day; doing it twice, or in two processes, changes nothing."""

    desk: Desk
    library: Library
    logs: Path
    _done: date | None = None

    def run(self) -> bool:
        """Purge when that is due; tell whether it was. A failure is tried again next time."""
        now = self.desk.now()
        today = local_date(now, self.library.zone)
        if today == self._done or now.astimezone(self.library.zone).hour < HOUR:
            return False
        purged = self.desk.keeping.purge(thorough=False)
        files = forget_logs(self.logs, self.library, now)
        log.info(
            "purged",
            tickets=purged.tickets,
            incidents=purged.incidents,
            conversations=purged.conversations,
            drafts=purged.drafts,
            logs=files,
        )
        # Old bytes left in the log because someone was reading: again at the next look.
        self._done = today if purged.compacted else None
        return True


def forget_logs(folder: Path, library: Library, now: datetime) -> int:
    """Delete log files that nothing was written to for as long as logs are kept. Returns how many.

    Files are dated by the machine's clock, whatever the desk's clock says.
    """
    rule = library.retention.get("logs")
    if rule is None:
        return 0
    today = local_date(now, library.zone)
    oldest = time.time() - (today - rule.keep.before(today)).days * DAY_SECONDS
    old = [p for p in folder.glob("*") if p.is_file() and p.stat().st_mtime < oldest]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
