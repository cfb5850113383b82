"""How quick a conversation is, from the first to the four-hundredth turn, and what it weighs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

import httpx

from bot.bench.desk import MeasuredDesk
from bot.bench.figures import Figure, median, percentile
from bot.bench.reading import measure_reading

QUESTIONS = (
    "What do you do with my date of birth?",
    "How long are my call records kept?",
    "Which measures keep my information safe?",
    "May you give my number to a collection agency?",
    "Who answers for privacy in your company?",
    "How do I see what you hold about me?",
)
WARM_UP = 10
QUESTION_TURNS = 120
FORM_ROUNDS = 15
LONG_TURNS = 400
ALL_TURNS = 1_000


class Person:
    """Somebody who talks over the HTTP API, each with a conversation of their own."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.token: str | None = None

    def say(self, text: str) -> float:
        """Send a message or, beginning with a slash, a button. Returns the seconds it took."""
        body = {"payload" if text.startswith("/") else "message": text}
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        self.client.cookies.clear()  # The cookie is the page's; a person here has a token.
        started = time.perf_counter()
        answered = self.client.post("/api/chat", json=body, headers=headers)
        took = time.perf_counter() - started
        answered.raise_for_status()
        self.token = answered.json()["token"]
        return took


def measure(home: Path, factor: float) -> list[Figure]:
    """Start the desk (its model is trained already) and measure. Takes a few minutes."""
    with MeasuredDesk(home) as desk, desk.client() as client:
        for question in islice(cycle(QUESTIONS), WARM_UP):
            Person(client).say(question)
        answers = [Person(client).say(q) for q in islice(cycle(QUESTIONS), QUESTION_TURNS)]
        forms = [took for _ in range(FORM_ROUNDS) for took in _form(client)]
        growth = _growth(client)
        done = WARM_UP + QUESTION_TURNS + FORM_ROUNDS * 6 + LONG_TURNS
        for question in islice(cycle(QUESTIONS), max(0, ALL_TURNS - done)):
            Person(client).say(question)
        memory = desk.memory_bytes() / 2**30
        reading = measure_reading(desk.assistant(), factor)
    ms = 1000.0
    return [
        Figure.at_most("chat turn p50", median(answers) * ms, "ms", 80 * factor),
        Figure.at_most("chat turn p95", percentile(answers, 0.95) * ms, "ms", 160 * factor),
        Figure.at_most("form turn p50", median(forms) * ms, "ms", 150 * factor),
        Figure.at_most("form turn p95", percentile(forms, 0.95) * ms, "ms", 300 * factor),
        Figure.at_most("turns 391-400 over turns 11-20", growth, "times", 1.3),
        Figure.at_most("second start: page answers", desk.page_seconds, "s", 5 * factor),
        Figure.at_most("second start: first answer", desk.answer_seconds, "s", 45 * factor),
        Figure.at_most("memory after 1,000 turns (PSS)", memory, "GiB", 1.5),
        *reading,
    ]


def _form(client: httpx.Client) -> Iterator[float]:
    """A whole complaint, with a correction and a question in the middle."""
    person = Person(client)
    person.say("/request_complaint")
    yield person.say("A clerk read my phone bill out loud at the counter of your shop")
    yield person.say("last Tuesday")
    yield person.say("How long do you keep my data?")
    yield person.say("416 555 0134")
    yield person.say("sorry, the number ends in 41")
    yield person.say("/affirm_request")


def _growth(client: httpx.Client) -> float:
    """The same question in one conversation, inside a form, across rotations of Rasa's tracker."""
    person = Person(client)
    person.say("/request_complaint")
    person.say("A clerk read my phone bill out loud at the counter of your shop")
    turns = [person.say(q) for q in islice(cycle(QUESTIONS), LONG_TURNS - 2)]
    return median(turns[388:398]) / median(turns[8:18])
