"""Time zones by name, and whether the zone data is recent enough to be trusted.

British Columbia, Alberta, Manitoba and the Northwest Territories stopped changing clocks in 2026;
data from before puts due instants an hour late and receipts on the wrong day. The entry points
call `use_own_time_zones` before anything else here is called.
"""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.errors import ConfigurationError, InvalidInput

PROBE = datetime(2027, 1, 15, 12, tzinfo=UTC)
EXPECTED_HOURS = {
    "America/Vancouver": -7,
    "America/Edmonton": -6,
    "America/Winnipeg": -5,
    "America/Toronto": -5,
}


def use_own_time_zones() -> None:
    """Take time zones from the tzdata package: the system's copy may be older than the law."""
    if zoneinfo.TZPATH:
        zoneinfo.reset_tzpath(to=[])
        # Only now: two zones of one name, made before and after, would not be equal.
        zoneinfo.ZoneInfo.clear_cache()


def zone_of(key: str) -> ZoneInfo:
    """Give the zone of this name; InvalidInput when the zone data does not know it."""
    try:
        return ZoneInfo(key)
    except (ValueError, OSError, KeyError):
        raise InvalidInput("A time zone is named as in America/Toronto.") from None


def require_current_zones() -> None:
    """Raise ConfigurationError when the zone data predates Canada's changes of 2026."""
    for key, hours in EXPECTED_HOURS.items():
        if PROBE.astimezone(zone_of(key)).utcoffset() != timedelta(hours=hours):
            raise ConfigurationError(
                f"The time zone data is out of date (see {key}): install tzdata 2026.5 or newer "
                "and let it come before the system's."
            )
