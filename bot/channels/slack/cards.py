"""Cards of tickets for the Privacy Officer.

A card carries reference, kind, dates and initials; the person's words only where the company chose
so. The same card is built whenever its ticket moves, so that it can be brought up to date in place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.channels.slack import blocks as kit
from bot.channels.slack.answers import Message
from bot.channels.slack.blocks import Block
from bot.channels.slack.people import user_of
from bot.domain.clocks import Clock, local_date
from bot.domain.dates import spoken
from bot.domain.leading_answers import answer_words
from bot.domain.tickets import Event, Status, Step, Ticket, is_open, next_status

STATUS_WORDS = {
    Status.RECEIVED: "New, not acknowledged",
    Status.ACKNOWLEDGED: "Acknowledged",
    Status.IN_PROGRESS: "In progress",
    Status.WAITING: "Waiting for the requester",
    Status.ANSWERED: "Answered",
    Status.RESOLVED: "Resolved",
    Status.WITHDRAWN: "Withdrawn",
    Status.DUPLICATE: "Joined with another request",
}
DID = {
    "received": "it came in",
    "acknowledge": "acknowledged it",
    "work": "took it up",
    "ask": "asked the requester something",
    "hear": "recorded the requester's answer",
    "reply": "replied to the requester",
    "resolve": "resolved it",
    "reopen": "reopened it",
    "withdraw": "recorded its withdrawal",
    "link": "joined it with another",
    "extend": "extended the limit",
    "pause": "paused the target",
    "resume": "let the target run on",
    "assign": "assigned it",
    "snooze": "snoozed its reminders",
    "note": "wrote an internal note",
    "reclassify": "changed its kind",
    "identity": "recorded the check of identity",
    "information": "added something",
    "attachment": "added a file",
    "linked": "joined a later one with it",
    "link_issued": "made a secret link to it",
    "links_revoked": "revoked its secret links",
    "code_asked": "asked for a code to open it",
    "opened": "opened its page",
    "assessment": "assessed the incident",
    "disagreement": "recorded a disagreement",
    "hold": "changed the legal hold",
    "calendar": "counted its dates anew",
}
LATEST_SHOWN = 5
AGAIN = "Repeated after an interruption: "
WORDS_SHOWN = 6_000
MORE_WORDS = "They wrote more than a card holds: read the rest on the page of this request"


def ticket_message(
    ticket: Ticket,
    heading: str,
    *,
    full: bool,
    page_url: str,
    now: datetime,
    repeated: bool = False,
) -> Message:
    """The card of a ticket; `heading` says why it is here."""
    zone = ticket.clocks[0].zone
    again = AGAIN if repeated else ""
    shown: list[Block] = [kit.header(f"{again}{heading}")]
    shown += kit.fields(_facts(ticket, page_url))
    today = local_date(now, zone)
    shown += [kit.marked(clock_line(clock, today)) for clock in ticket.clocks]
    passed_on = answer_words(ticket)
    if passed_on:
        shown.append(kit.context(kit.escape(passed_on)))
    if full:
        shown += _words(ticket, page_url)
    shown += kit.actions(ticket_buttons(ticket, page_url), f"ticket:{ticket.reference}")
    last = ticket.events[-1] if ticket.events else None
    if last is not None:
        shown.append(kit.context(f"Last: {event_line(last, zone)}"))
    dates = " ".join(
        f"{c.name.replace('_', ' ').capitalize()}: {_clock_words(c, today)}" for c in ticket.clocks
    )
    text = f"{again}{heading}. {ticket.reference}, {STATUS_WORDS[ticket.status]}. {dates}"
    return Message(kit.escape(text), tuple(shown))


def _facts(ticket: Ticket, page_url: str) -> list[str]:
    link = f"<{ticket_url(ticket.reference, page_url)}|{ticket.reference}>"
    received = spoken(ticket.received_local_date)
    by = f"{initials(ticket)}, {ticket.role} by {ticket.channel}"
    return [
        f"*Reference*\n{link}",
        f"*Kind*\n{str(ticket.kind).capitalize()}",
        f"*Status*\n{STATUS_WORDS[ticket.status]}",
        f"*Received*\n{received}",
        f"*From*\n{kit.escape(by)}",
        f"*Owner*\n{_owner(ticket.owner)}",
    ]


def _owner(owner: str | None) -> str:
    user = user_of(owner or "")
    return f"<@{user}>" if user else kit.escape(owner or "nobody yet")


def initials(ticket: Ticket) -> str:
    """The requester's initials where an address gives them; never more of a name."""
    local = (ticket.email or "").partition("@")[0]
    found = [part[0].upper() for part in re.split(r"[._+-]+", local) if part[:1].isalpha()]
    return "".join(f"{letter}." for letter in found[:3]) or "no initials known"


def clock_line(clock: Clock, today: date) -> str:
    """A clock in mrkdwn: a sign, its name, and its date in words."""
    name = clock.name.replace("_", " ").capitalize()
    return f"{_sign(clock, today)} *{kit.escape(name)}*: {kit.escape(_clock_words(clock, today))}"


