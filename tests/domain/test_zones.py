"""Time zones: the data must be younger than Canada's changes of 2026."""

from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo, reset_tzpath

import pytest

from bot.domain.errors import ConfigurationError, InvalidInput
from bot.domain.zones import EXPECTED_HOURS, require_current_zones, zone_of


def test_the_tzdata_package_is_recent_enough() -> None:
    require_current_zones()


@pytest.mark.parametrize(("key", "hours"), EXPECTED_HOURS.items())
def test_winter_offsets_of_2027(key: str, hours: int) -> None:
    noon = datetime(2027, 1, 15, 12, tzinfo=zone_of(key))
    assert noon.utcoffset() == timedelta(hours=hours)


@pytest.mark.parametrize("key", ["", "Toronto", "America/Nowhere", "../etc/passwd", "America"])
def test_an_unknown_zone_is_refused(key: str) -> None:
    with pytest.raises(InvalidInput):
        zone_of(key)


def test_old_zone_data_stops_the_start(tmp_path: Path) -> None:
    utc = files("tzdata") / "zoneinfo" / "Etc" / "UTC"
    (tmp_path / "America").mkdir()
    (tmp_path / "America" / "Vancouver").write_bytes(utc.read_bytes())
    reset_tzpath(to=[tmp_path])
    ZoneInfo.clear_cache()
    try:
        with pytest.raises(ConfigurationError, match="America/Vancouver"):
            require_current_zones()
    finally:
        reset_tzpath(to=[])
        ZoneInfo.clear_cache()
