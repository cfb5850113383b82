"""Planning notices: one pending threshold per (ticket, clock), each to whom the rules name.

What lives here: which rows a change of a ticket, or a notice that is done, brings about. What does
not: sending them (reminders), the dates (points, office_hours) and who is told (recipients).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.desk.office_hours import next_digest, next_office_moment
from bot.desk.points import Points
from bot.desk.recipients import Recipients, way_to
from bot.domain.clocks import Clock, local_date
from bot.domain.letters import RECEIPT, REQUESTER
from bot.domain.thresholds import (
    OPENED,
    PAUSED,
    WAITING,
    Threshold,
    escalates,
    planned_for,
    route,
)
from bot.domain.tickets import Kind, Ticket, email_of
from bot.domain.workdays import next_open_day
from bot.notices import Ladder, Recipient
from bot.store import digests, notices
from bot.store.db import Connection
from bot.store.library import Library
from bot.store.notices import NewNotice, NoticeRow

# A requester who was asked something and does not answer is told of under this in place of a clock.
WAITS = "waiting"
# And what they did with their own request, under this.
HEARD = "heard"
# What could not be delivered is told to the operator under its threshold with this before it.
UNDELIVERED = "undelivered:"
# The rung of a letter that came back: what the officer is told is not the letter.
CAME_BACK = 1


@dataclass(slots=True)
class Plans:
    """Rows to be planned in one transaction, at one moment; `write` writes them at once."""

    connection: Connection
    library: Library
    ladder: Ladder
    now: datetime
    rows: list[NewNotice] = field(default_factory=list)

    @property
    def points(self) -> Points:
        """The points of clocks as of now."""
        return Points(self.library, self.now)

    @property
    def recipients(self) -> Recipients:
        """Who is told."""
        return Recipients(self.connection, self.library.reminders, self.ladder)

    def write(self) -> None:
        """Write what was collected, and the digests that the lines of it need."""
        notices.plan(self.connection, self.rows)
        wanted: set[tuple[str, str, date, datetime]] = set()
        for row in self.rows:
            if row.state == "planned" and (row.form == "line" or self._repeats(row)):
                wanted |= self.digest_keys(row.to, row.by, row.planned_for)
        digests.plan(self.connection, wanted)
        self.rows.clear()

    def _repeats(self, row: NewNotice) -> bool:
        if row.rung or row.clock in {REQUESTER, WAITS}:
            return False
        return route(row.threshold, self.library.reminders).in_digest

    def digest_keys(
        self, to: str, by: str, moment: datetime
    ) -> set[tuple[str, str, date, datetime]]:
        """The digests that may carry what is planned for then: that of its day, and, when that is
        past and may have gone out, the next one."""
        moments = {moment} if moment > self.now else {moment, self.now}
        found = {next_digest(self.library, m) for m in moments}
        return {(to, by, local_date(at, self.library.zone), at) for at in found}

    # -- what a ticket's life brings about

    def opening(self, ticket_id: int, kind: Kind, running: Sequence[Clock]) -> None:
        """The word of a new ticket; the first threshold of its other clocks.

        The first clock's own thresholds follow when the word is out. Where one of them is due
        before the office opens it takes the word's place, unless people are paged.
        """
        first, *others = running
        when = self.opened(ticket_id, kind, first.name)
        for clock in others:
            self.next(ticket_id, None, clock, 1, None)
        soon, _ = self.points.upcoming(first, None)
        if soon is not None and self._moment(first, soon) <= when:
            self.next(ticket_id, None, first, 1, None)
            if not self.library.kinds[str(kind)].page_at_once:
                self.rows = [
                    replace(row, state="superseded") if row.threshold == OPENED else row
                    for row in self.rows
                ]

    def opened(self, ticket_id: int, kind: Kind, clock: str, version: int = 1) -> datetime:
        """The word that there is a ticket of this kind; returns when it goes out.

        At once where its kind pages people, else at the office's next opening.
        """
        when = self._at_the_desk(kind)
        page = self.library.kinds[str(kind)].page_at_once
        self._tell(ticket_id, None, clock, OPENED, version, when, page=page)
        return when

    def _at_the_desk(self, kind: Kind) -> datetime:
        page = self.library.kinds[str(kind)].page_at_once
        return self.now if page else next_office_moment(self.library, self.now)

    def requester_did(self, ticket: Ticket, what: str) -> None:
        """The word that the requester did this (one of domain.thresholds.DEEDS).

        It goes to the owner, else the officer, when a new ticket of its kind would. Several
        additions before that are told of once.
        """
        waits = notices.pending(self.connection, ticket.id)
        if any((r.clock, r.threshold, r.state) == (HEARD, what, "planned") for r in waits):
            return
        # Every change is an event, so that the number of events tells one addition from the next.
        number, when = len(ticket.events) + 1, self._at_the_desk(ticket.kind)
        self._tell(ticket.id, ticket.owner, HEARD, what, number, when)

    def next(
        self, ticket_id: int, owner: str | None, clock: Clock, version: int, after: str | None
    ) -> None:
        """The clock's next threshold after this one, and as superseded those that it overtakes.

        A clock that was met or ended keeps silent, and a paused one says so now and then.
        """
        if clock.met_at is not None or clock.ended_at is not None:
            return
        if clock.paused:
            self._forgotten(ticket_id, owner, clock, version, after)
            return
        chosen, overtaken = self.points.upcoming(clock, None if after == OPENED else after)
        for point in overtaken:
            self._threshold(ticket_id, owner, clock, version, point, state="superseded")
        if chosen is not None:
            self._threshold(ticket_id, owner, clock, version, chosen)

    def _moment(self, clock: Clock, point: Threshold) -> datetime:
        return planned_for(point.date, clock.zone, self.library.reminders.at)

    def _threshold(
        self,
        ticket_id: int,
        owner: str | None,
        clock: Clock,
        version: int,
        point: Threshold,
        *,
        state: str = "planned",
    ) -> None:
        when = self._moment(clock, point)
        self._tell(ticket_id, owner, clock.name, point.name, version, when, state=state)

    def _forgotten(
        self, ticket_id: int, owner: str | None, clock: Clock, version: int, after: str | None
    ) -> None:
        began = local_date(clock.pauses[-1].start, clock.zone)
        self._since(
            ticket_id, owner, clock.name, version, PAUSED, began,
            self.library.reminders.paused_days, after,
        )  # fmt: skip

    def waiting(
        self, ticket: Ticket, number: int, asked: datetime, after: str | None = None
    ) -> None:
        """The word that the requester has not answered question `number` for so long."""
        began = local_date(asked, self.library.zone)
        days = self.library.reminders.waiting_days
        self._since(ticket.id, ticket.owner, WAITS, number, WAITING, began, days, after)

    def _since(
        self,
        ticket_id: int,
        owner: str | None,
        clock: str,
        version: int,
        name: str,
        began: date,
        days: Sequence[int],
        after: str | None,
    ) -> None:
        names = [f"{name}{number}" for number in days]
        place = names.index(after) + 1 if after in names else 0
        for number in days[place : place + 1]:
            day = next_open_day(began + timedelta(days=number), self.library.calendar())
            when = planned_for(day, self.library.zone, self.library.reminders.at)
            self._tell(ticket_id, owner, clock, f"{name}{number}", version, when)

    def receipt(self, ticket_id: int, fields: Mapping[str, Any]) -> None:
        """The acknowledgement with its dates, to an address that was given; whoever wrote in a
        thread has read it there."""
        address = email_of(fields)
        if address is not None and "e-mail" in self.ladder.letters_by:
            self.rows.append(
                NewNotice(ticket_id, REQUESTER, RECEIPT, 1, address, "e-mail", self.now)
            )

    def letter(self, ticket: Ticket, name: str, number: int) -> bool:
        """The sending of a letter, at once, by the way the requester chose. False where there is
        none: they read it with the status of their request."""
        chosen = way_to(ticket, self.ladder)
        if chosen is None:
            return False
        self.rows.append(
            NewNotice(ticket.id, REQUESTER, name, number, chosen.to, chosen.by, self.now)
        )
        return True

    # -- what a notice that is done brings about

    def escalation(self, row: NoticeRow, clock: Clock | None, page: Collection[str]) -> bool:
        """Whoever is told next when nobody acknowledges this card. False when nobody is."""
        for number, (duty, when) in enumerate(self._rungs(row, clock, page), start=1):
            ways = self.ladder.ways(duty)
            wanted = ways if row.threshold == OPENED else ways[:1]
            people = [r for r in wanted if (r.to, r.by) != (row.to, row.by)]
            if number <= row.rung or not people:
                continue
            self.rows.extend(
                NewNotice(
                    row.ticket_id, row.clock, row.threshold, row.version, r.to, r.by, when,
                    rung=number,
                )
                for r in people
            )  # fmt: skip
            return True
        return False

    def _rungs(
        self, row: NoticeRow, clock: Clock | None, page: Collection[str]
    ) -> list[tuple[str, datetime]]:
        rules = self.library.reminders
        if row.form != "card":
            return []
        if row.threshold == OPENED:
            return [(duty, self.now + wait) for duty, wait in rules.page_again] if page else []
        if clock is None or not escalates(row.threshold, rules):
            return []
        day = self.points.date_of(clock, row.threshold)
        if day is None:
            return []
        return [(duty, planned_for(day, clock.zone, hour)) for duty, hour in rules.escalation]

    # -- who

    def _tell(
        self,
        ticket_id: int,
        owner: str | None,
        clock: str,
        threshold: str,
        version: int,
        when: datetime,
        *,
        state: str = "planned",
        page: Sequence[str] = (),
    ) -> None:
        chosen = route(threshold, self.library.reminders, page)
        form = "card" if chosen.card else "line"
        self.rows.extend(
            NewNotice(ticket_id, clock, threshold, version, r.to, r.by, when, form, 0, state)
            for r in self.recipients.people(threshold, owner, page)
        )

    def reassigned(self, ticket: Ticket, owner: str) -> None:
        """Move what is pending with the owner to the new one, at the moments it was planned for."""
        stay = {str(n["threshold"]) for n in ticket.notices if n["clock"] == REQUESTER}
        for row in notices.close_unsent(
            self.connection, ticket.id, "cancelled", but={OPENED, *stay}
        ):
            if row.rung:
                people: Sequence[Recipient] = (Recipient("", row.to, row.by),)
            else:
                people = self.recipients.people(row.threshold, owner)
            self.rows.extend(
                NewNotice(
                    row.ticket_id, row.clock, row.threshold, row.version, r.to, r.by,
                    row.planned_for, row.form, row.rung,
                )
                for r in people
            )  # fmt: skip
