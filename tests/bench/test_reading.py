"""The messages that the reading is timed with are what their figures say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from bot.bench.reading import HOSTILE, LONG, LONG_ROUNDS, SHORT, SHORT_ROUNDS, measure_reading
from bot.channels.rasa import RasaAssistant


class Counting:
    """An assistant that keeps what it was given to read."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.closed = False

    async def parse(self, messages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        self.read += [message["text"] for message in messages]
        return [{"seconds": 0.004} for _ in messages]

    async def close(self) -> None:
        self.closed = True


def test_the_messages_are_as_long_as_their_figures_say() -> None:
    assert max(len(text.split()) for text in SHORT) <= 40
    assert max(len(text.split()) for text in SHORT) >= 30
    assert len(LONG) == 4_000
    assert {len(text) for text in HOSTILE} == {20_000}


def test_every_message_is_read_and_every_figure_has_its_bound() -> None:
    assistant = Counting()
    found = measure_reading(cast("RasaAssistant", assistant), 2.0)
    assert assistant.closed
    assert assistant.read.count(LONG) == LONG_ROUNDS
    assert all(assistant.read.count(text) >= SHORT_ROUNDS for text in SHORT)
    assert all(text in assistant.read for text in HOSTILE)
    assert [(figure.unit, figure.bound) for figure in found] == [
        ("ms", 30.0),
        ("ms", 60.0),
        ("ms", 0),
        ("ms", 1000.0),
        ("ms", 8000.0),
    ]
    # The first two are the assistant's own seconds, whatever the way there takes.
    assert [figure.value for figure in found[:2]] == [4.0, 4.0]
