"""What the commands write: answers on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console, RenderableType
from rich.panel import Panel
from rich.text import Text

from bot.domain.dates import spoken
from bot.domain.receipts import dated_line, worked_out
from bot.domain.tickets import Ticket

_out = Console(highlight=False)


def say(line: str) -> None:
    """Tell the operator something beside the answer."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def emit(answer: Any) -> None:
    """Write one JSON object as one line, at once."""
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def show(answer: RenderableType) -> None:
    """Write an answer for people: a line is left to the terminal to break, a frame is filled."""
    _out.print(answer, soft_wrap=isinstance(answer, Text))
    sys.stdout.flush()


def show_replies(replies: Sequence[Mapping[str, Any]]) -> None:
    """Write replies as text, never as markup, with their clauses set off and buttons numbered."""
    buttons = 0
    for reply in replies:
        clauses = reply.get("clauses") or ()
        show(Text(reply["lead"] if clauses else reply["text"]))
        for clause in clauses:
            title = Text(f"Clause {clause['id']} · {clause['title']}")
            show(Panel(_marked(clause), title=title, title_align="left"))
        if clauses and reply.get("closing"):
            show(Text(reply["closing"]))
        for button in reply.get("quick_replies") or ():
            buttons += 1
            show(Text(f"  [{buttons}] {button['title']}", style="cyan"))


def _marked(clause: Mapping[str, Any]) -> Text:
    text = Text(clause["text"])
    if clause.get("highlight"):
        text.stylize("bold", *clause["highlight"])
    return text


def show_ticket(ticket: Ticket) -> None:
    """Write one ticket: what it is, what is due and how that came about, what happened.

    Times are those of the company's wall clock, with their offset.
    """
    zone = ticket.clocks[0].zone
    show(Text(f"{ticket.reference}  {ticket.kind}  {ticket.status}", style="bold"))
    if ticket.duplicate_of:
        show(Text(f"Joined with {ticket.duplicate_of}, whose dates hold."))
    show(Text(f"Received {_at(ticket.received_at, zone)} by {ticket.channel}, {ticket.role}"))
    for clock in ticket.clocks:
        show(Text(f"{dated_line(clock)} {clock.state.replace('_', ' ').capitalize()}."))
        show(Text(f"  {worked_out(clock)}"))
        if clock.promised != clock.due:
            show(Text(f"  The receipt said {spoken(clock.promised)}."))
    for name, field in ticket.fields.items():
        show(Text(f"{name}: {field.get('said', '')}"))
    for event in ticket.events:
        why = f": {event.why}" if event.why else ""
        show(Text(f"  {_at(event.at, zone)} {event.who} {event.what}{why}", style="dim"))


def _at(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(sep=" ", timespec="minutes")
