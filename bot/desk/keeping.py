"""How long the desk keeps what: the purge by data/retention.yml. A legal hold overrides it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.desk.intake import Intake
from bot.domain.clocks import local_date
from bot.domain.tickets import Kind
from bot.store import events, purging
from bot.store.db import Connection

BATCH = 200
AN_HOUR = timedelta(hours=1)
# A sign-in is over within a day; who signed in stays to be seen for this long.
SESSIONS_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge deleted. `compacted` is False while old bytes may be left in the log."""

    tickets: int = 0
    incidents: int = 0
    conversations: int = 0
    drafts: int = 0
    compacted: bool = True


@dataclass(frozen=True, slots=True)
class Keeping:
    """Deletes what its time is over for."""

    intake: Intake

    def purge(self, *, who: str = "desk", thorough: bool = True) -> Purged:
        """Delete all that the schedule gives up now, and leave nothing of it in the files.

        Not `thorough`, the files are left alone when nothing was deleted. Each batch is one
        transaction with an event that names the emptied events, so that the chain stays valid.
        Open tickets and those on hold are never touched.
        """
        store = self.intake.store
        found = {"tickets": 0, "incidents": 0}
        for name, ids in self._batches():
            with store.transaction() as connection:
                purging.delete_tickets(connection, ids)
                events.purge(connection, ids, store.now(connection), who=who, told={name: len(ids)})
            found[name] += len(ids)
        conversations, drafts = self._purge_unsent(who)
        deleted = any((*found.values(), conversations, drafts))
        compacted = purging.compact(store) if deleted or thorough else True
        return Purged(**found, conversations=conversations, drafts=drafts, compacted=compacted)

    def _batches(self) -> Iterator[tuple[str, list[int]]]:
        """Tickets and incidents whose time is over, some at a time."""
        kinds = {
            "tickets": [str(kind) for kind in Kind if kind is not Kind.INCIDENT],
            "incidents": [str(Kind.INCIDENT)],
        }
        store, last = self.intake.store, 0
        for name, wanted in kinds.items():
            last = 0
            while True:
                with store.reading() as connection:
                    # An incident may have been determined long before its ticket was closed.
                    before = store.now(connection) if name == "incidents" else self._before(name)
                    rows = purging.closed_tickets(
                        connection, wanted, before, limit=BATCH, after=last
                    )
                    due = [id for id, closed in rows if self._is_over(connection, name, id, closed)]
                if due:
                    yield name, due
                if len(rows) < BATCH:
                    break
                last = rows[-1][0]

    def _is_over(self, connection: Connection, name: str, ticket_id: int, closed: datetime) -> bool:
        if name != "incidents":
            return True
        determined = purging.determined_on(connection, ticket_id)
        start = date.fromisoformat(determined) if determined else self._local(closed)
        return start <= self._last_day(name)

    def _purge_unsent(self, who: str) -> tuple[int, int]:
        store, conversations, drafts = self.intake.store, 0, 0
        while True:
            with store.transaction() as connection:
                now = store.now(connection)
                begun = purging.delete_drafts(connection, self._before("drafts"))
                silent = purging.delete_conversations(
                    connection, self._before("conversations"), limit=BATCH
                )
                purging.delete_rate_counts(connection, now - AN_HOUR)
                purging.delete_sessions(connection, now - SESSIONS_KEPT)
                if begun or silent:
                    told = {"conversations": silent, "drafts": begun}
                    events.purge(connection, (), now, who=who, told=told)
            conversations, drafts = conversations + silent, drafts + begun
            if silent < BATCH:
                return conversations, drafts

    def _local(self, moment: datetime) -> date:
        return local_date(moment, self.intake.library.zone)

    def _last_day(self, name: str) -> date:
        """The last day of which this line of the schedule keeps nothing any more."""
        library = self.intake.library
        rule = library.retention.get(name) or library.retention["conversations"]
        return rule.keep.before(self._local(self.intake.store.now()))

    def _before(self, name: str) -> datetime:
        following = self._last_day(name) + timedelta(days=1)
        return datetime.combine(following, time(), tzinfo=self.intake.library.zone)
