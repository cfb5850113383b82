"""Notices into the log: the way that works without any setting. Ids only, no content."""

from __future__ import annotations

import structlog

from bot.notices import Notice, Notifier

log = structlog.get_logger(__name__)


class LogNotifier(Notifier):
    """Writes that a notice is due; the ticket itself tells the rest."""

    name = "log"
    repeats_show_once = True

    def send(self, notice: Notice) -> None:
        log.warning(
            "notice", to=notice.to, key=notice.key, subject=notice.subject, repeated=notice.repeated
        )
