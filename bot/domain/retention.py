"""How long what is kept: periods of data/retention.yml and the dates they lead to."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.errors import InvalidInput

_PERIOD = re.compile(r"P(?:(\d{1,3})Y)?(?:(\d{1,3})M)?(?:(\d{1,5})D)?", re.ASCII)
_SHORTEST_MONTH = 28
# A leap year and the three after it: every length that a stretch of months can have.
_CYCLE, _CYCLE_DAYS = date(2028, 1, 1), 4 * 365 + 1


_WORDS = {
    "en": ((("year", "years"), ("month", "months"), ("day", "days")), " and ", "no time"),
    "fr": ((("an", "ans"), ("mois", "mois"), ("jour", "jours")), " et ", "aucun temps"),
}


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time in calendar units, as ISO 8601 writes it (P30D, P24M, P3Y)."""

    months: int = 0
    days: int = 0

    def after(self, day: date) -> date:
        """Give the date this long after: the same day number, or the last day of a shorter month.

        So counts the Interpretation Act (s.28) in months.
        """
        year, month = divmod(day.year * 12 + day.month - 1 + self.months, 12)
        last = monthrange(year, month + 1)[1]
        return date(year, month + 1, min(day.day, last)) + timedelta(days=self.days)

    def before(self, day: date) -> date:
        """Give the latest date whose period is over on `day`; what is older may be purged."""
        guess = day - timedelta(days=self.days + self.months * _SHORTEST_MONTH)
        while self.after(guess) > day:
            guess -= timedelta(days=1)
        return guess

    def covers(self, other: Period) -> bool:
        """Tell whether this period never ends before the other, whatever day both start on."""
        days = (_CYCLE + timedelta(days=n) for n in range(_CYCLE_DAYS))
        return all(self.after(day) >= other.after(day) for day in days)

    def __str__(self) -> str:
        """Say the period in words, as in "3 years"."""
        return self.spoken("en")

    def spoken(self, language: str) -> str:
        """The same in English or French."""
        years, months = divmod(self.months, 12)
        units, glue, none = _WORDS["fr" if language == "fr" else "en"]
        counts = zip((years, months, self.days), units, strict=True)
        parts = [f"{n} {one if n == 1 else many}" for n, (one, many) in counts if n]
        return glue.join(parts) or none


def parse_period(text: str) -> Period:
    """Read an ISO 8601 period of years, months and days; InvalidInput when it is none."""
    found = _PERIOD.fullmatch(text)
    if not found or not any(found.groups()):
        raise InvalidInput("A period is written as P30D, P24M or P3Y.")
    years, months, days = (int(group or 0) for group in found.groups())
    return Period(years * 12 + months, days)


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """One line of data/retention.yml: what it covers, how long, from when, and why."""

    name: str
    covers: str
    keep: Period
    counted_from: str
    source: str
    least: Period | None = None
