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
from bot.domain.tickets import Fact, Ticket

# Notices of letters carry this in place of a clock's name.
REQUESTER = "requester"
REPLY, QUESTION, EXTENSION = "reply", "question", "extension"
ACKNOWLEDGEMENT = "acknowledgement"
LETTERS = (REPLY, QUESTION, EXTENSION, ACKNOWLEDGEMENT)
# Made of the ticket itself when they are sent: no fact keeps them.
RECEIPT, CLOSING = "receipt", "closing"
TITLES = {
    RECEIPT: "We have your request",
    CLOSING: "Your request is closed",
    ACKNOWLEDGEMENT: "We are looking into your request",
    REPLY: "Our reply to your request",
    QUESTION: "A question about your request",
    EXTENSION: "We need more time for your request",
}


def extension_notice(ticket: Ticket, clock: Clock, company: Company) -> str:
    """The notice that makes an extension valid.

    PIPEDA s.8(4) wants three things in it: the new limit, the reasons, and the right to complain
    to the Commissioner about the extension. Raises InvalidInput for a clock without an extension.
    """
    if clock.extension is None:
        raise InvalidInput("This clock has not been extended.")
    regulator = company.regulator
    return (
        f"Your request for access {ticket.reference}, received on "
        f"{spoken(ticket.received_local_date)}, was to be answered by {spoken(clock.promised)}. "
        f"We need more time.\n\n"
        f"New limit: we will answer by {spoken(clock.due)}.\n\n"
        f"Reason: {EXTENSION_REASONS[clock.extension.reason]}.\n\n"
        f"Your right to complain: you may complain about this extension to the {regulator.name}, "
        f"{regulator.address}, {regulator.phone}, {regulator.web}."
    )


def receipt_letter(ticket: Ticket) -> str:
    """The acknowledgement of a request, with its dates as policy 10.5 words them."""
    dates = "\n".join(
        f"The Privacy Officer {clock.rule.wording} {spoken(clock.promised)} ({clock.source})."
        for clock in ticket.clocks
    )
    return (
        f"We have your {ticket.kind} of {spoken(ticket.received_local_date)}. Its reference is "
        f"{ticket.reference}. Please keep it.\n\n{dates}"
    )


def closing_letter(ticket: Ticket, company: Company) -> str:
    """The word that a request is closed, and where to turn with what is left."""
    return (
        f"Your {ticket.kind} {ticket.reference}, received on "
        f"{spoken(ticket.received_local_date)}, is closed.\n\n{recourse(company)}"
    )


def recourse(company: Company) -> str:
    """Where someone turns who is not satisfied (PIPEDA Schedule 1, 4.10.3)."""
    regulator = company.regulator
    return (
        f"If you are not satisfied, you can answer to our {company.privacy_officer.title}, or "
        f"complain to the {regulator.name}, {regulator.address}, {regulator.phone}, "
        f"{regulator.web}."
    )


def letter(ticket: Ticket, name: str, number: int) -> Fact | None:
    """The letter of this name and number on the ticket."""
    wanted = (f for f in ticket.facts if (f.name, f.number) == (name, number))
    return next(wanted, None)


def letter_lines(ticket: Ticket) -> str:
    """The newest letter of each sort, as the requester reads them beside the status."""
    found = [fact for name in LETTERS if (fact := ticket.fact(name)) is not None]
    zone = ticket.clocks[0].zone
    return "\n".join(
        f"{TITLES[fact.name]} ({spoken(local_date(fact.at, zone))}): {fact.content['text']}"
        for fact in sorted(found, key=lambda fact: fact.at)
    )
