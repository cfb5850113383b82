"""The whole file of a ticket, for the officer to print or to hand to whoever may ask for it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.documents import parts
from bot.documents.parts import Letterhead
from bot.documents.typesetting import Block, Pairs, Prose, Rows, Section, typeset
from bot.domain.letters import LETTERS, TITLES
from bot.domain.policy import Policy
from bot.domain.tickets import Ticket

LONGEST_VALUE = 300


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message of the conversation: when, by whom, and its words."""

    at: datetime
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that belongs to the ticket, by name and size in bytes."""

    name: str
    size: int
    at: datetime
    who: str


def ticket_file(
    ticket: Ticket,
    head: Letterhead,
    policy: Policy,
    conversation: Sequence[Spoken] = (),
    attachments: Sequence[Attached] = (),
) -> bytes:
    """Everything that is kept of a ticket as one PDF, in English, as the officer reads it."""
    sections = [
        Section("Request", [_facts(ticket, head)]),
        Section("What the person told the desk", [parts.told(ticket, head)]),
        Section("Dates", [parts.dates(ticket, head.tr)]),
        Section("How the dates were worked out", parts.worked_out(ticket, head.tr)),
        *_optional("Clauses shown", _clauses(ticket, policy)),
        *_optional("Conversation", _spoken(conversation, head)),
        *_optional("Letters to the requester", _letters(ticket, head)),
        *_optional("What was established", _established(ticket, head)),
        *_optional("Files", _attached(attachments, head)),
        Section("Events", [_events(ticket, head)]),
        *_optional("Notices", _notices(ticket)),
    ]
    title = f"Ticket file {ticket.reference}"
    lead = "Confidential. It holds personal information: keep and destroy it with the ticket."
    return typeset(head.document(ticket, title, lead, tuple(sections)))


def _optional(heading: str, blocks: Sequence[Block]) -> list[Section]:
    return [Section(heading, blocks)] if blocks else []


def _at(moment: datetime, head: Letterhead) -> str:
    return f"{moment.astimezone(head.company.zone):%Y-%m-%d %H:%M}"


def _facts(ticket: Ticket, head: Letterhead) -> Pairs:
    identity = ticket.identity or {}
    checked = ", ".join(f"{name}: {value}" for name, value in identity.items())
    rows = [
        *parts.about(ticket, head).rows,
        ("Status", str(ticket.status).replace("_", " ")),
        ("Came by", f"{ticket.channel}, from a person who is {ticket.role}"),
        ("Identity", checked or "not checked"),
        ("Owner", ticket.owner or "nobody yet"),
        ("Policy and calendar", f"{ticket.policy_version}; {ticket.calendar}"),
    ]
    if ticket.duplicate_of:
        rows.append(("Duplicate of", ticket.duplicate_of))
    if ticket.hold:
        rows.append(("Legal hold", "yes: nothing of it is purged"))
    return Pairs(rows)


def _clauses(ticket: Ticket, policy: Policy) -> list[Block]:
    shown = [policy.get(id) for id in ticket.clauses_shown if id in policy]
    blocks: list[Block] = []
    for clause in shown:
        blocks += [
            Prose(f"Clause {clause.id} ({clause.title})", strong=True),
            Prose(clause.text, quoted=True),
        ]
    gone = [id for id in ticket.clauses_shown if id not in policy]
    if gone:
        blocks.append(Prose(f"Not in the policy of today: {', '.join(gone)}."))
    return blocks


def _spoken(conversation: Sequence[Spoken], head: Letterhead) -> list[Block]:
    blocks: list[Block] = []
    for said in conversation:
        blocks += [Prose(f"{_at(said.at, head)}, {said.who}"), Prose(said.text, quoted=True)]
    return blocks


def _letters(ticket: Ticket, head: Letterhead) -> list[Block]:
    blocks: list[Block] = []
    for fact in ticket.facts:
        if fact.name in LETTERS:
            blocks.append(Prose(f"{_at(fact.at, head)}, {fact.who}: {TITLES[fact.name]}"))
            blocks.append(Prose(str(fact.content["text"]), quoted=True))
    return blocks


def _established(ticket: Ticket, head: Letterhead) -> list[Block]:
    rows = [
        (f"{fact.name.replace('_', ' ').capitalize()}, {_at(fact.at, head)}", _value(fact.content))
        for fact in ticket.facts
        if fact.name not in LETTERS
    ]
    return [Pairs(rows)] if rows else []


def _attached(attachments: Sequence[Attached], head: Letterhead) -> list[Block]:
    rows = [(_at(one.at, head), one.who, f"{one.size:,}", one.name) for one in attachments]
    return [Rows("Files of this ticket", ("Added", "By", "Bytes", "Name"), rows)] if rows else []


def _events(ticket: Ticket, head: Letterhead) -> Rows:
    rows = []
    for event in ticket.events:
        what = event.what.replace("_", " ")
        parts_told = [event.why, _change(event.before, event.after)]
        rows.append((_at(event.at, head), event.who, what, "\n".join(p for p in parts_told if p)))
    caption = f"Every change, in order; times are those of {head.company.zone.key}"
    return Rows(caption, ("When", "Who", "What", "Why, and what changed"), rows)


def _change(before: object, after: object) -> str:
    if not before and not after:
        return ""
    if not before:
        return _value(after)
    return f"{_value(before)} became {_value(after)}"


def _value(value: object) -> str:
    """A recorded value in plain words, shortened: the letters stand in full elsewhere."""
    if isinstance(value, dict):
        text = "; ".join(f"{k.replace('_', ' ')}: {_value(v)}" for k, v in value.items() if v)
    elif isinstance(value, list):
        text = ", ".join(_value(entry) for entry in value)
    else:
        text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]} ..."


def _notices(ticket: Ticket) -> list[Block]:
    rows = [
        (
            f"{notice['clock']}, {notice['threshold']}",
            str(notice["by"]),
            str(notice["state"]),
            str(notice.get("sent_at") or notice["planned_for"])[:16].replace("T", " "),
        )
        for notice in ticket.notices
    ]
    if not rows:
        return []
    return [Rows("Who was told what (UTC)", ("Notice", "By", "State", "Sent or planned"), rows)]
