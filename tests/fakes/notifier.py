"""A way to reach people that keeps what it sent."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.notices import Notice, NoticeError, Notifier


@dataclass
class RecordingNotifier(Notifier):
    """Sends into a list; while `failures` has one, that is raised instead."""

    name: str = "e-mail"
    sent: list[Notice] = field(default_factory=list)
    failures: list[NoticeError] = field(default_factory=list)

    def send(self, notice: Notice) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(notice)
