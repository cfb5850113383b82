"""The words of a notice: what, whose, which date, why that date, what next, and where.

What lives here: a row and its ticket into a Notice. What does not: when it goes out, and its shape
in Slack or in a mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.desk.planning import CAME_BACK, UNDELIVERED, WAITS
from bot.domain.clocks import Clock, local_date
from bot.domain.dates import spoken
from bot.domain.letters import (
    CLOSING,
    RECEIPT,
    TITLES,
    closing_letter,
    letter,
    receipt_letter,
)
from bot.domain.receipts import dated_line
from bot.domain.thresholds import (
    ADDED,
    DEEMED_REFUSAL,
    OPENED,
    PAUSED,
    REOPENED,
    TAKEN_BACK,
    WAITING,
)
from bot.domain.tickets import Kind, Ticket
from bot.domain.translation import ENGLISH, Translate
from bot.domain.workdays import Calendar
from bot.notices import DigestLine, Notice, Sort
from bot.store.digests import DigestRow
from bot.store.library import Library
from bot.store.notices import NoticeRow

OVERDUE, TODAY, THIS_WEEK, WAITING_LONG = (
    "Overdue",
    "Due today",
    "Due this week",
    "Waiting for the requester too long",
)
GROUPS = (OVERDUE, TODAY, THIS_WEEK, WAITING_LONG)
LINES_SHOWN = 50

NEXT_STEPS = {
    "respond": "Reply to the requester.",
    "resolve": "Resolve it, or tell the requester what is left to do.",
    "statute": "Answer the request, or extend it with a notice while the law allows it.",
    "marketing_messages": "See that no marketing message goes out any more.",
    "sales_calls": "See that no sales call is made any more.",
}
# What a requester did with their own request, and what is to be done about it.
DID = {
    ADDED: ("The requester added something", "Read what they added."),
    REOPENED: (
        "Open again, the requester wrote after it was resolved",
        "Read what they added. No date starts anew: one that runs on may be overdue.",
    ),
    TAKEN_BACK: (
        "Taken back by the requester",
        "Stop working on it: no date is left to keep.",
    ),
}


@dataclass(frozen=True, slots=True)
class Composer:
    """Puts rows into words, as things stand at the moment of sending."""

    library: Library
    page_url: str
    now: datetime

    def notice(self, row: NoticeRow, ticket: Ticket) -> Notice:
        """A card to someone of the desk."""
        what = self._what(row, ticket)
        clock = ticket.clock(row.clock)
        facts = [
            f"{what}.",
            f"Reference {ticket.reference}. {self._whose(ticket)}",
            *(dated_line(c) for c in ticket.clocks if c.met_at is None and c.ended_at is None),
            *([f"Why that date: {self._why(clock)}"] if clock else []),
            f"Next step: {self._next_step(row, ticket)}",
            f"Open it: {self._link(ticket.reference)}",
            f"In a terminal: privacydesk ticket show {ticket.reference}",
        ]
        return Notice(
            key=_key(row),
            to=row.to,
            subject=f"{ticket.reference}: {what}",
            text="\n".join(facts),
            repeated=row.repeated,
            reference=ticket.reference,
            kind=str(ticket.kind),
            clock=row.clock,
            threshold=row.threshold,
            due=clock.due if clock else None,
            owner=ticket.owner or "",
            summary=self._whose(ticket),
            why=self._why(clock) if clock else "",
            next_step=self._next_step(row, ticket),
            link=self._link(ticket.reference),
            ticket=ticket.to_json(),
            outbox=(row.id,),
        )

    def letter(self, row: NoticeRow, ticket: Ticket, tr: Translate = ENGLISH) -> Notice:
        """A letter to the requester, in the language of `tr`.

        When it came back, the word of that to the officer, in English.
        """
        title = TITLES[row.threshold]
        subject, text = f"{ticket.reference}: {tr(title)}", self._letter_text(row, ticket, tr)
        if row.rung == CAME_BACK:
            subject = f"{ticket.reference}: not delivered: {title}"
            text = (
                f"{subject}. The requester's address did not take it: reach them another way.\n"
                f"Open it: {self._link(ticket.reference)}\n"
                f"In a terminal: privacydesk ticket show {ticket.reference}"
            )
        return Notice(
            key=_key(row), to=row.to, subject=subject, text=text, repeated=row.repeated,
            sort=Sort.CARD if row.rung == CAME_BACK else Sort.LETTER, reference=ticket.reference,
            kind=str(ticket.kind), clock=row.clock, threshold=row.threshold, outbox=(row.id,),
            link=self._link(ticket.reference) if row.rung == CAME_BACK else "",
            tr=ENGLISH if row.rung == CAME_BACK else tr,
        )  # fmt: skip

    def _letter_text(self, row: NoticeRow, ticket: Ticket, tr: Translate) -> str:
        if row.threshold == RECEIPT:
            return receipt_letter(ticket, tr)
        if row.threshold == CLOSING:
            return closing_letter(ticket, self.library.company, tr)
        found = letter(ticket, row.threshold, row.version)
        return str(found.content["text"]) if found else ""

    def operator(self, row: NoticeRow, reference: str) -> Notice:
        """Word to whoever runs the machine; it needs nothing of the ticket but its reference."""
        told = row.threshold.removeprefix(UNDELIVERED)
        what = f"{reference}: a notice ({row.clock}, {told}) could not be delivered as planned"
        text = (
            f"{what}.\nIt went to the next person who is told, and `privacydesk ticket show "
            f"{reference} --json` says to whom and by which way.\nNext step: run privacydesk "
            f"doctor; it looks at every way and every address.\nOpen it: {self._link(reference)}"
        )
        return Notice(
            key=_key(row), to=row.to, subject=what, text=text, repeated=row.repeated,
            sort=Sort.OPERATOR, reference=reference, clock=row.clock, threshold=row.threshold,
            link=self._link(reference), outbox=(row.id,),
        )  # fmt: skip

    def line(self, row: NoticeRow, ticket: Ticket) -> DigestLine:
        """A line of the digest."""
        clock = ticket.clock(row.clock)
        owner = f" Owner: {ticket.owner}." if ticket.owner else ""
        due = f", {clock.name.replace('_', ' ')} by {spoken(clock.due)}" if clock else ""
        return DigestLine(
            group=self._group(row, clock),
            reference=ticket.reference,
            kind=str(ticket.kind),
            clock=row.clock,
            threshold=row.threshold,
            due=clock.due if clock else None,
            text=(
                f"{self._what(row, ticket)}: {ticket.reference}{due}.{owner} "
                f"{self._next_step(row, ticket)}"
            ),
            link=self._link(ticket.reference),
        )

    def digest(
        self, digest: DigestRow, lines: Sequence[DigestLine], rows: Sequence[NoticeRow]
    ) -> Notice:
        """The morning's list: its lines under their headings, most urgent first."""
        today = local_date(self.now, self.library.zone)
        counted: list[str] = []
        parts: list[str] = []
        shown: list[DigestLine] = []
        for group in GROUPS:
            found = sorted(
                (one for one in lines if one.group == group),
                key=lambda one: (one.due or date.max, one.reference),
            )
            if not found:
                continue
            counted.append(f"{len(found)} {group[0].lower()}{group[1:]}")
            kept = found[:LINES_SHOWN]
            shown.extend(kept)
            parts.append(f"{group}\n" + "\n".join(f"- {one.text}\n  {one.link}" for one in kept))
            if len(found) > len(kept):
                parts[-1] += f"\n- and {len(found) - len(kept)} more on the officer page"
        link = f"{self.page_url}/officer"
        return Notice(
            key=f"digest:{digest.id}", to=digest.to,
            subject=f"Privacy Desk, {spoken(today)}: {', '.join(counted)}",
            text="\n\n".join([*parts, f"All open requests: {link}"]),
            repeated=digest.repeated, sort=Sort.DIGEST, lines=tuple(shown), link=link,
            outbox=tuple(row.id for row in rows),
        )  # fmt: skip

    def _group(self, row: NoticeRow, clock: Clock | None) -> str:
        if clock is None or row.threshold.startswith((PAUSED, WAITING)):
            return WAITING_LONG
        today = local_date(self.now, clock.zone)
        if today > clock.due:
            return OVERDUE
        return TODAY if today == clock.due else THIS_WEEK

    def _what(self, row: NoticeRow, ticket: Ticket) -> str:
        kind = str(ticket.kind)
        if row.clock == WAITS:
            days = row.threshold.removeprefix(WAITING)
            return f"No answer from the requester for {days} days: {kind}"
        if row.threshold == OPENED:
            return f"New {kind}"
        if row.threshold in DID:
            return f"{DID[row.threshold][0]}: {kind}"
        clock = ticket.clock(row.clock)
        if row.threshold == DEEMED_REFUSAL:
            return f"The statutory day has passed (deemed refusal): {kind}"
        if row.threshold.startswith(PAUSED):
            return f"Paused for {row.threshold.removeprefix(PAUSED)} days: {kind}"
        return f"{self._when(clock)}: {kind}" if clock else kind

    def _when(self, clock: Clock) -> str:
        """How far the due date is, as of now: a notice that comes late says what is so."""
        today, calendar = local_date(self.now, clock.zone), self.library.calendar()
        if today == clock.due:
            return "Due today"
        if today > clock.due:
            return "Overdue"
        days = _business_days(today, clock.due, calendar)
        if calendar.is_open(clock.due):
            return f"Due in {days} business day{'' if days == 1 else 's'}"
        if days == 0:
            return f"Due on {spoken(clock.due)}, with no business day left before it"
        return f"Due on {spoken(clock.due)}, a closed day, {days} business days from now"

    def _whose(self, ticket: Ticket) -> str:
        name = ticket.fields.get("name")
        value = str(name.get("value", "")) if isinstance(name, dict) else ""
        initials = " ".join(
            f"{word[0].upper()}." for word in value.split()[:3] if word[0].isalpha()
        )
        of = f"{ticket.role} {initials}".strip()
        owner = ticket.owner or self.library.company.privacy_officer.title
        return (
            f"Requester: {of}, received {spoken(ticket.received_local_date)} by {ticket.channel}. "
            f"Owner: {owner}."
        )

    def _why(self, clock: Clock) -> str:
        unit = "business days" if clock.rule.unit == "business" else "days"
        why = f"{clock.rule.days} {unit} from {spoken(clock.day_zero)} ({clock.source})"
        if clock.extension is not None:
            return f"{why}, extended from {spoken(clock.promised)} with notice."
        return (
            f"{why}, moved from {spoken(clock.promised)}."
            if clock.promised != clock.due
            else (f"{why}.")
        )

    def _next_step(self, row: NoticeRow, ticket: Ticket) -> str:
        if row.clock == WAITS:
            return "Ask again, or go on without the answer."
        if row.threshold == OPENED:
            if ticket.kind is Kind.INCIDENT:
                return "Acknowledge it now, contain it, and assess the risk (PIPEDA s.10.1)."
            return "Acknowledge it, and read what they wrote."
        if row.threshold in DID:
            return DID[row.threshold][1]
        if row.threshold == DEEMED_REFUSAL:
            return "Answer now: the requester may take it to the Commissioner."
        if row.threshold.startswith(PAUSED):
            return "Resume it, or ask the requester again."
        return NEXT_STEPS.get(row.clock, "Look at it.")

    def _link(self, reference: str) -> str:
        return f"{self.page_url}/officer/tickets/{reference}"


def _key(row: NoticeRow) -> str:
    return f"{row.ticket_id}:{row.clock}:{row.threshold}:{row.version}"


def _business_days(today: date, due: date, calendar: Calendar) -> int:
    days = (date.fromordinal(n) for n in range(today.toordinal() + 1, due.toordinal() + 1))
    return sum(calendar.is_open(day) for day in days)