def _sign(clock: Clock, today: date) -> str:
    """A sign beside the words, never instead of them."""
    if clock.state in {"overdue", "deemed_refusal"}:
        return "🔴"
    if clock.state == "running" and (clock.due - today).days <= 2:
        return "🟠"
    return "⏸️" if clock.state == "paused" else "⚪" if clock.state == "running" else "✅"


def _clock_words(clock: Clock, today: date) -> str:
    days = (clock.due - today).days
    when = spoken(clock.due)
    unit = "day" if abs(days) == 1 else "days"
    words = {
        "met": "done",
        "ended": "ended",
        "paused": f"paused; {'promised' if clock.promise else 'aimed at'} {spoken(clock.promised)}",
        "overdue": f"overdue by {-days} {unit}, was due {when}",
        "deemed_refusal": f"deemed refusal: the limit of {when} has passed",
    }.get(clock.state)
    if words is None:
        left = "today" if days == 0 else f"in {days} {unit}"
        words = f"due {left}, {when}"
    return f"{words} ({clock.source})."


def _words(ticket: Ticket, page_url: str) -> list[Block]:
    """What they wrote; a card is one message, so that it says when it does not hold it all."""
    shown: list[Block] = []
    room = WORDS_SHOWN
    for name, value in ticket.fields.items():
        said = str(value.get("said", "")) if isinstance(value, Mapping) else ""
        if said and room:
            shown += [kit.marked(f"*{kit.escape(name.capitalize())}*"), *kit.quote(said[:room])]
        if len(said) > room:
            url = ticket_url(ticket.reference, page_url)
            shown.append(kit.marked(f"<{url}|{MORE_WORDS}>"))
            break
        room -= len(said)
    return shown


def ticket_url(reference: str, page_url: str) -> str:
    return f"{page_url}/officer/tickets/{reference}"


def button_value(ticket: Ticket) -> str:
    """What a button tells us: which ticket, and which version of it was looked at."""
    return json.dumps({"r": ticket.reference, "v": ticket.version})


# Step, label, what is asked before the form opens.
BUTTONS: Sequence[tuple[str, str, str]] = (
    ("acknowledge", "Acknowledge", "It is recorded that you have taken note of this request."),
    ("reply", "Reply", "You write to the requester. It is sent by their channel and recorded."),
    ("extend", "Extend", "The law allows one extension. The requester is notified at once."),
    ("pause", "Pause", "Our own target stands still. The promised date stays."),
    ("resume", "Resume", "Our own target runs on."),
    ("resolve", "Resolve", "The request is closed, and the requester is told."),
    ("assign", "Assign", "Someone else becomes responsible for this request."),
    ("snooze", "Snooze", "Reminders of this request wait until the day you choose."),
    ("note", "Internal note", "A note is kept with the request. It is sent to nobody."),
    ("reopen", "Reopen", "The request is taken up again. No clock starts anew."),
)


def ticket_buttons(ticket: Ticket, page_url: str) -> list[Block]:
    """The steps that this ticket can take now, and the way to its page."""
    value = button_value(ticket)
    primary = "acknowledge" if ticket.status is Status.RECEIVED else "reply"
    made = [
        kit.button(
            label, f"step:{step}", value,
            style="primary" if step == primary else None,
            confirm=kit.confirmation(f"{label}: {ticket.reference}", asked, "Go on"),
            label=f"{label} {ticket.reference}",
        )
        for step, label, asked in BUTTONS
        if can_take(ticket, step)
    ]  # fmt: skip
    return [*made, kit.link_button("Open the page", ticket_url(ticket.reference, page_url))]


def can_take(ticket: Ticket, step: str) -> bool:
    """Tell whether this step fits the ticket as it is; the desk has the last word."""
    if step == "reopen":
        return (ticket.status, Step.REOPEN) in _REOPENED
    if not is_open(ticket.status):
        return step == "note"
    if step == "acknowledge":
        return ticket.status is Status.RECEIVED
    running = [c for c in ticket.clocks if c.met_at is None and c.ended_at is None]
    if step == "extend":
        return any(c.rule.extendable and c.extension is None for c in running)
    if step == "pause":
        return any(c.rule.pausable and c.state == "running" for c in running)
    return any(c.paused for c in running) if step == "resume" else True


def _reopenable() -> frozenset[tuple[Status, Step]]:
    found = set()
    for status in Status:
        if not is_open(status) and next_status(status, Step.REOPEN):
            found.add((status, Step.REOPEN))
    return frozenset(found)


_REOPENED = _reopenable()


def event_line(event: Event, zone: ZoneInfo) -> str:
    """Who did what and when, in mrkdwn."""
    user = user_of(event.who)
    who = f"<@{user}>" if user else kit.escape(event.who)
    did = DID.get(event.what, event.what.replace("_", " "))
    local = event.at.astimezone(zone)
    when = f"{spoken(local.date())}, {local:%H:%M}"
    return f"{did}, {when}" if event.what == "received" else f"{who} {did}, {when}"


def since(ticket: Ticket, version: int) -> list[str]:
    """What happened to a ticket after this version of it, newest last."""
    zone = ticket.clocks[0].zone
    return [event_line(event, zone) for event in ticket.events[version:]][-LATEST_SHOWN:]
