"""`ticket open|list|show`: requests that came on paper or by phone, and a look at all of them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from bot.commands.desk import opened
from bot.commands.terminal import emit, show, show_ticket
from bot.desk.typed import TypedRequest, typed_filing
from bot.domain.clocks import local_date, parse_receipt
from bot.domain.people import Channel, Role
from bot.domain.tickets import Kind, Ticket

ticket_commands = typer.Typer(no_args_is_help=True, help="Requests: open, list, show, move.")

Json = Annotated[bool, typer.Option("--json", help="JSON, one object a line.")]
Reference = Annotated[str, typer.Argument(help="Such as PD-7K3M-9QXD.")]
As = Annotated[str, typer.Option("--as", help="Who does it.")]
Why = Annotated[str, typer.Option(help="Why, for the record.")]


class Arrival(StrEnum):
    """How a request reached the desk when a person typed it in."""

    LETTER = "letter"
    PHONE = "phone"
    EMAIL = "e-mail"
    COUNTER = "counter"


@ticket_commands.command("open")
def open_ticket(
    kind: Annotated[Kind, typer.Option(help="Kind of request.")],
    received: Annotated[str, typer.Option(help="When it arrived: 2026-12-04T09:00:00-05:00")],
    channel: Annotated[Arrival, typer.Option(help="How it arrived.")],
    person: Annotated[str, typer.Option(help="The requester's name.")],
    text: Annotated[str, typer.Option(help="What they ask, in their words.")],
    email: Annotated[str | None, typer.Option(help="Where the answer goes.")] = None,
    role: Annotated[Role, typer.Option(help="What the requester is to us.")] = Role.CUSTOMER,
    reason: Annotated[str, typer.Option(help="Why it is typed in, for the record.")] = "",
    sent: Annotated[
        str | None, typer.Option(help="When it was sent or dated, if earlier than received.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Enter a request that came on paper, by phone, by e-mail or at the counter."""
    request = TypedRequest(
        person=person,
        words=text,
        channel=Channel(channel),
        received_at=parse_receipt(received),
        email=email,
        role=role,
        why=reason,
        sent_at=parse_receipt(sent) if sent else None,
    )
    with opened() as application:
        desk = application.desk
        today = local_date(desk.now(), application.library.zone)
        filing = typed_filing(desk.guide.forms[kind], request, today, who="officer")
        ticket = desk.open_request(filing)
    present(ticket, as_json)


@ticket_commands.command("list")
def list_tickets(
    limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 100,
    as_json: Json = False,
) -> None:
    """List the open requests, the next deadline first."""
    with opened() as application:
        tickets = application.desk.tickets.open_by_deadline(limit=limit)
    if as_json:
        for ticket in tickets:
            emit(ticket.to_json())
        return
    table = Table("Reference", "Kind", "Status", "Next deadline", "Clock", box=None)
    for ticket in tickets:
        running = [c for c in ticket.clocks if c.met_at is None and c.ended_at is None]
        clock = min(running, key=lambda c: c.due, default=None)
        due = f"{clock.due.isoformat()} ({clock.state})" if clock else "none left"
        name = clock.name if clock else ""
        table.add_row(ticket.reference, str(ticket.kind), str(ticket.status), due, name)
    show(table if tickets else Text("No request is open."))


@ticket_commands.command("show")
def show_one(reference: Reference, as_json: Json = False) -> None:
    """Show one request with its dates and its history."""
    with opened() as application:
        ticket = application.desk.tickets.show(reference)
    present(ticket, as_json)


def present(ticket: Ticket, as_json: bool) -> None:
    """Write a ticket, as JSON or for people."""
    if as_json:
        emit(ticket.to_json())
    else:
        show_ticket(ticket)
