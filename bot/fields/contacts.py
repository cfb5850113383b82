"""How a person is reached: e-mail, telephone, post, or the conversation itself."""

from __future__ import annotations

import re

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from bot.domain.forms import FieldValue
from bot.domain.said import SAID
from bot.fields.words import ReadValue, plain

HERE = re.compile(
    r"\b(?:here|(?:in|on|over|through|by|to|at) (?:this |the )?(?:chat|conversation|window|thread)"
    r"|this (?:chat|page|thread|conversation|window)|on slack|slack|dm|(?<!d')(?<!jusqu')ici"
    r"|dans (?:cette|la) (?:conversation|discussion)|(?:dans|par) (?:ce|le) (?:clavardage|fil)"
    r"|sur cette page)\b",
    re.IGNORECASE,
)
POSTAL_CODE = re.compile(r"\b[A-Za-z]\d[A-Za-z][ -]?\d[A-Za-z]\d\b")
TAIL = re.compile(
    r"\b(?:end(?:s|ing)?|finish(?:es)?|last (?:two|three|four) (?:digits|numbers)(?: \w+)?"
    r"|(?:se )?termine|finit|(?:deux|trois|quatre) derniers chiffres)"
    r"\s*(?:is|are|in|with|should be|par|sont|:)?\s*([\d][\d\s-]{0,8})",
    re.IGNORECASE,
)
SEPARATORS = re.compile(r"[\s<>()\[\],;:\"]+")


def read_contact(text: str, language: str = "en") -> ReadValue:
    """An e-mail address, a telephone number, a postal address, or "here in the chat"."""
    said = SAID[language]
    for token in SEPARATORS.split(text):
        if "@" not in token[1:]:
            continue
        try:
            address = validate_email(token.rstrip("."), check_deliverability=False).normalized
        except EmailNotValidError:
            return ReadValue(problem=said["no_email"])
        return ReadValue(FieldValue(text, address, said["email"].format(value=address)))
    for match in phonenumbers.PhoneNumberMatcher(
        text, "CA", leniency=phonenumbers.Leniency.POSSIBLE
    ):
        return ReadValue(_telephone(match.number, text, language))
    if POSTAL_CODE.search(text) and re.search(r"\d,?\s+\w", text):
        address = " ".join(text.split())
        return ReadValue(FieldValue(text, address, said["post"].format(value=address)))
    if len(re.sub(r"\D", "", text)) >= 5:
        return ReadValue(problem=said["no_number"])
    if HERE.search(plain(text)) and len(text.split()) <= 12:
        return ReadValue(FieldValue(text, "thread", said["thread"]))
    return ReadValue()


def _telephone(number: phonenumbers.PhoneNumber, words: str, language: str) -> FieldValue:
    value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    shape = (
        phonenumbers.PhoneNumberFormat.NATIONAL
        if number.country_code == 1
        else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    shown = phonenumbers.format_number(number, shape)
    return FieldValue(words, value, SAID[language]["telephone"].format(value=shown))


def corrected_contact(earlier: FieldValue, text: str, language: str = "en") -> FieldValue | None:
    """A telephone number whose last digits are said anew ("it ends in 17"); else None."""
    tail = TAIL.search(text)
    if tail is None or not earlier.value.startswith("+"):
        return None
    digits = re.sub(r"\D", "", tail.group(1))
    if not digits or len(digits) >= len(earlier.value) - 1:
        return None
    corrected = earlier.value[: -len(digits)] + digits
    return _telephone(phonenumbers.parse(corrected, "CA"), earlier.words, language)
