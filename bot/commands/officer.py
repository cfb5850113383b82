"""`ticket acknowledge|reply|extend ...`: the officer's desk in a terminal."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

import typer

from bot.commands.desk import opened
from bot.commands.terminal import say
from bot.commands.tickets import Json, Reference, present, ticket_commands
from bot.desk import Desk
from bot.domain.assessments import Assessment
from bot.domain.clock_changes import EXTENSION_REASONS, PAUSE_REASONS
from bot.domain.clocks import parse_receipt
from bot.domain.durations import add_duration
from bot.domain.errors import InvalidInput
from bot.domain.redaction import redact
from bot.domain.tickets import Kind, Step, Ticket

As = Annotated[str, typer.Option("--as", help="Who does it.")]
Why = Annotated[str, typer.Option(help="Why, for the record.")]
Words = Annotated[str | None, typer.Argument(help="The words; or --text.")]
Text = Annotated[str | None, typer.Option("--text", help="The words.")]
Seen = Annotated[
    int | None, typer.Option(help="The version looked at: refuse when it has changed since.")
]


class Finding(StrEnum):
    """What an investigation found."""

    JUSTIFIED = "justified"
    UNJUSTIFIED = "unjustified"


def register(commands: typer.Typer) -> None:
    """Add the officer's steps to the commands for tickets."""
    for name, step in (
        ("acknowledge", acknowledge),
        ("work", work),
        ("reply", reply),
        ("ask", ask),
        ("hear", hear),
        ("note", note),
        ("assign", assign),
        ("snooze", snooze),
        ("extend", extend),
        ("pause", pause),
        ("resume", resume),
        ("resolve", resolve),
        ("withdraw", withdraw),
        ("reopen", reopen),
        ("reclassify", reclassify),
        ("identity", identity),
        ("link", link),
        ("disagree", disagree),
        ("assess", assess),
        ("hold", hold),
    ):
        commands.command(name)(step)


def _words(argument: str | None, option: str | None) -> str:
    words = argument if argument is not None else option
    if words is None:
        raise typer.BadParameter("the words are missing: give them, or --text")
    return redact(words).text


def _take(reference: str, step: Step, who: str, why: str, seen: int | None, as_json: bool) -> None:
    with opened() as application:
        ticket = application.desk.tickets.take(reference, step, who=who, why=why, seen=seen)
    present(ticket, as_json)


