"""The morning's digest: one message, many notice rows, each marked with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from bot.domain.thresholds import route
from bot.domain.tickets import Ticket
from bot.notices import DigestLine, NoticeError
from bot.reminders.delivery import LEASE, Pass
from bot.reminders.outcomes import (
    ATTEMPTS,
    AWAY_RETRY,
    BROKEN,
    LAST_ATTEMPT,
    LONGEST_RETRY,
    Outcome,
    retry_pause,
)
from bot.store import digests
from bot.store.db import Connection
from bot.store.digests import DigestRow
from bot.store.notices import NoticeRow


def work_digests(run: Pass) -> int:
    """Send every digest that is due; returns how many were worked on."""
    store = run.intake.store
    with store.reading() as connection:
        if not digests.is_any_due(connection, run.moment, store.now(connection)):
            return 0
    with store.transaction() as connection:
        now = store.now(connection)
        claimed = digests.claim(connection, now, worker=run.worker, lease=LEASE, due_by=run.moment)
    for digest in claimed:
        _Digest(run, digest).work()
    return len(claimed)


class _Digest:
    """One claimed digest on its way."""

    def __init__(self, run: Pass, digest: DigestRow) -> None:
        self.run, self.digest = run, digest
        self.known: dict[int, Ticket] = {}
        self.rows: list[NoticeRow] = []
        self.lines: list[DigestLine] = []

    def work(self) -> None:
        self._gather()
        cards = self._cards()
        if not self.lines:
            self._finish("empty")
            return
        with self.run.intake.store.transaction() as connection:
            if not digests.mark_sending(connection, self.digest, self.run.worker):
                return
        notice = self.run.composer.digest(self.digest, self.lines, [*self.rows, *cards])
        by = self.digest.by
        try:
            self.run.deliver(notice, self.run.notifiers.get(by), by)
        except NoticeError as error:
            self._failed(error)
            return
        self._finish("sent", [Outcome(row, "sent") for row in self.rows], cards)

    def _gather(self) -> None:
        """Claim the lines; those that say what is past make room for what is, until none does."""
        again = True
        while taken := self._take(again=again):
            again = False
            known = self.run.load(taken)
            self.known |= known
            off: list[Outcome] = []
            for row, ticket, outcome in self.run.looked_at(taken, known):
                if outcome is not None:
                    off.append(outcome)
                elif ticket is None:
                    off.append(Outcome(row, "planned", "", BROKEN))
                else:
                    self.rows.append(row)
                    self.lines.append(self.run.composer.line(row, ticket))
            self.run.record(off, known)
            if not off:
                return

    def _take(self, *, again: bool) -> list[NoticeRow]:
        store = self.run.intake.store
        with store.transaction() as connection:
            return digests.take_lines(
                connection, self.digest, worker=self.run.worker,
                lease_until=store.now(connection) + LEASE, due_by=self.run.moment, again=again,
            )  # fmt: skip

    def _cards(self) -> list[NoticeRow]:
        """The day's cards of this person, which the digest repeats."""
        intake, day = self.run.intake, self.digest.day
        start = datetime.combine(day, time.min, tzinfo=intake.library.zone)
        end = datetime.combine(day + timedelta(days=1), time.min, tzinfo=intake.library.zone)
        with intake.store.reading() as connection:
            found = digests.cards_of_day(connection, self.digest, start, end)
        cards = [card for card in found if _repeats(self.run, card)]
        known = self.run.load(cards) if cards else {}
        kept = []
        for card, ticket, off in self.run.looked_at(cards, known):
            if ticket is not None and off is None:
                kept.append(card)
                self.lines.append(self.run.composer.line(card, ticket))
        return kept

    def _failed(self, error: NoticeError) -> None:
        """Try again later, or hand the lines on to whoever is told next."""
        attempts, moment = self.digest.attempts, self.run.moment
        if error.permanent or (attempts >= LAST_ATTEMPT and not error.whole_way):
            self._finish("failed", self._outcomes("failed", error), why=error.sentence)
            return
        if error.retry_after is not None:
            pause = timedelta(seconds=error.retry_after)
        else:
            pause = retry_pause(attempts, AWAY_RETRY if error.whole_way else LONGEST_RETRY)
        outcomes = self._outcomes("failed" if attempts == ATTEMPTS else "planned", error)
        self._finish("planned", outcomes, until=moment + pause, why=error.sentence)

    def _outcomes(self, state: str, error: NoticeError) -> list[Outcome]:
        return [Outcome(row, state, "", error) for row in self.rows]

    def _finish(
        self,
        state: str,
        outcomes: Sequence[Outcome] = (),
        cards: Sequence[NoticeRow] = (),
        *,
        until: datetime | None = None,
        why: str | None = None,
    ) -> None:
        texts = {row.id: line.text for row, line in zip(self.rows, self.lines, strict=False)}
        worded = [Outcome(o.row, o.state, texts.get(o.row.id, ""), o.error) for o in outcomes]
        run = self.run
        sent_at = run.moment if state == "sent" else None

        def end(connection: Connection) -> None:
            ended = digests.finish(
                connection, self.digest, run.worker, state, now=sent_at, until=until, why=why
            )
            if ended and cards:
                digests.mark(connection, cards, self.digest)

        run.record(worded, self.known, end)


def _repeats(run: Pass, card: NoticeRow) -> bool:
    return route(card.threshold, run.intake.library.reminders).in_digest
