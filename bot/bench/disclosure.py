"""What reading and judging a disclosure costs beside the reading that every message gets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from bot import wiring
from bot.bench.desk import MeasuredDesk
from bot.bench.figures import Figure, median
from bot.channels.rasa import RasaAssistant
from bot.config import Settings
from bot.desk import DISCLOSURE, Desk
from bot.domain.replies import Reading
from bot.keys import rasa_secret

MOST_MS = 20.0
WARM_UP = 10
ROUNDS = 80
MESSAGES = (
    "Her accountant asks for last year's invoices and she signed the release in March.",
    "Two men from the tax office want the address of a client and show no paper.",
    "the florist next door asks me when our technician is off, he never said she may know",
    "A partner would like the totals per postal district, nobody's name in it.",
)


def measure(home: Path, factor: float) -> list[Figure]:
    """Start the desk (its model is trained already) and read the same messages both ways."""
    with MeasuredDesk(home) as desk:
        settings = Settings(privacydesk_home=home, privacydesk_env="test")
        application = wiring.build(settings)
        assistant = RasaAssistant(desk.address("rasa"), rasa_secret(settings))
        try:
            beside, judging = asyncio.run(_both_ways(assistant, application.desk))
        finally:
            application.close()
    return [
        Figure.at_most("disclosure read beside the encoder, p50", beside, "ms", MOST_MS * factor),
        Figure.at_most("disclosure judged, p50", judging, "ms", MOST_MS * factor),
        Figure.at_most("the two together, p50", beside + judging, "ms", MOST_MS * factor),
    ]


async def _both_ways(assistant: RasaAssistant, desk: Desk) -> tuple[float, float]:
    """The milliseconds more that a disclosure takes to read, and those to judge it."""
    extra, judged = [], []
    for number, text in enumerate(islice(cycle(MESSAGES), WARM_UP + ROUNDS)):
        plain, _ = await _parsed(assistant, {"text": text, "role": "customer"})
        full, parse = await _parsed(
            assistant, {"text": text, "role": "employee", "about": DISCLOSURE}
        )
        started = time.perf_counter()
        desk.advice.judge(text, Reading.from_parse(parse))
        took = time.perf_counter() - started
        if number >= WARM_UP:
            extra.append(full - plain)
            judged.append(took)
    await assistant.close()
    return _ms(extra), _ms(judged)


async def _parsed(
    assistant: RasaAssistant, message: dict[str, Any]
) -> tuple[float, dict[str, Any]]:
    started = time.perf_counter()
    [parse] = await assistant.parse([message])
    return time.perf_counter() - started, parse


def _ms(seconds: Sequence[float]) -> float:
    return max(0.0, median(seconds) * 1000.0)
