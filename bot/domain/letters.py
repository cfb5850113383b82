"""What goes to the requester after the receipt: replies, questions, the notice of an extension.

What lives here: their words. What does not: planning and sending them. A letter is a fact of its
ticket, and a notice row sends it; where no address is known the person reads it with the status.
"""

from __future__ import annotations

from bot.domain.clock_changes import EXTENSION_REASONS
from bot.domain.clocks import Clock, local_date
from bot.domain.company import Company
from bot.domain.dates import spoken
from bot.domain.errors import InvalidInput
from bot.domain.tickets import Fact, Kind, Ticket
from bot.domain.translation import ENGLISH, Translate, mark

# Notices of letters carry this in place of a clock's name.
REQUESTER = "requester"
REPLY, QUESTION, EXTENSION = "reply", "question", "extension"
ACKNOWLEDGEMENT = "acknowledgement"
LETTERS = (REPLY, QUESTION, EXTENSION, ACKNOWLEDGEMENT)
# Made of the ticket itself when they are sent: no fact keeps them.
RECEIPT, CLOSING = "receipt", "closing"
TITLES = {
    RECEIPT: mark("We have your request"),
    CLOSING: mark("Your request is closed"),
    ACKNOWLEDGEMENT: mark("We are looking into your request"),
    REPLY: mark("Our reply to your request"),
    QUESTION: mark("A question about your request"),
    EXTENSION: mark("We need more time for your request"),
}
# What a person calls their own request.
KINDS = {
    Kind.INQUIRY: mark("inquiry"),
    Kind.COMPLAINT: mark("complaint"),
    Kind.ACCESS: mark("access request"),
    Kind.CORRECTION: mark("correction request"),
    Kind.WITHDRAWAL: mark("withdrawal of consent"),
    Kind.INCIDENT: mark("report of a leak or loss"),
}


def extension_notice(
    ticket: Ticket, clock: Clock, company: Company, tr: Translate = ENGLISH
) -> str:
    """The notice that makes an extension valid.

    PIPEDA s.8(4) wants three things in it: the new limit, the reasons, and the right to complain
    to the Commissioner about the extension. Raises InvalidInput for a clock without an extension.
    """
    if clock.extension is None:
        raise InvalidInput("This clock has not been extended.")
    regulator, language = company.regulator, tr.language
    return "\n\n".join(
        (
            tr(
                "Your request for access {reference}, received on {day}, was to be answered by "
                "{promised}. We need more time.",
                reference=ticket.reference,
                day=spoken(ticket.received_local_date, language),
                promised=spoken(clock.promised, language),
            ),
            tr("New limit: we will answer by {day}.", day=spoken(clock.due, language)),
            tr("Reason: {reason}.", reason=tr(EXTENSION_REASONS[clock.extension.reason])),
            tr(
                "Your right to complain: you may complain about this extension to the "
                "{regulator}, {address}, {phone}, {web}.",
                regulator=tr(regulator.name), address=regulator.address,
                phone=regulator.phone, web=regulator.web,
            ),
        )
    )  # fmt: skip


def receipt_letter(ticket: Ticket, tr: Translate = ENGLISH) -> str:
    """The acknowledgement of a request, with its dates as policy 10.5 words them."""
    dates = "\n".join(
        tr(
            "The Privacy Officer {promise} {day} ({source}).",
            promise=tr(clock.rule.wording),
            day=spoken(clock.promised, tr.language),
            source=tr(clock.source),
        )
        for clock in ticket.clocks
    )
    first = tr(
        "We have your {kind} of {day}. Its reference is {reference}. Please keep it.",
        kind=tr(KINDS[ticket.kind]),
        day=spoken(ticket.received_local_date, tr.language),
        reference=ticket.reference,
    )
    return f"{first}\n\n{dates}"


def closing_letter(ticket: Ticket, company: Company, tr: Translate = ENGLISH) -> str:
    """The word that a request is closed, and where to turn with what is left."""
    closed = tr(
        "Your {kind} {reference}, received on {day}, is closed.",
        kind=tr(KINDS[ticket.kind]),
        reference=ticket.reference,
        day=spoken(ticket.received_local_date, tr.language),
    )
    return f"{closed}\n\n{recourse(company, tr)}"


def recourse(company: Company, tr: Translate = ENGLISH) -> str:
    """Where someone turns who is not satisfied (PIPEDA Schedule 1, 4.10.3)."""
    regulator = company.regulator
    return tr(
        "If you are not satisfied, you can answer to our {title}, or complain to the {regulator}, "
        "{address}, {phone}, {web}.",
        title=tr(company.privacy_officer.title), regulator=tr(regulator.name),
        address=regulator.address, phone=regulator.phone, web=regulator.web,
    )  # fmt: skip


def letter(ticket: Ticket, name: str, number: int) -> Fact | None:
    """The letter of this name and number on the ticket."""
    wanted = (f for f in ticket.facts if (f.name, f.number) == (name, number))
    return next(wanted, None)


def letter_lines(ticket: Ticket, tr: Translate = ENGLISH) -> str:
    """The newest letter of each sort, as the requester reads them beside the status."""
    found = [fact for name in LETTERS if (fact := ticket.fact(name)) is not None]
    zone = ticket.clocks[0].zone
    return "\n".join(
        tr(
            "{title} ({day}): {text}",
            title=tr(TITLES[fact.name]),
            day=spoken(local_date(fact.at, zone), tr.language),
            text=fact.content["text"],
        )
        for fact in sorted(found, key=lambda fact: fact.at)
    )
