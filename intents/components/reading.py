"""What one message is, put together: the part that counts, its intent, a second request.

A short message is read whole. A long one, which the encoder would cut off, is read sentence by
sentence, and the strongest request counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np
from scipy.sparse import csr_matrix, vstack

from components.clauses import Question
from components.intents import UNQUOTED, IntentModel
from components.negation import without_declined
from components.ngrams import NGrams
from components.sentences import pieces
from components.tuning import TaughtEncoder

LONG_WORDS = 200
LONG_CHARACTERS = 1000
PIECE_CHARACTERS = 320
RANKED = 3
PAYLOAD = re.compile(r"^/[a-z_]+(?:\{.*\})?\s*$", re.DOTALL)
READABLE = re.compile(r"\w", re.UNICODE)


@dataclass
class Part:
    """A text that the encoder saw whole, and what each reader said of it."""

    text: str
    grams: csr_matrix
    vector: np.ndarray
    meaning: np.ndarray
    clauses: np.ndarray
    answerable: float
    intents: np.ndarray = field(default_factory=lambda: np.zeros(0))


@dataclass
class Reading:
    """One message: its parts, and the one that counts."""

    text: str
    role: str
    parts: List[Part]
    focus: Part

    @property
    def readable(self) -> bool:
        """Tell whether there is a letter or a digit in it at all."""
        return bool(READABLE.search(self.text))


class PartReader:
    """The readers that every part goes through: the taught encoder and the n-grams."""

    def __init__(self, encoder: TaughtEncoder, grams: NGrams) -> None:
        self.encoder, self.grams = encoder, grams

    def read(self, texts: Sequence[str], roles: Sequence[str]) -> List[Part]:
        if not texts:
            return []
        taught, grams = self.encoder.read(texts, roles), self.grams.rows(texts, roles)
        return [
            Part(
                text,
                grams[row],
                taught.vectors[row],
                taught.intents[row],
                taught.clauses[row],
                float(taught.answerable[row]),
            )
            for row, text in enumerate(texts)
        ]


def is_payload(text: str) -> bool:
    """Tell whether this is a button's payload, which Rasa reads itself."""
    return bool(PAYLOAD.match(text))


def is_long(text: str) -> bool:
    return len(text) > LONG_CHARACTERS or len(text.split()) > LONG_WORDS


def read_messages(reader: PartReader, messages: Sequence[Tuple[str, str]]) -> List[Reading]:
    """Read messages (text, role): a long one in pieces, all of them in one go."""
    cut: List[List[str]] = []
    for text, _ in messages:
        spans = pieces(text, PIECE_CHARACTERS) if is_long(text) else []
        # A piece of mere marks says nothing, and thousands of them take seconds to read.
        said = [text[start:end] for start, end in spans if READABLE.search(text, start, end)]
        cut.append(said or [without_declined(text)])
    roles = [role for (_, role), parts in zip(messages, cut) for _ in parts]
    parts = reader.read([part for own in cut for part in own], roles)
    readings, place = [], 0
    for (text, role), own in zip(messages, cut):
        found = parts[place : place + len(own)]
        place += len(own)
        readings.append(Reading(text, role, found, found[0]))
    return readings


def read_intents(model: IntentModel, parts: Sequence[Part]) -> None:
    """Set the intent distribution of each part."""
    if not parts:
        return
    meaning = np.stack([part.meaning for part in parts])
    rows = model.probabilities(meaning, vstack([part.grams for part in parts]))
    for part, row in zip(parts, rows):
        part.intents = row


def choose_focus(model: IntentModel, reading: Reading) -> None:
    """Let the part with the strongest request speak for a message of many parts."""
    if len(reading.parts) > 1:
        asks = np.array([label not in UNQUOTED for label in model.labels])
        reading.focus = max(reading.parts, key=lambda part: float((part.intents * asks).max()))


def ranking(model: IntentModel, part: Part) -> List[Dict[str, Any]]:
    """The three likeliest intents, in the form that Rasa expects."""
    order = np.argsort(-part.intents)[:RANKED]
    return [
        {"name": model.labels[place], "confidence": round(float(part.intents[place]), 4)}
        for place in order
    ]


def question(parts: Sequence[Part]) -> Question:
    """The parts as the clause ranker takes them."""
    return Question(
        [part.text for part in parts],
        vstack([part.grams for part in parts]),
        np.stack([part.vector for part in parts]),
        np.stack([part.intents for part in parts]),
        np.stack([part.clauses for part in parts]),
        np.array([part.answerable for part in parts]),
    )
