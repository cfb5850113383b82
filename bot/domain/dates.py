"""How dates are said to people: never ambiguous, never dependent on the process's locale."""

from __future__ import annotations

from datetime import date

from bot.domain.translation import Translate

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MOIS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


def spoken(day: date, language: str = "en") -> str:
    """For example `Friday 11 December 2026`, or `vendredi 11 décembre 2026`."""
    if language == "fr":
        first = "1er" if day.day == 1 else str(day.day)
        return f"{JOURS[day.weekday()]} {first} {MOIS[day.month - 1]} {day.year}"
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


OBSERVED = " (observed)"


def closed_day(why: str, tr: Translate) -> str:
    """The name of a closed day, as data/holidays/ writes it, in the translator's language."""
    return "; ".join(_one(name, tr) for name in why.split("; ")) if why else ""


def _one(name: str, tr: Translate) -> str:
    plain = name.removesuffix(OBSERVED)
    return tr("{day} (observed)", day=tr(plain)) if name != plain else tr(plain)
