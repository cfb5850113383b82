"""Days and times as people write them, in English and French, by the date library."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from bot.domain.dates import spoken
from bot.domain.forms import FieldValue
from bot.domain.said import SAID
from bot.fields.words import UNKNOWN, ReadValue, plain

MONTHS = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
    r"|janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[ûu]t|septembre|octobre|novembre|d[ée]cembre"
    r"|janv|f[ée]vr?|avr|juill?|déc"
)
DAYS = (
    # "mon" before a word is French for "my".
    r"monday|mon(?!\s+[^\W\d])|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?"
    r"|sat(?:urday)?|sun(?:day)?|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
)
# How French counts what is past: read as digits, in the one form that the date library knows.
COUNTS = {
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7,
    "huit": 8, "neuf": 9, "dix": 10, "onze": 11, "douze": 12, "quinze": 15, "vingt": 20,
    "trente": 30,
}  # fmt: skip
AGO = re.compile(
    r"\b(?:il y a|(?:ça|cela) fait)\s+(?:(?:environ|à peu près|peut-être|presque)\s+)?"
    rf"(\d+|{'|'.join(COUNTS)})\s+(jour|semaine|mois|an|année)s?\b",
    re.IGNORECASE,
)
PAST = re.compile(
    r"\b(?:la |le |l')?(semaine|mois|an|année) (?:derni(?:er|[èe]re)|pass[ée]e?)\b", re.IGNORECASE
)
TODAY = re.compile(r"\b(?:ce matin|ce midi|cet après-midi|ce soir)\b", re.IGNORECASE)
FRENCH = re.compile(
    r"\b(?:le (?=\d)|il y a|hier|aujourd'hui|c'était|depuis|vers le"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|janvier|f[ée]vrier|mars|avril|mai|juin"
    r"|juillet|ao[ûu]t|septembre|octobre|novembre|d[ée]cembre)\b",
    re.IGNORECASE,
)
APPROXIMATE = re.compile(
    r"about|around|roughly|maybe|ago|last (week|month|year)|ish\b|\b(?:environ|à peu près|peut-être"
    r"|vers le|autour du|il y a|(?:ça|cela) fait)\b|\b(?:semaine|mois|an|année) (?:derni|pass)"
)
NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "a couple of": 2, "couple of": 2, "three": 3, "four": 4,
    "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
SINCE = re.compile(
    rf"\b(\d{{1,3}}|{'|'.join(sorted(NUMBERS, key=len, reverse=True))})\s+"
    r"(day|week|month|year)s?\s+ago\b",
    re.IGNORECASE,
)
DAYS_OF = {"day": 1, "week": 7, "month": 30, "year": 365}
DATED = re.compile(
    rf"\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{2,4}}"
    rf"|\b(?:{MONTHS})\.?\s*\d{{1,2}}(?!\d)|\d{{1,2}}(?:st|nd|rd|th|er)?\s*(?:of\s+)?(?:{MONTHS})\b"
    rf"|\b(?:today|yesterday|this morning|last night|tonight|this afternoon)\b"
    rf"|\b(?:hier|aujourd'hui)\b|\b(?:{DAYS})\s+(?:dernier|passé)\b|\b(?:ce|c'était)\s+(?:{DAYS})\b"
    rf"|{TODAY.pattern}|{AGO.pattern}|{PAST.pattern}"
    rf"|^\s*(?:{DAYS}) (?:matin|midi|après-midi|soir)\s*[.!]?$"
    rf"|\b(?:last|this|on|past)\s+(?:{DAYS})\b"
    # Not "a friday in spring", nor "every friday".
    rf"|(?:^|\b(?:it was|actually|no|sorry|meant?)\W+)(?:{DAYS})(?:,? i (?:think|guess))?\s*[.!]?$"
    rf"|\b(?:\d+|a|an|one|two|three|four|five|six|seven|eight|nine|ten|couple of)\s+"
    rf"(?:day|week|month|year)s?\s+ago\b|\blast (?:week|month|year)\b",
    re.IGNORECASE,
)
VAGUE = re.compile(
    rf"\b(?:{MONTHS}|{DAYS}|spring|summer|autumn|fall|winter|christmas|easter|new year'?s?"
    r"|labour day|thanksgiving|ago|since|for (?:months|weeks|years|ages|a while)"
    r"|recent(?:ly)?|earlier|lately"
    r"|week(?:s|end)?|month(?:s)?|year(?:s)?|always|ongoing|still|every|several times|twice|daily"
    r"|constantly|morning|afternoon|evening|night|noon|yesterday|just now|right now|the other day"
    r"|when i (?:signed|moved|joined|called|cancelled|opened)|(?:19|20)\d\d"
    r"|the \d{1,2}(?:st|nd|rd|th)|halloween|good friday|birthday"
    r"|(?:canada|boxing|victoria|remembrance|family|civic) (?:day|holiday)"
    r"|depuis|il y a|(?:ça|cela) fait|récemment|dernièrement|tantôt|plus tôt|toujours"
    r"|en cours|ça continue"
    r"|souvent|parfois|chaque|plusieurs fois|tous les (?:jours|mois|soirs)"
    r"|les (?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)s|matin|midi|après-midi|soirée?"
    r"|nuit|l'autre jour|à l'instant"
    r"|semaines?|mois|années?|automne|hiver|printemps|no[ëe]l|pâques|jour de l'an|fête du travail"
    # "été" alone is far more often "been" than "summer".
    r"|action de grâces?|(?:cet |l'|d'|en )été|été (?:dernier|passé))\b",
    re.IGNORECASE,
)
EXPLICIT = re.compile(
    rf"\b(?:{MONTHS})\s*(\d{{1,2}})\b(?!\d)|\b(\d{{1,2}})\s*(?:of\s+)?(?:{MONTHS})\b", re.IGNORECASE
)
BACK = re.compile(r"\b((?:day|week|month|year)s?) back\b", re.IGNORECASE)
BEFORE_YESTERDAY = re.compile(r"\b(?:the )?day before yesterday\b", re.IGNORECASE)
DOTTED = re.compile(r"\b\d{1,2}\.\d{1,2}\.\d{2,4}\b")
# Characters around a day that are enough to read it.
DAY_WITHIN = 200


def read_when(text: str, today: date, language: str = "en") -> ReadValue:
    """A day, a rough time, or an honest "I don't know"."""
    typed, said = BACK.sub(r"\1 ago", plain(text)), SAID[language]
    if UNKNOWN.search(typed) and not DATED.search(typed):
        return ReadValue(FieldValue(text, "unknown", said["unknown"]))
    if DATED.search(typed):
        day = _days_ago(typed, today) or _day_in(_around_day(typed), today)
        if day is not None:
            return _judged(day, text, today, language)
        if re.search(r"\d", text):
            return ReadValue(problem=said["no_day"])
    if VAGUE.search(typed):
        return ReadValue(FieldValue(text, "about", said["quoted"].format(words=text)))
    return ReadValue()


def _days_ago(text: str, today: date) -> date | None:
    """The day of "three weeks ago", beside which the date library takes other words for days."""
    found = SINCE.search(text)
    if found is None or EXPLICIT.search(text):
        return None
    count = NUMBERS.get(found[1].lower()) or int(found[1])
    try:
        return today - timedelta(days=count * DAYS_OF[found[2].lower()])
    except (OverflowError, ValueError):
        return None


def _judged(day: date, text: str, today: date, language: str) -> ReadValue:
    """A day that was read, if something can have happened on it."""
    named, said = spoken(day, language), SAID[language]
    if day > today:
        return ReadValue(problem=said["future"].format(day=named))
    if day.year < 1980:
        return ReadValue(problem=said["old"].format(day=named))
    if APPROXIMATE.search(BACK.sub(r"\1 ago", plain(text))):
        named = said["about"].format(day=named)
    return ReadValue(FieldValue(text, day.isoformat(), said["dated"].format(day=named, words=text)))


def _around_day(text: str) -> str:
    """What stands around the first day of a long text: the date library takes minutes for more."""
    named = DATED.search(text)
    if named is None or len(text) <= DAY_WITHIN:
        return text
    start = text.rfind(" ", 0, max(0, named.start() - DAY_WITHIN // 4)) + 1
    end = text.find(" ", named.end() + DAY_WITHIN // 2)
    return text[start:end] if end >= 0 else text[start:]


def _day_in(text: str, today: date) -> date | None:
    """The first day named in the text; of two readings of 12/11/2026, one that is past."""
    tidy = re.sub(r"(\d)(?:st|nd|rd|th|er)\b", r"\1", text, flags=re.IGNORECASE)
    tidy = re.sub(rf"\b({MONTHS})\.", r"\1", tidy, flags=re.IGNORECASE)
    tidy = BEFORE_YESTERDAY.sub("2 days ago", tidy)
    french = FRENCH.search(tidy) is not None or _counted(tidy) != tidy
    languages = ["fr"] if french else ["en", "fr"]
    orders = ("DMY", "MDY") if french or DOTTED.search(tidy) else ("MDY", "DMY")
    found_days = (_search(_counted(tidy), today, order, languages) for order in orders)
    days = [day for day in found_days if day is not None]
    past = [day for day in days if day <= today]
    found = next(iter(past or days), None)
    named = EXPLICIT.search(tidy)
    if found and named and found.day != int(named.group(1) or named.group(2)):
        return None
    return found


def _counted(text: str) -> str:
    """French ways of saying how long ago, in the one form that the date library reads."""
    text = AGO.sub(lambda m: f"il y a {COUNTS.get(m[1].lower(), m[1])} {m[2]}", text)
    text = PAST.sub(lambda m: f"il y a 1 {m[1]}", text)
    return TODAY.sub("aujourd'hui", text)


def _search(text: str, today: date, order: str, languages: list[str]) -> date | None:
    # Here, for it takes a tenth of the desk's start to load, and nothing asks for a date then.
    from dateparser.search import search_dates

    found = search_dates(
        text,
        languages=languages,
        settings={
            "PREFER_DATES_FROM": "past",
            "RELATIVE_BASE": datetime.combine(today, time(12)),
            "DATE_ORDER": order,
            "RETURN_AS_TIMEZONE_AWARE": False,
        },
    )
    for words, moment in found or ():
        if DATED.search(words) or re.search(r"\d|day|week|month|year", words, re.IGNORECASE):
            day: date = moment.date()
            return day
    return None
