"""One pass over what is due: claim, look, send, record."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.desk.intake import Intake
from bot.desk.planning import HEARD, UNDELIVERED, WAITS, Plans
from bot.domain.letters import REQUESTER
from bot.domain.thresholds import OPENED
from bot.domain.tickets import Status, Ticket, is_open
from bot.notices import Notice, NoticeError, Notifier
from bot.reminders.composing import Composer
from bot.reminders.outcomes import BROKEN, LAST_ATTEMPT, Ledger, Outcome
from bot.store import notices, tickets
from bot.store.db import Connection
from bot.store.notices import NoticeRow

log = structlog.get_logger(__name__)

# Longer than the slowest send: a claim that outlives it belongs to a sweeper that died.
LEASE = timedelta(seconds=90)
# What is claimed at once is sent within this, or given back.
HOLD_SECONDS = 20.0
BATCH = 200
BEAT_SECONDS = 30.0


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


@dataclass(slots=True)
class Pass:
    """One pass at one moment."""

    intake: Intake
    notifiers: Mapping[str, Notifier]
    page_url: str
    worker: str
    moment: datetime
    swept: list[Swept] = field(default_factory=list)
    # Ways whose other side is away: what is due by them waits without being tried one by one.
    away: dict[str, NoticeError] = field(default_factory=dict)
    beaten: float = field(default_factory=time.monotonic)

    @property
    def composer(self) -> Composer:
        return Composer(self.intake.library, self.page_url, self.moment)

    def work_cards(self) -> int:
        """Send every card and letter that is due; returns how many were worked on."""
        store = self.intake.store
        with store.reading() as connection:
            ways = notices.due_ways(connection, self.moment, store.now(connection))
        return sum(self._way(by) for by in ways)

    def _way(self, by: str) -> int:
        worked, way = 0, self.notifiers.get(by)
        while rows := self.claim(by, self._limit(by, way)):
            self._work(rows, way)
            worked += len(rows)
        return worked

    def _limit(self, by: str, way: Notifier | None) -> int:
        """One at a time where a repeat would be seen: a crash then repeats one notice at most."""
        return BATCH if way is None or way.repeats_show_once or by in self.away else 1

    def claim(self, by: str, limit: int) -> list[NoticeRow]:
        """Claim notices of one way by the database's clock, whatever moment is swept for."""
        store = self.intake.store
        with store.transaction() as connection:
            now = store.now(connection)
            rows = notices.claim_due(
                connection, now, worker=self.worker, lease=LEASE, due_by=self.moment, limit=limit,
                by=by,
            )  # fmt: skip
            if time.monotonic() - self.beaten > BEAT_SECONDS:
                self.beaten = time.monotonic()
                notices.record_sweep(connection, self.worker, min(now, self.moment))
        return rows

    def _work(self, rows: Sequence[NoticeRow], way: Notifier | None) -> None:
        began = time.monotonic()
        outcomes: list[Outcome] = []
        known = self.load(rows)
        looked_at = self.looked_at(rows, known)
        ours = self.mark([row for row, _, off in looked_at if off is None])
        for row, ticket, off in looked_at:
            if off is not None:
                outcomes.append(off)
            elif row.id not in ours:
                continue  # another sweeper has taken it over
            elif time.monotonic() - began > HOLD_SECONDS:
                outcomes.append(Outcome(row, "released"))
            else:
                outcomes.append(self._send(row, ticket, way))
        self.record(outcomes, known)

    def mark(self, rows: Sequence[NoticeRow]) -> set[int]:
        """Note that these are about to be sent: after a crash they alone are in doubt."""
        if not rows:
            return set()
        with self.intake.store.transaction() as connection:
            return notices.mark_sending(connection, rows, self.worker)

    def load(self, rows: Sequence[NoticeRow]) -> dict[int, Ticket]:
        """The tickets of these rows; one that cannot be read is left out."""
        ids = sorted({row.ticket_id for row in rows})
        rebuild = self.intake.rebuilder(self.moment)
        try:
            with self.intake.store.reading() as connection:
                return tickets.load_all(connection, ids, rebuild)
        except Exception as error:  # one broken ticket: the others go on
            if len(ids) == 1:
                _note("ticket_unreadable", error, rows[0])
                return {}
        return {id: ticket for row in rows for id, ticket in self.load([row]).items()}

    def looked_at(
        self, rows: Sequence[NoticeRow], known: Mapping[int, Ticket]
    ) -> list[tuple[NoticeRow, Ticket | None, Outcome | None]]:
        """Each row with its ticket, and with its outcome where it is not to be sent."""
        found: list[tuple[NoticeRow, Ticket | None, Outcome | None]] = []
        with self.intake.store.reading() as connection:
            plans = self.intake.plans(connection, self.moment)
            for row in rows:
                ticket = known.get(row.ticket_id)
                off = None
                if ticket is not None and not row.threshold.startswith(UNDELIVERED):
                    off = _off(plans, row, ticket)
                found.append((row, ticket, off))
        return found

    def _send(self, row: NoticeRow, ticket: Ticket | None, way: Notifier | None) -> Outcome:
        try:
            notice = self._compose(row, ticket)
        except Exception as error:  # this ticket alone: the others go on, the operator is told
            _note("notice_unmade", error, row)
            return Outcome(row, "planned", "", BROKEN)
        try:
            self.deliver(notice, way, row.by)
        except NoticeError as error:
            lost = error.permanent or (row.attempts >= LAST_ATTEMPT and not error.whole_way)
            return Outcome(row, "failed" if lost else "planned", notice.text, error)
        return Outcome(row, "sent", notice.text)

    def _compose(self, row: NoticeRow, ticket: Ticket | None) -> Notice:
        if row.threshold.startswith(UNDELIVERED):
            with self.intake.store.reading() as connection:
                found = tickets.references(connection, [row.ticket_id])
            return self.composer.operator(row, found[row.ticket_id])
        if ticket is None:
            raise LookupError("the ticket cannot be read")
        if row.clock == REQUESTER:
            with self.intake.store.reading() as connection:
                return self.composer.letter(row, ticket, self.intake.translator(connection, ticket))
        return self.composer.notice(row, ticket)

    def deliver(self, notice: Notice, way: Notifier | None, by: str) -> None:
        """Send it, unless it is known to have arrived. Raises NoticeError."""
        if way is None:
            raise NoticeError("this way is not set up any more", permanent=True)
        if by in self.away:
            raise self.away[by]
        try:
            if not (notice.repeated and way.has(notice)):
                way.send(notice)
        except NoticeError as error:
            if error.whole_way and not error.permanent:
                self.away[by] = error
            raise
        except Exception as error:  # a way that breaks is one that fails for a time
            log.error("notifier_broke", by=by, error=type(error).__name__)
            raise NoticeError(f"the way broke ({type(error).__name__})", permanent=False) from error

    def record(
        self,
        outcomes: Sequence[Outcome],
        known: Mapping[int, Ticket],
        also: Callable[[Connection], object] = lambda _connection: None,
    ) -> None:
        """Record what came of them, with `also` in the same transaction, and take it into the
        list of what was swept."""
        ledger = Ledger(self.intake, self.worker, self.moment)
        with self.intake.store.transaction() as connection:
            ours = ledger.record(connection, outcomes, known)
            also(connection)
        for outcome in outcomes:
            if outcome.state in {"sent", "failed", "planned"}:
                state = outcome.state if outcome.row.id in ours else "planned"
                self.swept.append(_swept(outcome, state, known.get(outcome.row.ticket_id)))


