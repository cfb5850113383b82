"""What came of a claimed notice, and what it brings about: recorded in one transaction.

What lives here: the chain of thresholds, the ladder of those who are told, retries. What does not:
sending.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.desk.intake import Intake
from bot.desk.planning import CAME_BACK, UNDELIVERED, WAITS, Plans
from bot.domain.clocks import local_date
from bot.domain.letters import QUESTION, REQUESTER, letter
from bot.domain.thresholds import OPENED
from bot.domain.tickets import Ticket
from bot.notices import NoticeError
from bot.store import digests, notices, tickets
from bot.store.db import Connection
from bot.store.notices import NewNotice, NoticeRow

log = structlog.get_logger(__name__)

FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=1)
# While a whole way is away it is tried so often: what waits goes out soon after it is back.
AWAY_RETRY = timedelta(seconds=75)
# After so many tries the next on the ladder is told; the notice itself goes on being tried.
ATTEMPTS = 8
# After so many it is given up, unless the whole way is away.
LAST_ATTEMPT = 72
# A ticket that cannot be read or put into words: the operator is told, the others go on.
BROKEN = NoticeError("the ticket cannot be read", permanent=False, retry_after=3600.0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one claimed notice ended.

    `state`: sent, failed (for good), planned (again), released (not tried), cancelled (nothing to
    tell any more), superseded (a later threshold is due), acknowledged (an escalation that is off),
    moved (its person has nothing to do with it any more). `text` is what was to be read.
    """

    row: NoticeRow
    state: str
    text: str = ""
    error: NoticeError | None = None