def acknowledge(
    reference: Reference, who: As = "officer", why: Why = "", seen: Seen = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Say that the Privacy Officer has it."""
    _take(reference, Step.ACKNOWLEDGE, who, why, seen, as_json)


def work(
    reference: Reference, who: As = "officer", why: Why = "", seen: Seen = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Say that it is being worked on."""
    _take(reference, Step.WORK, who, why, seen, as_json)


def hear(
    reference: Reference, who: As = "officer", why: Why = "", seen: Seen = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Record that the requester has answered; what was paused for that runs on."""
    _take(reference, Step.HEAR, who, why, seen, as_json)


def withdraw(
    reference: Reference, who: As = "officer", why: Why = "", seen: Seen = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Record that the requester takes it back; its clocks end."""
    _take(reference, Step.WITHDRAW, who, why, seen, as_json)


def reply(
    reference: Reference, words: Words = None, text: Text = None, who: As = "officer",
    why: Why = "", seen: Seen = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Answer the requester: by e-mail where they gave an address, else with their status."""
    with opened() as application:
        said = _words(words, text)
        ticket = application.desk.tickets.reply(reference, said, who=who, why=why, seen=seen)
    present(ticket, as_json)


def ask(
    reference: Reference, words: Words = None, text: Text = None, who: As = "officer",
    why: Why = "", seen: Seen = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Ask the requester something; no clock stands still for it."""
    with opened() as application:
        said = _words(words, text)
        ticket = application.desk.tickets.ask(reference, said, who=who, why=why, seen=seen)
    present(ticket, as_json)


def note(
    reference: Reference, words: Words = None, text: Text = None, who: As = "officer",
    as_json: Json = False,
) -> None:  # fmt: skip
    """Keep an internal note; it is sent to nobody."""
    with opened() as application:
        ticket = application.desk.tickets.note(reference, _words(words, text), who=who)
    present(ticket, as_json)


def assign(
    reference: Reference,
    owner: Annotated[str | None, typer.Argument(help="To whom; or --to.")] = None,
    to: Annotated[str | None, typer.Option(help="To whom.")] = None,
    who: As = "officer",
    why: Why = "",
    seen: Seen = None,
    as_json: Json = False,
) -> None:
    """Give it to someone."""
    with opened() as application:
        name = owner or to or ""
        ticket = application.desk.tickets.assign(reference, name, who=who, why=why, seen=seen)
    present(ticket, as_json)


def snooze(
    reference: Reference,
    until: Annotated[str | None, typer.Option(help="2026-12-04T09:00:00-05:00")] = None,
    length: Annotated[str, typer.Option("--for", help="ISO 8601, such as P1D or PT4H.")] = "P1D",
    who: As = "officer",
    why: Why = "",
    as_json: Json = False,
) -> None:
    """Keep its reminders back, not beyond its next due date."""
    with opened() as application:
        desk = application.desk
        moment = parse_receipt(until) if until else add_duration(desk.now(), length)
        ticket = desk.tickets.snooze(reference, moment, who=who, why=why)
    present(ticket, as_json)


def extend(
    reference: Reference,
    reason: Annotated[str, typer.Option(help="One of: " + ", ".join(EXTENSION_REASONS))],
    days: Annotated[int | None, typer.Option(help="By so many days.", min=1)] = None,
    until: Annotated[str | None, typer.Option(help="To this date: 2027-01-15")] = None,
    who: As = "officer",
    why: Why = "",
    seen: Seen = None,
    as_json: Json = False,
) -> None:
    """Extend the statutory limit of an access request, once, and notify the requester."""
    if days is not None and until is not None:
        raise typer.BadParameter("give either --days or --until")
    with opened() as application:
        ticket = application.desk.clocks.extend(
            reference, reason, who=who, why=why, seen=seen, days=days,
            until=_date(until) if until else None,
        )  # fmt: skip
    present(ticket, as_json)
    notice = ticket.fact("extension")
    if notice is not None and not as_json:
        say(f"Notice to the requester:\n{notice.content['text']}")


def pause(
    reference: Reference,
    reason: Annotated[
        str, typer.Option(help="One of: " + ", ".join(PAUSE_REASONS))
    ] = "waiting_for_requester",
    who: As = "officer",
    why: Why = "",
    seen: Seen = None,
    as_json: Json = False,
) -> None:
    """Let the aim to resolve a complaint wait; the promised date stays."""
    with opened() as application:
        ticket = application.desk.clocks.pause(reference, reason, who=who, why=why, seen=seen)
    present(ticket, as_json)


def resume(
    reference: Reference, who: As = "officer", why: Why = "", seen: Seen = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Let it run on."""
    with opened() as application:
        ticket = application.desk.clocks.resume(reference, who=who, why=why, seen=seen)
    present(ticket, as_json)


def resolve(
    reference: Reference,
    finding: Annotated[Finding | None, typer.Option(help="What a complaint was found.")] = None,
    measures: Annotated[str, typer.Option(help="What was done about it.")] = "",
    who: As = "officer",
    why: Why = "",
    seen: Seen = None,
    as_json: Json = False,
) -> None:
    """Close it; its clocks are met. A justified complaint needs measures."""
    with opened() as application:
        ticket = application.desk.tickets.resolve(
            reference, who=who, why=why, seen=seen, measures=redact(measures).text,
            justified=None if finding is None else finding is Finding.JUSTIFIED,
        )  # fmt: skip
    present(ticket, as_json)


def reopen(
    reference: Reference, who: As = "officer", why: Why = "", seen: Seen = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Take it up again; no clock restarts."""
    with opened() as application:
        ticket = application.desk.tickets.reopen(reference, who=who, why=why, seen=seen)
    present(ticket, as_json)
    overdue = (ticket.events[-1].after or {}).get("overdue", ())
    if overdue:
        say(f"Overdue by this: {', '.join(overdue)}.")


def reclassify(
    reference: Reference,
    kind: Annotated[Kind | None, typer.Argument(help="Which kind; or --kind.")] = None,
    to: Annotated[Kind | None, typer.Option("--kind", "--to", help="Which kind.")] = None,
    uses: Annotated[str, typer.Option(help="For a withdrawal: uses, with commas.")] = "",
    who: As = "officer",
    why: Why = "",
    seen: Seen = None,
    as_json: Json = False,
) -> None:
    """Make it another kind of request; the receipt stays and no clock restarts."""
    wanted = kind or to
    if wanted is None:
        raise typer.BadParameter("the kind is missing")
    with opened() as application:
        named = [use.strip() for use in uses.split(",") if use.strip()]
        ticket = application.desk.tickets.reclassify(
            reference, wanted, who=who, why=why, seen=seen, uses=named
        )
    present(ticket, as_json)


def identity(
    reference: Reference,
    method: Annotated[str, typer.Option(help="How it was checked; no numbers.")],
    result: Annotated[str, typer.Option(help="With what result.")] = "confirmed",
    who: As = "officer",
    seen: Seen = None,
    as_json: Json = False,
) -> None:
    """Record how someone's identity was checked, method and result only."""
    with opened() as application:
        ticket = application.desk.tickets.identify(reference, method, result, who=who, seen=seen)
    present(ticket, as_json)


def link(
    reference: Reference,
    other: Annotated[str, typer.Argument(help="The other request of the same person.")],
    who: As = "officer",
    why: Why = "",
    as_json: Json = False,
) -> None:
    """Join two requests on one matter; the earlier receipt wins."""
    with opened() as application:
        ticket = application.desk.tickets.link(reference, other, who=who, why=why)
    present(ticket, as_json)


def disagree(
    reference: Reference, words: Words = None, text: Text = None, who: As = "officer",
    why: Why = "", as_json: Json = False,
) -> None:  # fmt: skip
    """Record the substance of a challenge that stays unresolved (9.3)."""
    with opened() as application:
        said = _words(words, text)
        ticket = application.desk.tickets.disagree(reference, said, who=who, why=why)
    present(ticket, as_json)


def assess(
    reference: Reference,
    determined: Annotated[str, typer.Option(help="The day it was determined: 2026-12-04")],
    sensitivity: Annotated[str, typer.Option(help="How sensitive the information is.")],
    misuse: Annotated[str, typer.Option(help="How probable its misuse is.")],
    risk: Annotated[bool, typer.Option("--risk/--no-risk", help="Real risk of significant harm.")],
    why: Annotated[str, typer.Option(help="The reasons for that.")],
    reported: Annotated[str | None, typer.Option(help="Reported to the Commissioner on.")] = None,
    told: Annotated[str | None, typer.Option(help="People told on.")] = None,
    others: Annotated[list[str] | None, typer.Option(help="Others told: who=2026-12-04")] = None,
    who: As = "officer",
    as_json: Json = False,
) -> None:
    """Enter the assessment of an incident into the register."""
    assessment = Assessment(
        determined_on=_date(determined),
        sensitivity=redact(sensitivity).text,
        misuse=redact(misuse).text,
        real_risk=risk,
        why=redact(why).text,
        reported_on=_date(reported) if reported else None,
        people_told_on=_date(told) if told else None,
        others_told=dict(_other(entry) for entry in others or ()),
    )
    with opened() as application:
        ticket = application.desk.tickets.assess(reference, assessment, who=who)
    present(ticket, as_json)


def hold(
    reference: Reference,
    why: Annotated[str, typer.Option(help="Why, for the record.")],
    release: Annotated[bool, typer.Option("--release", help="End the hold.")] = False,
    who: As = "officer",
    as_json: Json = False,
) -> None:
    """Put it under legal hold: nothing of it is purged."""
    with opened() as application:
        desk: Desk = application.desk
        ticket: Ticket = desk.tickets.hold(reference, not release, who=who, why=why)
    present(ticket, as_json)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("A date is written as 2026-12-04.") from None


def _other(entry: str) -> tuple[str, date]:
    who, _, day = entry.rpartition("=")
    if not who.strip():
        raise InvalidInput("Others told are written as who=2026-12-04.")
    return who.strip(), _date(day)


register(ticket_commands)
