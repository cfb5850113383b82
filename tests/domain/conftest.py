"""What the tests of the rules share: the shipped facts, and zones from the tzdata package."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings

from bot.domain.clocks import KindRules
from bot.domain.workdays import Calendar
from bot.domain.zones import use_own_time_zones
from bot.store.library import Library, load_library

use_own_time_zones()

# How long an example takes says nothing about the rules, and two cores may be busy.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

TORONTO = ZoneInfo("America/Toronto")


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library()


@pytest.fixture(scope="session")
def kinds(library: Library) -> Mapping[str, KindRules]:
    return library.kinds


@pytest.fixture(scope="session")
def strictest(library: Library) -> Calendar:
    return library.calendar("strictest", "ON")


@pytest.fixture(scope="session")
def ontario(library: Library) -> Calendar:
    return library.calendar("province", "ON")


@pytest.fixture(scope="session")
def federal(library: Library) -> Calendar:
    return library.calendar("federal")