@dataclass(slots=True)
class Ledger:
    """Records outcomes as of one moment."""

    intake: Intake
    worker: str
    now: datetime

    def record(
        self, connection: Connection, outcomes: Sequence[Outcome], known: Mapping[int, Ticket]
    ) -> set[int]:
        """Record them all and plan what follows; returns the rows that were still ours.

        `known` are their tickets as they were read before the sending.
        """
        ours: set[int] = set()
        by_state: dict[str, list[Outcome]] = {}
        for outcome in outcomes:
            by_state.setdefault(outcome.state, []).append(outcome)
        for state, found in by_state.items():
            ours |= self._record(connection, state, found)
        finished = [o for o in outcomes if o.row.id in ours and o.state not in KEPT]
        self._follow(connection, finished, known)
        self._hand_on(connection, [o for o in outcomes if o.row.id in ours], known)
        return ours

    def _record(self, connection: Connection, state: str, outcomes: Sequence[Outcome]) -> set[int]:
        rows = [outcome.row for outcome in outcomes]
        if state == "sent":
            return notices.record_sent(connection, rows, self.worker, self.now)
        if state in KEPT:
            ours = notices.renew(connection, rows, self.worker, self.now)
            kept = [outcome for outcome in outcomes if outcome.row.id in ours]
            for outcome in kept:
                again = self._again(outcome)
                notices.put_back(connection, [(outcome.row, again)], self.worker, _why(outcome))
                if outcome.error is BROKEN and outcome.row.form == "line":
                    plans = self.intake.plans(connection, self.now)
                    keys = plans.digest_keys(outcome.row.to, outcome.row.by, again)
                    digests.plan(connection, keys)
            return ours
        if state == "failed":
            ours = set()
            for outcome in outcomes:
                log.error("notice_failed", notice=outcome.row.id, by=outcome.row.by,
                          why=_why(outcome))  # fmt: skip
                one = [outcome.row]
                ours |= notices.close(connection, one, self.worker, "failed", _why(outcome))
            return ours
        closed = "superseded" if state == "superseded" else "cancelled"
        return notices.close(connection, rows, self.worker, closed)

    def _again(self, outcome: Outcome) -> datetime:
        """When it is tried again: after growing pauses, or when the other side asked for it."""
        row, error = outcome.row, outcome.error
        if outcome.state == "released" or error is None:
            return row.planned_for
        if error.retry_after is not None:
            return self.now + timedelta(seconds=error.retry_after)
        if row.form == "line":
            # Its digest is what waits.
            return row.planned_for
        longest = AWAY_RETRY if error.whole_way else LONGEST_RETRY
        return self.now + retry_pause(row.attempts, longest)

    def _follow(
        self, connection: Connection, outcomes: Sequence[Outcome], known: Mapping[int, Ticket]
    ) -> None:
        """Plan what comes after each: the next who is told, or the clock's next threshold."""
        followed = [o for o in outcomes if not o.row.threshold.startswith(UNDELIVERED)]
        followed = [o for o in followed if o.row.clock != REQUESTER]
        if not followed:
            return
        current = self._current(connection, {o.row.ticket_id for o in followed}, known)
        plans = self.intake.plans(connection, self.now)
        for outcome in followed:
            ticket = current.get(outcome.row.ticket_id)
            if ticket is not None:
                self._follow_one(plans, outcome, ticket)
        plans.write()

    def _current(
        self, connection: Connection, ids: Collection[int], known: Mapping[int, Ticket]
    ) -> Mapping[int, Ticket]:
        """These tickets as they are now: read again only where they have changed since."""
        versions = tickets.versions(connection, sorted(ids))
        changed = [id for id, n in versions.items() if id not in known or known[id].version != n]
        same = {id: known[id] for id in versions if id in known}
        if not changed:
            return same
        return same | tickets.load_all(connection, changed, self.intake.rebuilder(self.now))

    def _follow_one(self, plans: Plans, outcome: Outcome, ticket: Ticket) -> None:
        row = outcome.row
        if outcome.state == "moved":
            self._move(plans, row, ticket)
            return
        if row.clock == WAITS:
            self._still_waiting(plans, row, ticket)
            return
        clock, version = ticket.clock(row.clock), ticket.clock_versions.get(row.clock)
        if clock is None or version is None:
            return
        if row.version != version and row.threshold != OPENED:
            return
        page = plans.library.kinds[str(ticket.kind)].page_at_once if row.threshold == OPENED else ()
        silent = outcome.state in {"acknowledged", "cancelled", "superseded"}
        silent = silent or plans.points.acknowledged(row, ticket, clock)
        if not silent and plans.escalation(row, clock, page):
            return
        plans.next(row.ticket_id, ticket.owner, clock, version, row.threshold)

    def _move(self, plans: Plans, row: NoticeRow, ticket: Ticket) -> None:
        """Tell whoever holds the duty now what was planned for someone who does not any more."""
        kind = plans.library.kinds[str(ticket.kind)]
        page = kind.page_at_once if row.threshold == OPENED else ()
        if row.rung:
            clock = ticket.clock(row.clock)
            plans.escalation(replace(row, rung=row.rung - 1, to="", by=""), clock, page)
            return
        plans.rows.extend(
            NewNotice(
                row.ticket_id, row.clock, row.threshold, row.version, r.to, r.by, row.planned_for,
                row.form,
            )
            for r in plans.recipients.people(row.threshold, ticket.owner, page)
        )  # fmt: skip

    def _still_waiting(self, plans: Plans, row: NoticeRow, ticket: Ticket) -> None:
        asked = letter(ticket, QUESTION, row.version)
        if asked is not None:
            plans.waiting(ticket, row.version, asked.at, row.threshold)

    def _hand_on(
        self, connection: Connection, outcomes: Sequence[Outcome], known: Mapping[int, Ticket]
    ) -> None:
        """What cannot be delivered goes to the next on the ladder, and the operator is told."""
        plans = self.intake.plans(connection, self.now)
        for outcome in outcomes:
            row = outcome.row
            if outcome.error is BROKEN:
                self._tell_operator(plans, row)
                continue
            late = outcome.state == "planned" and row.attempts == ATTEMPTS
            if outcome.state == "failed" or late:
                if not row.threshold.startswith(UNDELIVERED):
                    self._next_person(connection, plans, row)
                    self._tell_operator(plans, row)
                if late and row.clock != REQUESTER:
                    self._follow(connection, [replace(outcome, state="failed")], known)
        plans.write()

    def _next_person(self, connection: Connection, plans: Plans, row: NoticeRow) -> None:
        known = notices.states(connection, row)
        rung = CAME_BACK if row.clock == REQUESTER else row.rung
        for after in plans.ladder.after(row.to, row.by):
            state = known.get((after.to, after.by))
            if state == "failed":
                continue
            if state not in {"planned", "claimed", "sent"}:
                plans.rows.append(
                    NewNotice(
                        row.ticket_id, row.clock, row.threshold, row.version, after.to, after.by,
                        self.now, row.form, rung,
                    )
                )  # fmt: skip
                if row.form == "line":
                    today = local_date(self.now, plans.library.zone)
                    digests.open_again(connection, after.to, after.by, today, self.now)
            return

    def _tell_operator(self, plans: Plans, row: NoticeRow) -> None:
        operator = plans.ladder.operator
        if operator is None or (operator.to, operator.by) == (row.to, row.by):
            return
        threshold = f"{UNDELIVERED}{row.threshold}"
        plans.rows.append(
            NewNotice(
                row.ticket_id, row.clock, threshold, row.version, operator.to, operator.by, self.now
            )
        )


KEPT = frozenset({"planned", "released"})


def retry_pause(attempts: int, longest: timedelta) -> timedelta:
    """The pause before the next try, doubled each time up to the longest."""
    pause: timedelta = FIRST_RETRY * (1 << min(attempts - 1, 10))
    return min(pause, longest)


def _why(outcome: Outcome) -> str:
    return outcome.error.sentence if outcome.error is not None else ""
