"""The checks behind /readyz answer whatever their subject does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.channels.web import Part
from bot.channels.web.readiness import assistant, database, readiness, sweep
from bot.domain.errors import DeskError

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)


def only(check: Callable[[], Awaitable[Part]]) -> Part:
    (part,) = asyncio.run(_run(check))
    return part


async def _run(check: Callable[[], Awaitable[Part]]) -> tuple[Part, ...]:
    return tuple(await readiness(check)())


def failing() -> bool:
    raise OSError("password=secret")


@pytest.mark.parametrize(
    ("is_current", "ok", "detail"),
    [
        (lambda: True, True, "answers"),
        (lambda: False, False, "has the tables of another version"),
        (failing, False, "does not answer"),
    ],
)
def test_database(is_current: Callable[[], bool], ok: bool, detail: str) -> None:
    assert only(database(is_current)) == Part("database", ok, detail)


async def away() -> Mapping[str, Any]:
    raise DeskError


def answering(given: Mapping[str, Any]) -> Callable[[], Awaitable[Mapping[str, Any]]]:
    async def ready() -> Mapping[str, Any]:
        return given

    return ready


@pytest.mark.parametrize(
    ("ready", "ok"),
    [
        (answering({"policy_fingerprint": "abc"}), True),
        (answering({"policy_fingerprint": "abd"}), False),
        (answering({}), False),
        (away, False),
    ],
)
def test_assistant(ready: Callable[[], Awaitable[Mapping[str, Any]]], ok: bool) -> None:
    part = only(assistant(ready, "abc"))
    assert (part.name, part.ok) == ("rasa", ok)


def lost() -> datetime:
    raise OSError


@pytest.mark.parametrize(
    ("last", "ok", "detail"),
    [
        (lambda: NOW - timedelta(seconds=40), True, "ran 40 seconds ago"),
        (lambda: NOW - timedelta(minutes=11), False, "ran 660 seconds ago"),
        (lambda: None, False, "has not run yet"),
        (lost, False, "unknown"),
    ],
)
def test_sweep(last: Callable[[], datetime | None], ok: bool, detail: str) -> None:
    check = sweep(last, lambda: NOW, timedelta(minutes=10))
    assert only(check) == Part("sweep", ok, detail)
