"""Readiness: whether each part of the desk can do its work, by name.

Wiring composes the parts; each is a check that answers, however its subject behaves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.domain.errors import DeskError

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the desk and how it is; `detail` holds nothing secret."""

    name: str
    ok: bool
    detail: str


Check = Callable[[], Awaitable[Part]]
Readiness = Callable[[], Awaitable[Sequence[Part]]]


def readiness(*checks: Check) -> Readiness:
    """Run these checks at the same time."""

    async def run() -> Sequence[Part]:
        return await asyncio.gather(*(check() for check in checks))

    return run


def database(is_current: Callable[[], bool]) -> Check:
    """Tell whether the database answers and has the tables of this version."""

    async def check() -> Part:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                current = await asyncio.to_thread(is_current)
        except Exception as error:  # whatever the driver raises, the part is not ready
            log.warning("database_not_ready", error=type(error).__name__)
            return Part("database", False, "does not answer")
        detail = "answers" if current else "has the tables of another version"
        return Part("database", current, detail)

    return check


def assistant(ready: Callable[[], Awaitable[Mapping[str, Any]]], fingerprint: str) -> Check:
    """Tell whether Rasa answers and was trained on the policy that the desk quotes.

    `ready` asks it for its policy's fingerprint and raises DeskError when it cannot.
    """

    async def check() -> Part:
        try:
            given = await ready()
        except DeskError:
            return Part("rasa", False, "does not answer")
        if given.get("policy_fingerprint") != fingerprint:
            return Part("rasa", False, "was trained on another edition of the policy")
        return Part("rasa", True, "answers, same edition of the policy")

    return check


def sweep(
    last: Callable[[], datetime | None], now: Callable[[], datetime], longest: timedelta
) -> Check:
    """Tell whether the search for due notices ran lately."""

    async def check() -> Part:
        try:
            latest, moment = await asyncio.to_thread(lambda: (last(), now()))
        except Exception as error:  # the database's part says why; this one must not fail the page
            log.warning("sweep_age_unknown", error=type(error).__name__)
            return Part("sweep", False, "unknown")
        if latest is None:
            return Part("sweep", False, "has not run yet")
        age = int((moment - latest).total_seconds())
        return Part("sweep", age <= longest.total_seconds(), f"ran {age} seconds ago")

    return check


def channel(name: str, health: Callable[[], tuple[bool, str]]) -> Check:
    """Tell whether a channel can be reached, as it says itself."""

    async def check() -> Part:
        ok, detail = await asyncio.to_thread(health)
        return Part(name, ok, detail)

    return check
