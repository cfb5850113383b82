"""What one message is, put together: the part that counts, its intent, a second request.

A short message is read whole. A long one, which the encoder would cut off, is read sentence by
sentence, and the strongest request counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np

from components.encoder import SentenceEncoder
from components.intents import UNQUOTED, IntentModel
from components.negation import without_declined
from components.sentences import pieces

LONG_WORDS = 200
LONG_CHARACTERS = 1000
PIECE_CHARACTERS = 320
RANKED = 3
PAYLOAD = re.compile(r"^/[a-z_]+(?:\{.*\})?\s*$", re.DOTALL)


@dataclass
class Reading:
    """One message as the components hand it on. `focus` is the part that was read."""

    text: str
    role: str
    focus: str
    vector: np.ndarray
    parts: List[Tuple[str, np.ndarray]] = field(default_factory=list)
    intents: np.ndarray = field(default_factory=lambda: np.zeros(0))


def is_payload(text: str) -> bool:
    """Tell whether this is a button's payload, which Rasa reads itself."""
    return bool(PAYLOAD.match(text))


def is_long(text: str) -> bool:
    return len(text) > LONG_CHARACTERS or len(text.split()) > LONG_WORDS


def encoded(encoder: SentenceEncoder, messages: Sequence[Tuple[str, str]]) -> List[Reading]:
    """Encode messages (text, role): a long one in pieces, all of them in one go."""
    cut: List[List[str]] = []
    for text, _ in messages:
        spans = pieces(text, PIECE_CHARACTERS) if is_long(text) else []
        cut.append([text[start:end] for start, end in spans] or [without_declined(text)])
    vectors = encoder.encode([part for parts in cut for part in parts])
    readings, place = [], 0
    for (text, role), parts in zip(messages, cut):
        own = list(zip(parts, vectors[place : place + len(parts)]))
        place += len(parts)
        readings.append(Reading(text, role, own[0][0], own[0][1], own))
    return readings


def read_intents(model: IntentModel, readings: Sequence[Reading]) -> None:
    """Set each reading's intent distribution, and its focus when it has many parts."""
    parts = [(part, vector, reading.role) for reading in readings for part, vector in reading.parts]
    if not parts:
        return
    rows = model.probabilities(
        [part for part, _, _ in parts],
        [role for _, _, role in parts],
        np.stack([vector for _, vector, _ in parts]),
    )
    asks = np.array([label not in UNQUOTED for label in model.labels])
    place = 0
    for reading in readings:
        own = rows[place : place + len(reading.parts)]
        place += len(reading.parts)
        best = int(np.argmax((own * asks).max(axis=1))) if len(own) > 1 else 0
        reading.focus, reading.vector = reading.parts[best]
        reading.intents = own[best]


def ranking(model: IntentModel, reading: Reading) -> List[Dict[str, Any]]:
    """The three likeliest intents, in the form that Rasa expects."""
    order = np.argsort(-reading.intents)[:RANKED]
    return [
        {"name": model.labels[place], "confidence": round(float(reading.intents[place]), 4)}
        for place in order
    ]
