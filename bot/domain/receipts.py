"""Receipts: what a person is told, and can keep, once their request is a committed row."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.clocks import Clock
from bot.domain.dates import closed_day, spoken
from bot.domain.forms import Form
from bot.domain.letters import KINDS, letter_lines
from bot.domain.policy import Policy
from bot.domain.replies import QuickReply, QuotedClause, Reply
from bot.domain.tickets import Status, Ticket
from bot.domain.translation import ENGLISH, Translate, mark
from bot.domain.workdays import Step

NAMED_SKIPS = 6
# Where the clock's own name would say nothing to the person who waits.
NAMES = {"statute": mark("Access by law")}

# Where a request stands, in words for the person who made it.
STANDING = {
    Status.RECEIVED: mark("waiting for the Privacy Officer"),
    Status.ACKNOWLEDGED: mark("the Privacy Officer has it"),
    Status.IN_PROGRESS: mark("the Privacy Officer is working on it"),
    Status.WAITING: mark("waiting for your answer"),
    Status.ANSWERED: mark("answered"),
    Status.RESOLVED: mark("resolved"),
    Status.WITHDRAWN: mark("withdrawn"),
    Status.DUPLICATE: mark("joined with another request of yours"),
}


def receipt(
    ticket: Ticket,
    form: Form,
    policy: Policy,
    procedure: str,
    tr: Translate = ENGLISH,
    *,
    points: Sequence[tuple[str, str]] = (),
    earlier: Ticket | None = None,
) -> Reply:
    """The confirmation of a filed request: reference, dates, how each was worked out.

    `form` and `procedure` are in the language of `tr`. `procedure` is the complaint procedure,
    told to everyone who inquires or complains (policy 10.2; PIPEDA Schedule 1, 4.10.3). `points`
    is what a withdrawal means, each point with its heading, in place of the form's notice.
    `earlier` is the person's own request that this one was joined with: its dates hold.
    """
    holds = earlier or ticket
    dates = "\n".join(dated_line(clock, tr) for clock in holds.clocks)
    steps = "\n".join(worked_out(clock, tr) for clock in holds.clocks)
    keep = tr("Your reference is {reference}. Please keep it.", reference=ticket.reference)
    told = [f"{form.filed} {keep}"]
    if earlier is not None:
        told.append(
            tr(
                "You told us of this before: it is joined with {reference}, received on {day}, "
                "and the dates of that one hold.",
                reference=earlier.reference,
                day=spoken(earlier.received_local_date, tr.language),
            )
        )
    told += [dates, tr("How the dates were worked out") + f"\n{steps}"]
    if points:
        numbered = (f"{n}. {head}: {text}" for n, (head, text) in enumerate(points, 1))
        told.append("\n".join([tr("What your withdrawal means"), *numbered]))
    elif form.notice:
        told.append(form.notice)
    return Reply(
        lead="\n\n".join(told),
        clauses=(QuotedClause(policy.get(form.clause)),),
        closing=procedure.replace("**", ""),
        quick_replies=(QuickReply(tr("Show my requests"), "/ticket_status"),),
        ticket=ticket.to_json(),
    )


def dated_line(clock: Clock, tr: Translate = ENGLISH) -> str:
    """One promise or aim, as policy 10.5 words it."""
    return tr(
        "The Privacy Officer {promise} {day} ({source}).",
        promise=tr(clock.rule.wording),
        day=spoken(clock.due, tr.language),
        source=tr(clock.source),
    )


def worked_out(clock: Clock, tr: Translate = ENGLISH) -> str:
    """How a due date came about, in one sentence that can be checked against a calendar."""
    received, due = clock.explain[0], clock.explain[-1]
    skipped = _named([step for step in clock.explain[1:] if not step.counts], tr)
    business = clock.rule.unit == "business"
    line = tr(
        "{clock}: received {start} (day 0); day {number} of {number} {unit} is {end}.",
        clock=tr(NAMES.get(clock.name) or clock.name.replace("_", " ").capitalize()),
        start=spoken(received.date, tr.language),
        number=due.day,
        unit=tr("business days") if business else tr("days"),
        end=spoken(due.date, tr.language),
    )
    return f"{line} " + tr("Not counted: {days}.", days=skipped) if skipped else line


def _named(skipped: list[Step], tr: Translate) -> str:
    counted = (
        (
            tr("Saturdays and Sundays"),
            [s for s in skipped if s.why in {"Saturday", "Sunday"}],
        ),
        (
            tr("days of a pause"),
            [s for s in skipped if s.why == "paused"],
        ),
    )
    parts = [f"{len(steps)} {name}" for name, steps in counted if steps]
    named = [s for s in skipped if not any(s in steps for _, steps in counted)]
    days = [f"{spoken(s.date, tr.language)} ({closed_day(s.why, tr)})" for s in named[:NAMED_SKIPS]]
    return ", ".join(parts + days)


def status_lines(tickets: list[Ticket], tr: Translate = ENGLISH) -> str:
    """Where a person's own requests stand, a paragraph each."""
    return "\n\n".join("\n".join(_standing_lines(ticket, tr)) for ticket in tickets)


def _standing_lines(ticket: Ticket, tr: Translate) -> list[str]:
    letters = letter_lines(ticket, tr)
    first = tr(
        "{reference}: {kind} of {day}, {standing}.",
        reference=ticket.reference,
        kind=tr(KINDS[ticket.kind]),
        day=spoken(ticket.received_local_date, tr.language),
        standing=tr(STANDING[ticket.status]),
    )
    # What was met or has ended is promised no more.
    left = [clock for clock in ticket.clocks if clock.met_at is None and clock.ended_at is None]
    return [first, *(dated_line(clock, tr) for clock in left), *([letters] if letters else [])]
