"""Which language a message is written in, found offline."""

from __future__ import annotations

import re

from lingua import Language, LanguageDetector, LanguageDetectorBuilder

LANGUAGES = (
    Language.ENGLISH,
    Language.FRENCH,
    Language.SPANISH,
    Language.GERMAN,
    Language.ITALIAN,
    Language.PORTUGUESE,
)
# Another language than English must be this likely; French, the country's other one, less so.
SURE = {Language.FRENCH: 0.55}
OTHERWISE = 0.85
SHORTEST = 4
FRENCH_WORDS = re.compile(
    r"\b(?:bonjour|bonsoir|salut|merci|oui|je|j'|vous|votre|vos|mes|mon|ma|est-ce|qu'|c'est|pourquoi"
    r"|comment|s'il|svp|pas|avec|données|renseignements|plainte|allo|au revoir|d'accord)(?=\W|$)",
    re.IGNORECASE,
)


class LanguageReader:
    """Tells the language as an ISO 639-1 code; English unless another is clear."""

    def __init__(self) -> None:
        self._detector: LanguageDetector = (
            LanguageDetectorBuilder.from_languages(*LANGUAGES)
            .with_preloaded_language_models()
            .build()
        )

    def read(self, text: str) -> str:
        """Return `en`, `fr`, ... for this text."""
        sample = text[:1000]
        values = self._detector.compute_language_confidence_values(sample)
        best = values[0]
        french = len(FRENCH_WORDS.findall(sample))
        words = len(sample.split())
        if best.language is Language.ENGLISH or not best.value:
            return "en"
        if best.language is Language.FRENCH and french and best.value >= 0.3:
            return "fr"
        if french and words <= SHORTEST:
            return "fr"
        if words < SHORTEST or best.value < SURE.get(best.language, OTHERWISE):
            return "en"
        return str(best.language.iso_code_639_1.name.lower())
