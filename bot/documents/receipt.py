"""The receipt that a person keeps: reference, dates, how each was worked out, what follows."""

from __future__ import annotations

from bot.documents import parts
from bot.documents.parts import Letterhead
from bot.documents.typesetting import Block, Numbered, Prose, Section, typeset
from bot.domain.tickets import Kind, Ticket
from bot.domain.withdrawals import eight_points


def receipt(ticket: Ticket, head: Letterhead) -> bytes:
    """The receipt of a request as PDF; that of a withdrawal states the eight points."""
    tr, form = head.tr, head.form
    sections = [
        Section(tr("Your request"), [parts.about(ticket, head), parts.told(ticket, head)]),
        Section(tr("Dates"), [parts.dates(ticket, tr)]),
    ]
    if ticket.kind is Kind.WITHDRAWAL:
        points = eight_points(ticket, form, head.company, tr)
        sections.append(Section(tr("What your withdrawal means"), [Numbered(points)]))
    if form is not None and form.notice:
        sections.append(Section(tr("Please note"), [Prose(form.notice)]))
    sections += [
        Section(tr("How the dates were worked out"), _worked_out(ticket, head)),
        parts.procedure(head),
        Section(tr("How to reach us"), [Prose(_follow(head)), parts.contact(head)]),
    ]
    title = tr("Receipt {reference}", reference=ticket.reference)
    lead = tr("Please keep this receipt. It names the dates that apply to your request.")
    return typeset(head.document(ticket, title, lead, tuple(sections)))


def _worked_out(ticket: Ticket, head: Letterhead) -> list[Block]:
    tr = head.tr
    rule = tr(
        "The day of receipt is day 0. A business day is a day that is no Saturday or Sunday and on "
        "which the company is open; by default only a holiday that both the province and the "
        "federal list close counts as closed. A date is kept until the end of that day."
    )
    return [Prose(rule), *parts.worked_out(ticket, tr)]


def _follow(head: Letterhead) -> str:
    return head.tr(
        "Follow your request at {url} with your reference: a code comes to the e-mail address "
        "that you gave. The reference alone opens nothing.",
        url=f"{head.page_url}/status",
    )
