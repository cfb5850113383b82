"""Notices into the log: who and which ticket, never what was written."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from bot.channels.log import LogNotifier
from bot.notices import Notice
from tests.channels.notifier_contract import NotifierContract, Way


def test_a_notice_is_a_line_without_its_text() -> None:
    notice = Notice("7:respond:due:1", "Privacy Officer", "PD-7K3M-9QXD: Due today", "the story")
    with capture_logs() as written:
        LogNotifier().send(notice)
    assert written == [
        {
            "event": "notice",
            "log_level": "warning",
            "to": "Privacy Officer",
            "key": "7:respond:due:1",
            "subject": "PD-7K3M-9QXD: Due today",
            "repeated": False,
        }
    ]


class TestContract(NotifierContract):
    @pytest.fixture
    def way(self) -> Iterator[Way]:
        with capture_logs() as written:

            def seen() -> list[str]:
                return [f"{line['subject']}{' (repeat)' * line['repeated']}" for line in written]

            yield Way(LogNotifier(), "Privacy Officer", seen, shows_text=False)
