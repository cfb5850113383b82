"""What several documents say in the same way: dates, how they were worked out, who to turn to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.documents.typesetting import Block, Document, Pairs, Prose, Rows, Section
from bot.domain.clocks import Clock
from bot.domain.company import Company
from bot.domain.dates import closed_day, spoken
from bot.domain.forms import Form
from bot.domain.tickets import Kind, Ticket
from bot.domain.workdays import Step
from bot.locale import Translator, mark

KINDS = {
    Kind.INQUIRY: mark("Question to the Privacy Officer"),
    Kind.COMPLAINT: mark("Complaint"),
    Kind.ACCESS: mark("Request to see information"),
    Kind.CORRECTION: mark("Request for a correction"),
    Kind.WITHDRAWAL: mark("Withdrawal of consent"),
    Kind.INCIDENT: mark("Report of a suspected leak or loss"),
}
CLOCKS = {
    "respond": mark("We will respond by"),
    "resolve": mark("We aim to resolve it by"),
    "statute": mark("We will answer the request for access by"),
    "marketing_messages": mark("We will stop marketing messages by"),
    "sales_calls": mark("We will stop sales calls by"),
}


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every document needs beside the ticket: who sends it, in which words.

    `procedure` is the complaint procedure (data/complaint_procedure.md), `page_url` where the
    desk is reached, `form` the questions that the person answered, in the document's language.
    """

    company: Company
    procedure: str
    page_url: str
    form: Form | None
    tr: Translator

    def document(
        self, ticket: Ticket, title: str, lead: str, sections: tuple[Section, ...]
    ) -> Document:
        """A document of this sender about this ticket."""
        return Document(
            language=self.tr.language,
            title=title,
            sender=f"{self.company.name} · Privacy Desk",
            lead=lead,
            foot=title,
            page_of=self.tr("Page {page} of {pages}"),
            sections=sections,
        )


def said_at(moment: datetime, zone: ZoneInfo, tr: Translator) -> str:
    """A moment on the company's wall clock, with the city whose clock it is."""
    local = moment.astimezone(zone)
    city = zone.key.rsplit("/", 1)[-1].replace("_", " ")
    day = spoken(local.date(), tr.language)
    return tr("{day}, {time} ({city} time)", day=day, time=f"{local:%H:%M}", city=city)


def about(ticket: Ticket, head: Letterhead) -> Pairs:
    """The rows that name a request: reference, kind, receipt."""
    tr, zone = head.tr, head.company.zone
    rows = [
        (tr("Reference"), ticket.reference),
        (tr("Kind"), tr(KINDS[ticket.kind])),
        (tr("Received"), said_at(ticket.received_at, zone, tr)),
    ]
    return Pairs(rows)


def told(ticket: Ticket, head: Letterhead) -> Pairs:
    """What the person told the desk, in their own words where they were kept."""
    labels = {entry.name: entry.label for entry in head.form.fields} if head.form else {}
    rows = []
    for name, value in ticket.fields.items():
        label = labels.get(name, name.replace("_", " ").capitalize())
        rows.append((label, str(value.get("said") or value.get("value") or value.get("words"))))
    return Pairs(rows)


def clock_words(clock: Clock, tr: Translator) -> str:
    """What is promised or aimed at, before the date."""
    known = CLOCKS.get(clock.name)
    return tr(known) if known else tr("Promised by") if clock.promise else tr("Aimed at by")


def source_words(clock: Clock, tr: Translator) -> str:
    return tr(clock.source)


def dates(ticket: Ticket, tr: Translator) -> Pairs:
    """Each date with its source."""
    return Pairs(
        [
            (
                clock_words(clock, tr),
                f"{spoken(clock.due, tr.language)}\n"
                + tr("Source: {source}", source=source_words(clock, tr)),
            )
            for clock in ticket.clocks
        ]
    )


def worked_out(ticket: Ticket, tr: Translator) -> list[Block]:
    """A table for each date: every day of its count, and why a day was left out."""
    return [
        Rows(
            f"{clock_words(clock, tr)} {spoken(clock.due, tr.language)}",
            (tr("Date"), tr("Day"), tr("Why")),
            [step_words(clock, step, tr) for step in clock.explain],
        )
        for clock in ticket.clocks
    ]


def step_words(clock: Clock, step: Step, tr: Translator) -> tuple[str, str, str]:
    """One line of a count: its date, its number, and why it does not count."""
    first, last = step is clock.explain[0], step is clock.explain[-1]
    number = "0" if first else "–" if step.day is None else str(step.day)
    why = tr("received") if first else tr("due") if last else closed_day(step.why, tr)
    return spoken(step.date, tr.language), number, why


def procedure(head: Letterhead) -> Section:
    """What happens next and where to complain (policy 10.2; PIPEDA Schedule 1, 4.10.3)."""
    heading = head.tr("What happens next, and where to complain")
    return Section(heading, markdown(head.procedure))


def markdown(text: str) -> list[Block]:
    """Our own short Markdown: paragraphs, of which those all in bold are headings."""
    blocks = [block.strip() for block in text.split("\n\n") if block.strip()]
    return [
        Prose(block.replace("**", ""), strong=block.startswith("**") and block.endswith("**"))
        for block in blocks
    ]


def contact(head: Letterhead) -> Pairs:
    officer = head.company.privacy_officer
    return Pairs(
        [
            (officer.title, officer.name),
            (head.tr("E-mail"), officer.email),
            (head.tr("Telephone"), officer.phone),
            (head.tr("Address"), officer.address),
        ]
    )
