"""Durations as ISO 8601 writes them, added to a moment."""

from __future__ import annotations

import calendar
import re
from datetime import datetime, timedelta

from bot.domain.errors import InvalidInput

_NUMBER = r"(\d+(?:\.\d+)?)"
DURATION = re.compile(
    rf"(?P<sign>[+-]?)P(?=\d|T\d)(?:(\d+)Y)?(?:(\d+)M)?(?:{_NUMBER}W)?(?:{_NUMBER}D)?"
    rf"(?:T(?=\d)(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?"
)


def add_duration(moment: datetime, duration: str) -> datetime:
    """Give the moment that much later, or earlier with a minus sign.

    Years and months go by the calendar (31 January plus P1M is the last day of February), days
    are of 24 hours. InvalidInput for what is no duration, or leads out of the calendar.
    """
    found = DURATION.fullmatch(duration.strip().upper())
    if found is None:
        raise InvalidInput("A duration is written as in P3D, P1M, PT36H or P1DT12H.")
    sign = -1 if found["sign"] == "-" else 1
    years, months, weeks, days, hours, minutes, seconds = (
        float(part or 0) for part in found.groups()[1:]
    )
    try:
        moment = _add_months(moment, sign * int(12 * years + months))
        return moment + sign * timedelta(
            weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds
        )
    except (OverflowError, ValueError):
        raise InvalidInput("That leads out of the calendar.") from None


def _add_months(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))
