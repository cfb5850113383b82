"""The overview: how the desk does, and what it could not answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.desk.intake import Intake
from bot.domain.clocks import local_date
from bot.domain.errors import InvalidInput, NotFound
from bot.domain.labels import LABELS
from bot.domain.statistics import (
    WEEKS_AHEAD,
    Answered,
    InTime,
    ages,
    by_week,
    in_time,
    weeks_ahead,
)
from bot.store import statistics
from bot.store.statistics import Unsure

ANSWERS_OF = timedelta(days=365)
INTENTS_OF = timedelta(weeks=12)
FREQUENT = 7
UNSURE_BELOW = 0.5
UNSURE_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that the overview shows but words of people."""

    ages: Mapping[str, Counter[str]]
    in_time: InTime
    weeks_ahead: tuple[tuple[date, int], ...]
    weeks: tuple[date, ...]
    intents: Mapping[str, list[int]]


@dataclass(frozen=True, slots=True)
class OverviewDesk:
    """Counts, and messages waiting for a label."""

    intake: Intake

    def show(self) -> Overview:
        """The figures of now; answers of the last year, questions of the last 12 weeks."""
        store, library = self.intake.store, self.intake.library
        zone = library.zone
        with store.reading() as connection:
            now = store.now(connection)
            today = local_date(now, zone)
            old = statistics.open_ages(connection)
            answered = statistics.answers(connection, now - ANSWERS_OF)
            due = statistics.deadlines(connection, today, today + timedelta(weeks=WEEKS_AHEAD))
            asked = statistics.intents(connection, now - INTENTS_OF)
        rows = [Answered(received, local_date(at, zone), due) for received, at, due in answered]
        weeks, found = by_week(((local_date(at, zone), name) for at, name in asked), FREQUENT)
        return Overview(
            ages(old, today),
            in_time(rows, library.calendar()),
            tuple(weeks_ahead(due, today)),
            tuple(weeks),
            found,
        )

    def unsure(self) -> list[Unsure]:
        """The newest messages that the desk was not sure of, and that nobody has labelled."""
        store = self.intake.store
        with store.reading() as connection:
            since = store.now(connection) - INTENTS_OF
            return statistics.unsure(connection, since, UNSURE_BELOW, limit=UNSURE_SHOWN)

    def label(self, message_id: str, intent: str, *, who: str) -> None:
        """Say what a message wanted. Raises InvalidInput for no intent, NotFound."""
        if intent not in LABELS:
            raise InvalidInput("There is no such intent.")
        store = self.intake.store
        with store.transaction() as connection:
            now = store.now(connection)
            if not statistics.label(connection, message_id, intent, who=who, now=now):
                raise NotFound("There is no such message.")

    def candidates(self) -> list[tuple[str, str]]:
        """Every labelled message with its intent: candidates for the training examples."""
        with self.intake.store.reading() as connection:
            return statistics.labelled(connection)
