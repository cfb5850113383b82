"""The App Home: topics and own requests for everyone, open requests by deadline for the officer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from bot.channels.slack import blocks as kit
from bot.channels.slack.blocks import Block
from bot.channels.slack.cards import (
    STATUS_WORDS,
    button_value,
    can_take,
    clock_line,
    initials,
    ticket_url,
)
from bot.domain.clocks import Clock, local_date
from bot.domain.forms import Form
from bot.domain.people import Role
from bot.domain.receipts import STANDING, dated_line
from bot.domain.tickets import Kind, Ticket

# Three blocks a request, below Slack's 100 a view.
SHOWN_TO_OFFICER = 25
SHOWN_TO_REQUESTER = 10
LATE = {"overdue", "deemed_refusal"}
SOON_DAYS = 2

# Title and the question that pressing it asks.
TOPICS: Mapping[Role, Sequence[tuple[str, str]]] = {
    Role.CUSTOMER: (
        ("What is kept about me, and how long", "How long do you keep my information?"),
        ("Who gets my information", "Who do you give my information to?"),
        ("See what you hold about me", "How can I see the information you hold about me?"),
        ("How complaints are handled", "How is a privacy complaint handled?"),
    ),
    Role.EMPLOYEE: (
        ("May I disclose this?", "When may we disclose customer information to someone else?"),
        ("Consent", "When do we need a customer's consent?"),
        ("How information is protected", "How do we protect personal information?"),
        ("My own information", "How can I see the information you hold about me?"),
        ("How complaints are handled", "How is a privacy complaint handled?"),
    ),
}
FILTERS = {"all": "All open requests", "late": "Overdue", "soon": "Due within two days",
           "mine": "Mine", "new": "Not acknowledged"}  # fmt: skip


def prompts(role: Role) -> list[dict[str, str]]:
    """Suggested prompts; Slack shows four at most."""
    known = TOPICS[Role.CUSTOMER if role is Role.CUSTOMER else Role.EMPLOYEE]
    return [{"title": title, "message": question} for title, question in known[:4]]


def requester_home(
    role: Role, own: Sequence[Ticket], forms: Mapping[str, Form], page_url: str
) -> Block:
    """Topics, own requests with their dates, and a new request."""
    topics = TOPICS[Role.CUSTOMER if role is Role.CUSTOMER else Role.EMPLOYEE]
    shown: list[Block] = [
        kit.header("Ask the privacy policy"),
        *kit.paragraphs("Press a topic, or write to me in Messages. I quote the policy itself."),
        *kit.actions([kit.button(title, f"topic:{n}", q) for n, (title, q) in enumerate(topics)]),
        kit.header("Open a request"),
        *kit.actions(
            [kit.button(forms[k].title, f"open:{k}", f"{k}:") for k in map(str, Kind) if k in forms]
        ),
        kit.divider(),
        kit.header("My requests"),
    ]
    for ticket in own[:SHOWN_TO_REQUESTER]:
        shown.append(kit.marked(_own_line(ticket)))
    if not own:
        shown += kit.paragraphs("You have no request with us.")
    elif len(own) > SHOWN_TO_REQUESTER:
        shown += kit.paragraphs(f"And {len(own) - SHOWN_TO_REQUESTER} older ones.")
    shown.append(kit.context(f"<{page_url}/policy|The policy> · <{page_url}/about-this-desk|"
                             "What this desk keeps>"))  # fmt: skip
    return {"type": "home", "blocks": shown}


def _own_line(ticket: Ticket) -> str:
    lines = [
        f"*{ticket.reference}*, {ticket.kind} of {ticket.received_local_date}: "
        f"{STANDING[ticket.status]}",
        *(dated_line(clock) for clock in ticket.clocks if clock.met_at is None),
    ]
    return "\n".join(kit.escape(line) if n else line for n, line in enumerate(lines))


def officer_home(
    tickets: Sequence[Ticket], *, chosen: str, user: str, now: datetime, page_url: str
) -> Block:
    """Open requests, overdue first, then by next deadline, with counts and a filter."""
    today = local_date(now, tickets[0].clocks[0].zone) if tickets else now.date()
    listed = sorted(
        (t for t in tickets if _fits(t, chosen, user, today)), key=lambda t: _order(t, today)
    )
    options = [kit.option(text, name) for name, text in FILTERS.items()]
    menu = kit.select("Show", "filter", options)
    menu["initial_option"] = next(o for o in options if o["value"] == chosen)
    shown: list[Block] = [
        kit.header("Open privacy requests"),
        kit.marked(_counts(tickets, today), menu),
        kit.divider(),
    ]
    for ticket in listed[:SHOWN_TO_OFFICER]:
        shown += _row(ticket, today, page_url)
    if not listed:
        shown += kit.paragraphs("Nothing here. Every request of this sort is dealt with.")
    more = len(listed) - SHOWN_TO_OFFICER
    if more > 0:
        shown.append(kit.marked(f"<{page_url}/officer|And {more} more on the officer page>"))
    return {"type": "home", "blocks": shown}


def _counts(tickets: Sequence[Ticket], today: date) -> str:
    late = sum(any(c.state in LATE for c in t.clocks) for t in tickets)
    soon = sum(_fits(t, "soon", "", today) for t in tickets)
    new = sum(_fits(t, "new", "", today) for t in tickets)
    return (
        f"*{len(tickets)}* open · 🔴 *{late}* overdue · 🟠 *{soon}* due within two days · "
        f"*{new}* not acknowledged"
    )


def _fits(ticket: Ticket, chosen: str, user: str, today: date) -> bool:
    running = [c for c in ticket.clocks if c.state == "running"]
    return {
        "late": any(c.state in LATE for c in ticket.clocks),
        "soon": any((c.due - today).days <= SOON_DAYS for c in running),
        "mine": ticket.owner == f"slack:{user}",
        "new": str(ticket.status) == "received",
    }.get(chosen, True)


def _order(ticket: Ticket, today: date) -> tuple[bool, date]:
    late = any(c.state in LATE for c in ticket.clocks)
    open_clocks = [c.due for c in ticket.clocks if _counts_still(c)]
    return not late, min(open_clocks, default=date.max)


def _counts_still(clock: Clock) -> bool:
    return clock.state not in {"met", "ended"}


def _row(ticket: Ticket, today: date, page_url: str) -> list[Block]:
    link = f"<{ticket_url(ticket.reference, page_url)}|{ticket.reference}>"
    about = f"*{link}* {ticket.kind}, {kit.escape(initials(ticket))}, {STATUS_WORDS[ticket.status]}"
    lines = [clock_line(clock, today) for clock in ticket.clocks if _counts_still(clock)]
    value = button_value(ticket)
    buttons = [
        kit.button(label, f"step:{step}", value, label=f"{label} {ticket.reference}")
        for step, label in (("acknowledge", "Acknowledge"), ("reply", "Reply"),
                            ("snooze", "Snooze"), ("resolve", "Resolve"))
        if can_take(ticket, step)
    ]  # fmt: skip
    return [kit.marked("\n".join([about, *lines])), *kit.actions(buttons)]
