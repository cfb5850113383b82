"""The access application (Schedule A of the policy, 9.1), filled with what the person wrote."""

from __future__ import annotations

from bot.documents import parts
from bot.documents.parts import Letterhead
from bot.documents.typesetting import Pairs, Prose, Section, Ticks, typeset
from bot.domain.dates import spoken
from bot.domain.people import Role
from bot.domain.schedule_a import CATEGORIES, wanted
from bot.domain.tickets import Ticket
from bot.locale import Translator, mark

TITLES = {
    "invoices": mark("Invoices and call details"),
    "notes": mark("Account notes"),
    "support": mark("Support records"),
    "recordings": mark("Call recordings"),
    "internet": mark("Internet user names and activity"),
    "payment": mark("Payment and banking information"),
    "credit": mark("Credit information"),
    "disclosures": mark("Who my information was given to"),
    "uses": mark("What my information was used for"),
    "source": mark("Where my information came from"),
}


def application(ticket: Ticket, head: Letterhead) -> bytes:
    """The filled application as PDF. Empty lines are the person's to fill in, or to leave."""
    tr = head.tr
    sections = (
        Section(tr("Who asks"), [_who(ticket, head)]),
        Section(tr("What is wanted"), _wanted(ticket, tr)),
        Section(tr("How the answer shall come"), [_delivery(ticket, tr)]),
        Section(tr("Date and confirmation"), [_confirmed(ticket, head)]),
        Section(tr("What you should know"), [Prose(notice(tr))]),
        Section(tr("What we do not ask for"), [Prose(not_asked(tr))]),
        Section(tr("For the Privacy Officer"), [_office(ticket, head)]),
    )
    title = tr("Application for access {reference}", reference=ticket.reference)
    lead = tr(
        "Schedule A to the privacy policy. It is a help for finding your information; your request "
        "was already valid, and its dates run, from the day we received your first words."
    )
    return typeset(head.document(ticket, title, lead, sections))


def _field(ticket: Ticket, name: str) -> str:
    value = ticket.fields.get(name) or {}
    return str(value.get("value") or value.get("words") or "")


def _who(ticket: Ticket, head: Letterhead) -> Pairs:
    tr = head.tr
    route = tr("Employee (through Human Resources)")
    if ticket.role is Role.CUSTOMER:
        route = tr("Customer (through Customer Service)")
    return Pairs(
        [
            (tr("Name"), _field(ticket, "name")),
            (tr("Who I am"), route),
            (tr("Account, service number or service address"), _field(ticket, "find")),
            (tr("Reply to"), _field(ticket, "reach")),
            (tr("If someone acts for me: name and authority"), _field(ticket, "representative")),
        ]
    )


def _wanted(ticket: Ticket, tr: Translator) -> list[Prose | Ticks | Pairs]:
    ticked = wanted(ticket)
    boxes = [(category.name in ticked, tr(TITLES[category.name])) for category in CATEGORIES]
    return [
        Prose(_field(ticket, "what"), quoted=True),
        Prose(tr("Ticked by your words above; correct it by hand where it is wrong.")),
        Ticks(boxes, tr("ticked"), tr("not ticked")),
        Pairs(
            [
                (tr("Period"), _field(ticket, "period")),
                (tr("Correction sought, if any"), _field(ticket, "correction")),
            ]
        ),
    ]


def _delivery(ticket: Ticket, tr: Translator) -> Pairs:
    return Pairs(
        [
            (tr("Copy, view, or secure download"), _field(ticket, "delivery")),
            (tr("Alternative format (PIPEDA s. 10), if needed"), _field(ticket, "format")),
        ]
    )


def _confirmed(ticket: Ticket, head: Letterhead) -> Pairs:
    tr = head.tr
    confirmed = tr(
        "Confirmed in the conversation with the Privacy Desk, reference {reference}",
        reference=ticket.reference,
    )
    day = spoken(ticket.received_local_date, tr.language)
    return Pairs([(tr("Date"), day), (tr("Confirmation"), confirmed)])


def notice(tr: Translator) -> str:
    """The notice that the form must carry (policy 9.1; PIPEDA ss. 8(3) to 8(6), 11)."""
    return tr(
        "What you write here is used only for this request. You are answered within 30 days of "
        "receipt; the time may be extended, and you would be told so, with the reasons. It is "
        "free, or you are told the cost before anything is done. You may complain to the Privacy "
        "Commissioner of Canada at any time."
    )


def not_asked(tr: Translator) -> str:
    return tr(
        "A social insurance number; the number or a copy of a driver’s licence, passport or health "
        "card; a full card or bank account number; a password; your reasons. Please leave them out."
    )


def _office(ticket: Ticket, head: Letterhead) -> Pairs:
    """What the office notes: of the check of identity, the method and the result alone."""
    tr, statute = head.tr, ticket.clock("statute")
    language = tr.language
    identity = ticket.identity or {}
    checked = ": ".join(str(identity[key]) for key in ("method", "result") if key in identity)
    extension = statute.extension if statute else None
    extended = spoken(extension.until, language) if extension else ""
    return Pairs(
        [
            (tr("Received"), parts.said_at(ticket.received_at, head.company.zone, tr)),
            (tr("Channel"), str(ticket.channel)),
            (tr("Identity: method and result"), checked),
            (tr("Day 30"), spoken(statute.promised, language) if statute else ""),
            (tr("Extended to, notice sent"), extended),
            (tr("Fee quoted and accepted"), ""),
            (tr("Decision and grounds"), ""),
            (tr("Answered on"), ""),
        ]
    )
