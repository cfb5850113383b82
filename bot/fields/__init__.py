"""Reads dates, telephone numbers, e-mail and postal addresses out of what people write.

Only the reading lives here, by the libraries that know these formats, a module for each type of
answer; what a turn means is decided in `bot.domain.turns`.
"""

from __future__ import annotations

import re
from datetime import date

from bot.domain.forms import Field, FieldType, FieldValue
from bot.domain.said import SAID
from bot.fields.choices import changed_choice, read_choice
from bot.fields.contacts import corrected_contact, read_contact
from bot.fields.days import read_when
from bot.fields.words import ReadValue, read_lookup, read_words

# "Add that ..." before what is added.
ADDING = re.compile(
    r"^\W*(?:please\W+)?(?:also\W+)?(?:add|put in|include|ajoutez)\b"
    r"(?:\s+(?:that|my name|mon nom|que))?[\s,:]*",
    re.IGNORECASE,
)


class FieldReader:
    """Reads and corrects answers, by the type of the field; says them back in a language."""

    def read(self, entry: Field, text: str, today: date, language: str = "en") -> ReadValue:
        """Return the value that `text` holds for this field. `today` is the company's date."""
        text = text.strip()
        match entry.type:
            case FieldType.WHEN:
                return read_when(text, today, language)
            case FieldType.CONTACT:
                return read_contact(text, language)
            case FieldType.CHOICE:
                return read_choice(entry, text)
            case FieldType.LOOKUP:
                return read_lookup(text, language)
            case _:
                # A word that the question itself offers ("everything") is a whole answer.
                offered = text.lower().strip(" .!") in entry.about
                story = entry.type is FieldType.STORY and not offered
                return read_words(text, 2 if story else 1, language)

    def correct(
        self, entry: Field, earlier: FieldValue, text: str, today: date, language: str = "en"
    ) -> FieldValue | None:
        """Return the field's new value, or None when the correction names no new one."""
        if entry.type is FieldType.CONTACT:
            changed = corrected_contact(earlier, text, language)
            if changed is not None:
                return changed
        if entry.type in {FieldType.STORY, FieldType.SHORT}:
            if not earlier.words or earlier.value == "none":
                return read_words(ADDING.sub("", text), 1, language).value
            corrected = SAID[language]["corrected"].format(words=text)
            return FieldValue(
                words=f"{earlier.words}\n{text}",
                value=f"{earlier.value}\nCorrected: {text}",
                said=f"{earlier.said}\n{corrected}",
            )
        if entry.several and (chosen := changed_choice(entry, earlier, text)) is not None:
            return chosen
        return self.read(entry, text, today, language).value
