"""Names that reach people out of data: days on which an office is closed."""

from __future__ import annotations

from bot.locale import Translator, mark

DAYS = (
    mark("Saturday"), mark("Sunday"),
    mark("Boxing Day"), mark("British Columbia Day"), mark("Canada Day"), mark("Christmas Day"),
    mark("Civic Holiday"), mark("Discovery Day"), mark("Easter Monday"), mark("Family Day"),
    mark("Good Friday"), mark("Heritage Day"), mark("Islander Day"), mark("Labour Day"),
    mark("Louis Riel Day"), mark("Memorial Day"), mark("National Aboriginal Day"),
    mark("National Day for Truth and Reconciliation"), mark("National Patriots' Day"),
    mark("New Brunswick Day"), mark("New Year's Day"), mark("Nunavut Day"),
    mark("Remembrance Day"), mark("Saint Jean Baptiste Day"), mark("Saskatchewan Day"),
    mark("Thanksgiving Day"), mark("Victoria Day"),
)  # fmt: skip
OBSERVED = " (observed)"


def day_name(why: str, tr: Translator) -> str:
    """The name of a closed day, as data/holidays/ writes it, in the translator's language."""
    return "; ".join(_one(name, tr) for name in why.split("; ")) if why else ""


def _one(name: str, tr: Translator) -> str:
    plain = name.removesuffix(OBSERVED)
    return tr("{day} (observed)", day=tr(plain)) if name != plain else tr(plain)
