"""Reads dates, telephone numbers, e-mail and postal addresses out of what people write.

Only the reading lives here, by the libraries that know these formats; what a turn means is
decided in `bot.domain.turns`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time

import phonenumbers
from dateparser.search import search_dates
from email_validator import EmailNotValidError, validate_email

from bot.domain.dates import spoken
from bot.domain.forms import Field, FieldType, FieldValue

UNKNOWN = re.compile(
    r"\b(don'?t|do not|dont|can'?t|cannot|cant) (know|remember|recall|say)|\bno idea\b|\bnot sure\b"
    r"|\bunsure\b|\bunknown\b|\bforgot\b|\bidk\b|\bhard to (?:say|tell)\b|\bno clue\b|\bfoggiest\b"
    r"|\bsais pas\b|\baucune idée\b|\bje ne (?:me |m['’])?(?:souviens|rappelle)",
    re.IGNORECASE,
)
MONTHS = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
    r"|janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[ûu]t|septembre|octobre|novembre|d[ée]cembre"
)
DAYS = (
    r"mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?"
    r"|sat(?:urday)?|sun(?:day)?|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
)
DATED = re.compile(
    rf"\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{2,4}}"
    rf"|\b(?:{MONTHS})\.?\s*\d{{1,2}}|\d{{1,2}}(?:st|nd|rd|th|er)?\s*(?:of\s+)?(?:{MONTHS})\b"
    rf"|\b(?:today|yesterday|this morning|last night|tonight|this afternoon)\b"
    rf"|\b(?:hier|aujourd['’]hui)\b|\b(?:{DAYS})\s+(?:dernier|passé)\b"
    rf"|\b(?:last|this|on|past)\s+(?:{DAYS})\b|^\s*(?:{DAYS})\s*[.!]?$"
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
    r"|depuis|il y a|récemment|dernièrement|toujours|souvent|matin|midi|soir|nuit|semaine|mois"
    r"|année|été|automne|hiver|printemps|no[ëe]l|pâques)\b",
    re.IGNORECASE,
)
HERE = re.compile(
    r"\b(?:here|in (?:this|the) chat|this (?:chat|page|thread)|right here|through (?:this|the) chat"
    r"|on slack|slack|dm|ici|dans (?:cette|la) conversation)\b",
    re.IGNORECASE,
)
POSTAL_CODE = re.compile(r"\b[A-Za-z]\d[A-Za-z][ -]?\d[A-Za-z]\d\b")
TAIL = re.compile(
    r"\b(?:end(?:s|ing)?|finish(?:es)?|last (?:two|three|four) (?:digits|numbers)(?: \w+)?)"
    r"\s*(?:is|are|in|with|should be|:)?\s*([\d][\d\s-]{0,8})",
    re.IGNORECASE,
)
EXPLICIT = re.compile(
    rf"\b(?:{MONTHS})\s*(\d{{1,2}})\b(?!\d)|\b(\d{{1,2}})\s*(?:of\s+)?(?:{MONTHS})\b", re.IGNORECASE
)
WORD = re.compile(r"\w{2,}", re.UNICODE)


@dataclass(frozen=True, slots=True)
class ReadValue:
    """What a field's type found: a value that fits, or a sentence on why what is there does not."""

    value: FieldValue | None = None
    problem: str | None = None


class FieldReader:
    """Reads and corrects answers, by the type of the field."""

    def read(self, entry: Field, text: str, today: date) -> ReadValue:
        """Return the value that `text` holds for this field. `today` is the company's date."""
        text = text.strip()
        match entry.type:
            case FieldType.WHEN:
                return read_when(text, today)
            case FieldType.CONTACT:
                return read_contact(text)
            case FieldType.CHOICE:
                return read_choice(entry, text)
            case _:
                # A word that the question itself offers ("everything") is a whole answer.
                offered = text.lower().strip(" .!") in entry.about
                story = entry.type is FieldType.STORY and not offered
                return read_words(text, at_least=2 if story else 1)

    def correct(
        self, entry: Field, earlier: FieldValue, text: str, today: date
    ) -> FieldValue | None:
        """Return the field's new value, or None when the correction names no new one."""
        if entry.type is FieldType.CONTACT:
            tail = TAIL.search(text)
            if tail and earlier.value.startswith("+"):
                return _with_tail(earlier, re.sub(r"\D", "", tail.group(1)))
        if entry.type in {FieldType.STORY, FieldType.SHORT}:
            return FieldValue(
                words=f"{earlier.words}\n{text}",
                value=f"{earlier.value}\nCorrected: {text}",
                said=f"{earlier.said}\nCorrected: {text}",
            )
        return self.read(entry, text, today).value


