"""A desk of its own beside the shared one: side by side, once a home, and gone without a trace."""

from __future__ import annotations

import signal

import psutil
import pytest

from tests.e2e.running import RunningDesk, until

pytestmark = pytest.mark.processes


def all_gone(processes: list[psutil.Process]) -> bool:
    return not [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def test_two_desks_side_by_side(desk: RunningDesk, own_desk: RunningDesk) -> None:
    own_desk.start()
    assert own_desk.base_url != desk.base_url
    said = own_desk.say("What is personal information?")
    assert said["replies"][0]["clauses"]
    with pytest.raises(Exception, match="401"):
        desk.history(said["token"])

    again = own_desk.run("up")
    assert again.returncode == 1
    assert "already" in again.stderr
    assert own_desk.base_url in again.stderr

    children = own_desk.descendants()
    assert len(children) >= 3
    assert own_desk.stop() == 0
    assert all_gone(children)
    assert not (own_desk.home / "run.json").exists()


def test_a_killed_supervisor_leaves_no_orphans(own_desk: RunningDesk) -> None:
    own_desk.start()
    children = own_desk.descendants()
    own_desk.supervisor.send_signal(signal.SIGKILL)
    own_desk.supervisor.wait()
    until(lambda: all_gone(children), 10, "every process is gone")
