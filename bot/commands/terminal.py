"""What the commands write: answers on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console, RenderableType
from rich.panel import Panel
from rich.text import Text

from bot.domain.receipts import dated_line
from bot.domain.tickets import Ticket

_out = Console(highlight=False, soft_wrap=True)


def say(line: str) -> None:
    """Tell the operator something beside the answer."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def emit(answer: Any) -> None:
    """Write one JSON object as one line, at once."""
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def show(answer: RenderableType) -> None:
    """Write an answer for people."""
    _out.print(answer)
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
    """Write one ticket: what it is, what is due, what happened."""
    shown = ticket.to_json()
    show(Text(f"{ticket.reference}  {ticket.kind}  {ticket.status}", style="bold"))
    show(Text(f"Received {shown['received_at']} by {ticket.channel}, {ticket.role}"))
    for clock in ticket.clocks:
        show(Text(f"{dated_line(clock)} {clock.state.replace('_', ' ').capitalize()}."))
    for name, field in ticket.fields.items():
        show(Text(f"{name}: {field.get('said', '')}"))
    for event in ticket.events:
        why = f": {event.why}" if event.why else ""
        show(Text(f"  {event.at.isoformat()} {event.who} {event.what}{why}", style="dim"))