def _off(plans: Plans, row: NoticeRow, ticket: Ticket) -> Outcome | None:
    """Why a notice is not to be sent, if it is not: it would say what is not so any more."""
    if row.clock == REQUESTER:
        return None
    if not plans.recipients.is_told(row, ticket.owner):
        return Outcome(row, "moved")
    if row.clock == HEARD:
        return None
    if row.clock == WAITS:
        return None if ticket.status is Status.WAITING else Outcome(row, "cancelled")
    clock = ticket.clock(row.clock)
    gone = clock is None or clock.met_at is not None or clock.ended_at is not None
    if gone or not is_open(ticket.status):
        return Outcome(row, "cancelled")
    if row.version != ticket.clock_versions[row.clock] and row.threshold != OPENED:
        return Outcome(row, "cancelled")
    if row.rung and plans.points.acknowledged(row, ticket, clock):
        return Outcome(row, "acknowledged")
    if clock is not None and plans.points.overtaken(clock, row.threshold):
        return Outcome(row, "superseded")
    return None


def _swept(outcome: Outcome, state: str, ticket: Ticket | None) -> Swept:
    row = outcome.row
    return Swept(
        ticket.reference if ticket else "", str(ticket.kind) if ticket else "", row.clock,
        row.threshold, row.to, row.by, outcome.text, state,
    )  # fmt: skip


def _note(event: str, error: Exception, row: NoticeRow) -> None:
    log.error(event, notice=row.id, incident=secrets.token_hex(4), error=type(error).__name__)
