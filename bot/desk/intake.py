"""Opening a ticket: one filing, one row, its clocks, its first event and its notices, at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.desk.planning import Plans
from bot.domain.clock_records import clock_from_facts
from bot.domain.clocks import Clock, local_date, require_past, start_clocks
from bot.domain.errors import InvalidInput
from bot.domain.leading_answers import ANSWER
from bot.domain.people import Channel, Role
from bot.domain.tickets import Event, Kind, Ticket, new_reference
from bot.locale import Translator, translator
from bot.notices import Ladder
from bot.store import conversations, tickets
from bot.store.db import Connection, Store
from bot.store.library import Library

NOTHING_WITHDRAWN = "A withdrawal names at least one use that shall stop, or everything."


@dataclass(frozen=True, slots=True)
class Filing:
    """A request ready to be filed. The same `key` opens one ticket, however often it is filed.

    `sent_at` is when it was sent or dated, where that is known to be before the receipt: opt-outs
    and the notice of an extension count from it. `answer` is the desk's own answer that led to it,
    as `leading_answer` gives it.
    """

    key: str
    kind: Kind
    person: str
    role: Role
    channel: Channel
    received_at: datetime
    fields: Mapping[str, Any]
    clauses_shown: Sequence[str] = ()
    conversation: str | None = None
    uses: Sequence[str] = ()
    who: str = "requester"
    why: str = ""
    sent_at: datetime | None = None
    answer: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """Turns filings into tickets, and ticket rows back into tickets."""

    store: Store
    library: Library
    ladder: Ladder

    def file(self, connection: Connection, filing: Filing, now: datetime) -> Ticket:
        """Open the ticket in the caller's transaction, or return the one already opened.

        Raises InvalidInput for a receipt in the future and for a withdrawal of nothing,
        HorizonError when the calendar does not reach the due dates: no calendar, no promise.
        """
        return self.load(connection, self.enter(connection, filing, now), now)

    def enter(
        self,
        connection: Connection,
        filing: Filing,
        now: datetime,
        running: Sequence[Clock] | None = None,
    ) -> str:
        """Write the ticket and return its reference; the same of a filing that was entered before.

        `running` are its clocks where the filing was looked for, and they were worked out, before
        the transaction.
        """
        if running is None:
            known = tickets.find_filed(connection, filing.key)
            if known is not None:
                return known
            running = self.checked_clocks(filing, now)
        reference = new_reference()
        id = tickets.insert(
            connection,
            reference=reference,
            kind=filing.kind,
            received_at=filing.received_at,
            opened_at=now,
            channel=filing.channel,
            role=filing.role,
            person=filing.person,
            conversation=filing.conversation,
            filing_key=filing.key,
            policy_version=self.library.policy.version,
            calendar=f"{running[0].calendar} {running[0].calendar_version}",
            fields=filing.fields,
            clauses_shown=filing.clauses_shown,
            running=running,
            sent_at=filing.sent_at,
        )
        due = {clock.name: clock.due.isoformat() for clock in running}
        if id is None:
            # Filed by someone else since the look-up.
            return str(tickets.find_filed(connection, filing.key))
        told: dict[str, Any] = {"due": due}
        if local_date(now, self.library.zone) != running[0].day_zero:
            told["received_at"] = filing.received_at.isoformat()
        if filing.answer is not None:
            told[ANSWER] = dict(filing.answer)
        tickets.add_event(
            connection, id, Event(now, filing.who, "received", filing.why, None, told)
        )
        plans = self.plans(connection, now)
        plans.opening(id, filing.kind, running)
        plans.receipt(id, filing.fields)
        plans.write()
        return reference

    def plans(self, connection: Connection, now: datetime) -> Plans:
        """Notices to be planned in this transaction."""
        return Plans(connection, self.library, self.ladder, now)

    def checked_clocks(self, filing: Filing, now: datetime) -> tuple[Clock, ...]:
        """The clocks of a filing that may be entered. Raises as `file` does."""
        require_past(filing.received_at, now)
        if filing.kind is Kind.WITHDRAWAL and not set(filing.uses) - {"none"}:
            raise InvalidInput(NOTHING_WITHDRAWN)
        return start_clocks(
            str(filing.kind),
            filing.received_at,
            self.library.zone,
            self.library.calendar(),
            self.library.kinds,
            sent_at=filing.sent_at,
            uses=filing.uses,
            now=now,
        )

    def load(self, connection: Connection, reference: str, now: datetime) -> Ticket:
        """Return the whole ticket with its clocks as they stand at `now`. Raises NotFound."""
        return tickets.load(connection, reference, self.rebuilder(now))

    def translator(self, connection: Connection, ticket: Ticket) -> Translator:
        """The sentences for a ticket's requester, in the language of their conversation."""
        return translator(conversations.language(connection, ticket.conversation))

    def rebuilder(self, now: datetime) -> tickets.RebuildClocks:
        def rebuild(
            kind: str, _calendar: str, stored: Sequence[tuple[str, Mapping[str, Any]]]
        ) -> tuple[Clock, ...]:
            return tuple(clock_from_facts(facts, now) for _, facts in stored)

        return rebuild
