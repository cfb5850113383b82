"""How long one message is read: intents, clauses and the gate, without a conversation around it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bot.bench.figures import Figure, median, percentile
from bot.channels.rasa import RasaAssistant
from bot.conversation import PATIENCE

SHORT = (
    "How long do you keep my data?",
    "stop calling me",
    "My last name is misspelled in your records, would you please correct it for me this week?",
    "When I left you two years ago I was told that everything about me would be gone by now, and "
    "yet a letter with my old address came last week, so what is still kept?",
    "Who is your privacy officer?",
    "may i tell a landlord on the phone whether one of our customers pays in time",
)
STORY = "On Monday I went to the shop to ask about a bill and waited for a while at the counter. "
END = "How do I see what you hold about me?"
LONG_CHARACTERS = 4_000
LONG = (STORY * (LONG_CHARACTERS // len(STORY) + 1))[: LONG_CHARACTERS - len(END)] + END
# As long as a message may be, and made to be slow to read: abbreviations, marks, a token a sign.
LONGEST = 20_000
HOSTILE = tuple(
    (part * LONGEST)[:LONGEST] for part in ("e.g. ", ".", "a. ", "don't want to complain ")
)
WARM_UP, SHORT_ROUNDS, LONG_ROUNDS = 12, 25, 9


def measure_reading(assistant: RasaAssistant, factor: float) -> list[Figure]:
    """Time messages one after another: the reading alone, and with the way there and back."""
    short, long, hostile = asyncio.run(_seconds(assistant))
    ms = 1000.0
    alone = [one.alone for one in short]
    p95 = percentile(alone, 0.95)
    whole, slowest = median([one.whole for one in long]), max(one.whole for one in hostile)
    return [
        Figure.at_most("model time up to 40 words p50", median(alone) * ms, "ms", 15 * factor),
        Figure.at_most("model time up to 40 words p95", p95 * ms, "ms", 30 * factor),
        Figure.at_least("the same over HTTP p50", median([o.whole for o in short]) * ms, "ms", 0),
        Figure.at_most("4,000 characters read over HTTP", whole * ms, "ms", 500 * factor),
        # Nobody behind such a message may be made to wait until the desk apologises for it.
        Figure.at_most(
            "20,000 made to be slow, the slowest", slowest * ms, "ms", PATIENCE.total_seconds() * ms
        ),
    ]


@dataclass(frozen=True, slots=True)
class Read:
    """Seconds of one message: the assistant's own, and those of who asked it."""

    alone: float
    whole: float


async def _seconds(assistant: RasaAssistant) -> tuple[list[Read], list[Read], list[Read]]:
    try:
        await _each(assistant, SHORT * (WARM_UP // len(SHORT)))
        short = await _each(assistant, SHORT * SHORT_ROUNDS)
        long = await _each(assistant, (LONG,) * LONG_ROUNDS)
        hostile = await _each(assistant, HOSTILE)
    finally:
        await assistant.close()
    return short, long, hostile


async def _each(assistant: RasaAssistant, texts: Sequence[str]) -> list[Read]:
    found: list[Read] = []
    for text in texts:
        started = time.perf_counter()
        (parsed,) = await assistant.parse([{"text": text, "role": "customer"}])
        found.append(Read(float(parsed["seconds"]), time.perf_counter() - started))
    return found
