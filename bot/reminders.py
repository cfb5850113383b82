"""The sweep: which notices are due and unsent, claimed, sent, recorded.

The clock that calls it is no truth: starting late loses nothing, running three is safe.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.desk.intake import Intake
from bot.desk.planning import FORGOTTEN, overtaken, plan_next
from bot.domain.clocks import Clock
from bot.domain.dates import spoken
from bot.domain.letters import TITLES, letter
from bot.domain.receipts import dated_line
from bot.domain.tickets import Ticket
from bot.notices import Ladder, Notice, NoticeError, Notifier
from bot.store import notices, tickets
from bot.store.db import Connection
from bot.store.notices import NoticeRow

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)
FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=1)
ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Swept:
    """One notice that a sweep worked on, and how that ended: sent, planned (again) or failed."""

    ticket: str
    kind: str
    clock: str
    threshold: str
    to: str
    by: str
    text: str
    state: str


@dataclass(frozen=True, slots=True)
class Sweeper:
    """Sends what is due."""

    intake: Intake
    notifiers: Mapping[str, Notifier]
    ladder: Ladder
    page_url: str
    worker: str = field(default_factory=lambda: secrets.token_hex(8))

    def sweep(self, now: datetime | None = None) -> list[Swept]:
        """Send every notice that is due at `now` (aware; the desk's time when not given)."""
        store = self.intake.store
        swept: list[Swept] = []
        with store.reading() as connection:
            moment = now or store.now(connection)
        while row := self._claim(moment):
            done = self._deliver(row, moment)
            if done is not None:
                swept.append(done)
        with store.transaction() as connection:
            notices.record_sweep(connection, self.worker, moment)
        return swept

    def _claim(self, due_by: datetime) -> NoticeRow | None:
        """Take one notice: its lease covers its own sending alone, however slow the others were."""
        store = self.intake.store
        with store.transaction() as connection:
            now = store.now(connection)
            rows = notices.claim_due(
                connection, now, worker=self.worker, lease=LEASE, due_by=due_by, limit=1
            )
        return rows[0] if rows else None

    def _deliver(self, row: NoticeRow, now: datetime) -> Swept | None:
        store = self.intake.store
        with store.reading() as connection:
            ticket = tickets.load_by_id(connection, row.ticket_id, self.intake.rebuilder(now))
        clock = ticket.clock(row.clock)
        if clock is not None and self._dropped(row, clock, now):
            return None
        notice = self._letter(row, ticket) if clock is None else self._notice(row, ticket, clock)
        try:
            notifier = self.notifiers.get(row.by)
            if notifier is None:
                raise NoticeError("this way is not set up any more", permanent=True)
            notifier.send(notice)
            state = self._record_sent(row, now)
        except NoticeError as error:
            state = self._record_failure(row, error, now)
        return Swept(
            ticket.reference, str(ticket.kind), row.clock, row.threshold, row.to, row.by,
            notice.text, state,
        )  # fmt: skip

    def _dropped(self, row: NoticeRow, clock: Clock, now: datetime) -> bool:
        """Close a notice that would say what is not so any more, and plan what is."""
        if clock.met_at is not None or clock.ended_at is not None:
            state = "cancelled"
        elif overtaken(clock, row.threshold, self.intake.library, now):
            state = "superseded"
        else:
            return False
        with self.intake.store.transaction() as connection:
            notices.drop(connection, row.id, self.worker, state)
            self._plan_next(connection, row, now)
        return True

    def _plan_next(self, connection: Connection, row: NoticeRow, now: datetime) -> None:
        """Plan the clock's next threshold, by the clock as it is now.

        While the notice was on its way the clock may have moved: its new version has plans then.
        """
        version = tickets.clock_versions(connection, row.ticket_id).get(row.clock)
        if row.threshold == "opened" or version != row.version:
            return
        ticket = tickets.load_by_id(connection, row.ticket_id, self.intake.rebuilder(now))
        clock = ticket.clock(row.clock)
        assert clock is not None
        plan_next(
            connection, row.ticket_id, clock, version, row.threshold, self.intake.library,
            self.ladder, now,
        )  # fmt: skip

    def _notice(self, row: NoticeRow, ticket: Ticket, clock: Clock) -> Notice:
        what = _what(row.threshold, ticket)
        dates = "\n".join(dated_line(c) for c in ticket.clocks)
        return Notice(
            key=f"{row.ticket_id}:{row.clock}:{row.threshold}:{row.version}",
            to=row.to,
            subject=f"{ticket.reference}: {what}",
            text=(
                f"{what}.\nReference {ticket.reference}, received "
                f"{spoken(ticket.received_local_date)} by {ticket.channel}.\n{dates}\n"
                f"Why that date: {clock.rule.days} {clock.rule.unit} days from receipt "
                f"({clock.source}).\nNext step: privacydesk ticket show {ticket.reference}\n"
                f"Desk: {self.page_url}"
            ),
            repeated=row.repeated,
        )

    def _letter(self, row: NoticeRow, ticket: Ticket) -> Notice:
        """A letter to the requester, or, when it came back, the word of that to the officer."""
        title, found = TITLES[row.threshold], letter(ticket, row.threshold, row.version)
        subject, text = f"{ticket.reference}: {title}", found.content["text"] if found else ""
        if row.to != ticket.email:
            subject = f"{ticket.reference}: not delivered: {title}"
            text = (
                f"{subject}. The requester's address did not take it: reach them another way.\n"
                f"Next step: privacydesk ticket show {ticket.reference}\nDesk: {self.page_url}"
            )
        key = f"{row.ticket_id}:{row.clock}:{row.threshold}:{row.version}"
        return Notice(key=key, to=row.to, subject=subject, text=text, repeated=row.repeated)

    def _record_sent(self, row: NoticeRow, now: datetime) -> str:
        """Record it and plan the clock's next threshold, in one transaction."""
        store = self.intake.store
        with store.transaction() as connection:
            if not notices.record_sent(connection, row.id, self.worker, now):
                return "planned"
            self._plan_next(connection, row, now)
        return "sent"

    def _record_failure(self, row: NoticeRow, error: NoticeError, now: datetime) -> str:
        """Try again later, or give up loudly and hand the notice to the next on the ladder.

        Given up or not, the clock's next threshold is planned: one failure ends no chain.
        """
        store = self.intake.store
        with store.transaction() as connection:
            if not error.permanent and row.attempts < ATTEMPTS:
                wait = min(FIRST_RETRY * 2 ** (row.attempts - 1), LONGEST_RETRY)
                notices.put_back(
                    connection, row.id, self.worker, until=now + wait, why=error.sentence
                )
                return "planned"
            notices.give_up(connection, row.id, self.worker, error.sentence)
            log.error("notice_failed", notice=row.id, by=row.by, why=error.sentence)
            for after in self.ladder.after(row.to, row.by)[:1]:
                notices.plan(
                    connection, row.ticket_id, clock=row.clock, threshold=row.threshold,
                    version=row.version, to=after.to, by=after.by, planned_for=now,
                )  # fmt: skip
            self._plan_next(connection, row, now)
            return "failed"


def _what(threshold: str, ticket: Ticket) -> str:
    kind = str(ticket.kind)
    if threshold == "opened":
        return f"New {kind}"
    if threshold == "due":
        return f"Due today: {kind}"
    if threshold == "deemed_refusal":
        return f"The statutory day has passed (deemed refusal): {kind}"
    if threshold.startswith("overdue"):
        return f"Overdue: {kind}"
    if threshold.startswith(FORGOTTEN):
        return f"Paused for {threshold.removeprefix(FORGOTTEN)} days: {kind}"
    days = threshold.removesuffix("bd")
    return f"Due in {days} business day{'' if days == '1' else 's'}: {kind}"
