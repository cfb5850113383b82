"""The points of a clock at one moment: which comes next, which is past, which was acknowledged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from bot.domain.clocks import Clock, local_date
from bot.domain.thresholds import DEEMED_REFUSAL, OPENED, Threshold, thresholds, upcoming
from bot.domain.tickets import Ticket
from bot.store.library import Library
from bot.store.notices import NoticeRow

# Whoever does one of these has seen the ticket: what waits for an acknowledgement ends.
ACKNOWLEDGING = frozenset({"acknowledge", "work", "ask", "reply", "snooze", "pause", "extend"})


@dataclass(frozen=True, slots=True)
class Points:
    """The thresholds of clocks as the library has them, as of `now`."""

    library: Library
    now: datetime

    def upcoming(
        self, clock: Clock, after: str | None
    ) -> tuple[Threshold | None, tuple[Threshold, ...]]:
        return upcoming(self.of(clock), after, local_date(self.now, clock.zone))

    def of(self, clock: Clock) -> tuple[Threshold, ...]:
        today = local_date(self.now, clock.zone)
        return thresholds(clock, self.library.calendar(), self.library.reminders, today)

    def date_of(self, clock: Clock, threshold: str) -> date | None:
        """The date of this threshold of the clock as it is now."""
        points = self.of(clock)
        return next((point.date for point in points if point.name == threshold), None)

    def overtaken(self, clock: Clock, threshold: str) -> bool:
        """Tell whether a later threshold is due by now, so that this one would say what is past.

        A deemed refusal is a fact of its own and is always told, and so is a new ticket.
        """
        if threshold in {OPENED, DEEMED_REFUSAL} or clock.paused:
            return False
        points, today = self.of(clock), local_date(self.now, clock.zone)
        names = [point.name for point in points]
        later = points[names.index(threshold) + 1 :] if threshold in names else ()
        return any(point.date <= today for point in later)

    def acknowledged(self, row: NoticeRow, ticket: Ticket, clock: Clock | None) -> bool:
        """Tell whether the ticket was acknowledged on this threshold's day, or later."""
        seen = [event.at for event in ticket.events if event.what in ACKNOWLEDGING]
        if not seen or row.threshold == OPENED or clock is None:
            return bool(seen)
        day = self.date_of(clock, row.threshold)
        if day is None:
            return False
        return any(at >= datetime.combine(day, time.min, tzinfo=clock.zone) for at in seen)
