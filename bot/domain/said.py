"""How a value that was read is repeated back, and what is wrong with one that cannot be right."""

from __future__ import annotations

from collections.abc import Mapping

SAID: Mapping[str, Mapping[str, str]] = {
    "en": {
        "quoted": "“{words}”",
        "unknown": "you do not know the day",
        "about": "about {day}",
        "dated": "{day} (“{words}”)",
        "future": "{day} lies in the future.",
        "old": "{day} is too long ago to be right.",
        "no_day": "I cannot find that day in the calendar.",
        "email": "by e-mail to {value}",
        "telephone": "by telephone at {value}",
        "post": "by post to {value}",
        "thread": "here, in this conversation",
        "no_email": "That e-mail address is not complete.",
        "no_number": "That telephone number is not complete.",
        "no_lookup": "you have none of these at hand",
        "corrected": "Corrected: {words}",
    },
    "fr": {
        "quoted": "« {words} »",
        "unknown": "vous ne savez pas quel jour",
        "about": "environ le {day}",
        "dated": "{day} (« {words} »)",
        "future": "Le {day} est dans le futur.",
        "old": "Le {day} est trop ancien pour être exact.",
        "no_day": "Je ne trouve pas ce jour au calendrier.",
        "email": "par courriel à {value}",
        "telephone": "par téléphone au {value}",
        "post": "par la poste à {value}",
        "thread": "ici, dans cette conversation",
        "no_email": "Cette adresse courriel n’est pas complète.",
        "no_number": "Ce numéro de téléphone n’est pas complet.",
        "no_lookup": "vous n’avez rien de cela sous la main",
        "corrected": "Correction : {words}",
    },
}