def read_words(text: str, at_least: int) -> ReadValue:
    if len(WORD.findall(text)) < at_least:
        return ReadValue()
    return ReadValue(FieldValue(text, text, f"“{text}”"))


def read_choice(entry: Field, text: str) -> ReadValue:
    lowered = " " + re.sub(r"[^\w]+", " ", text.lower()) + " "
    chosen = [
        choice
        for choice in entry.choices
        if any(f" {word} " in lowered for word in (choice.value.replace("_", " "), *choice.words))
        or choice.title.lower() in text.lower()
    ]
    if not chosen or (len(chosen) > 1 and not entry.several):
        return ReadValue()
    return ReadValue(
        FieldValue(text, ",".join(c.value for c in chosen), ", ".join(c.title for c in chosen))
    )


def read_when(text: str, today: date) -> ReadValue:
    """A day, a rough time, or an honest "I don't know"."""
    if UNKNOWN.search(text) and not DATED.search(text):
        return ReadValue(FieldValue(text, "unknown", "you do not know the day"))
    if DATED.search(text):
        day = _day_in(text, today)
        if day is not None and day > today:
            return ReadValue(problem=f"{spoken(day)} lies in the future.")
        if day is not None and day.year < 1980:
            return ReadValue(problem=f"{spoken(day)} is too long ago to be right.")
        if day is not None:
            approximate = re.search(
                r"about|around|roughly|maybe|ago|last (week|month|year)|ish\b|environ|peut-être",
                text,
            )
            about = "about " if approximate else ""
            return ReadValue(FieldValue(text, day.isoformat(), f"{about}{spoken(day)} (“{text}”)"))
        if day is None and re.search(r"\d", text):
            return ReadValue(problem="I cannot find that day in the calendar.")
    if VAGUE.search(text):
        return ReadValue(FieldValue(text, "about", f"“{text}”"))
    return ReadValue()


def _day_in(text: str, today: date) -> date | None:
    """The first day named in the text; of two readings of 12/11/2026, one that is past."""
    tidy = re.sub(r"(\d)(?:st|nd|rd|th|er)\b", r"\1", text, flags=re.IGNORECASE)
    tidy = re.sub(rf"\b({MONTHS})\.", r"\1", tidy, flags=re.IGNORECASE)
    days = [day for order in ("MDY", "DMY") if (day := _search(tidy, today, order)) is not None]
    past = [day for day in days if day <= today]
    found = next(iter(past or days), None)
    named = EXPLICIT.search(tidy)
    if found and named and found.day != int(named.group(1) or named.group(2)):
        return None
    return found


def _search(text: str, today: date, order: str) -> date | None:
    found = search_dates(
        text,
        languages=["en", "fr"],
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


def read_contact(text: str) -> ReadValue:
    """An e-mail address, a telephone number, a postal address, or "here in the chat"."""
    for token in re.findall(r"[^\s<>()\[\],;:\"]+@[^\s<>()\[\],;:\"]*", text):
        try:
            address = validate_email(token.rstrip("."), check_deliverability=False).normalized
        except EmailNotValidError:
            return ReadValue(problem="That e-mail address is not complete.")
        return ReadValue(FieldValue(text, address, f"by e-mail to {address}"))
    for match in phonenumbers.PhoneNumberMatcher(
        text, "CA", leniency=phonenumbers.Leniency.POSSIBLE
    ):
        return ReadValue(_telephone(match.number, text))
    if POSTAL_CODE.search(text) and re.search(r"\d+\s+\w+", text):
        address = " ".join(text.split())
        return ReadValue(FieldValue(text, address, f"by post to {address}"))
    if len(re.sub(r"\D", "", text)) >= 5:
        return ReadValue(problem="That telephone number is not complete.")
    if HERE.search(text) and len(text.split()) <= 12:
        return ReadValue(FieldValue(text, "thread", "here, in this conversation"))
    return ReadValue()


def _telephone(number: phonenumbers.PhoneNumber, words: str) -> FieldValue:
    value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    shape = (
        phonenumbers.PhoneNumberFormat.NATIONAL
        if number.country_code == 1
        else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return FieldValue(words, value, f"by telephone at {phonenumbers.format_number(number, shape)}")


def _with_tail(earlier: FieldValue, digits: str) -> FieldValue | None:
    if not digits or len(digits) >= len(earlier.value) - 1:
        return None
    corrected = earlier.value[: -len(digits)] + digits
    return _telephone(phonenumbers.parse(corrected, "CA"), earlier.words)
