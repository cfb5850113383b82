"""Receipts: what a person is told, and can keep, once their request is a committed row."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.clocks import Clock
from bot.domain.dates import spoken
from bot.domain.forms import Form
from bot.domain.letters import letter_lines
from bot.domain.policy import Policy
from bot.domain.replies import QuickReply, QuotedClause, Reply
from bot.domain.tickets import Status, Ticket
from bot.domain.workdays import Step

NAMED_SKIPS = 6

KEEP = {
    "en": "Your reference is {reference}. Please keep it.",
    "fr": "Votre référence est {reference}. Conservez-la.",
}
WORKED_OUT = {
    "en": "How the dates were worked out",
    "fr": "Comment les dates ont été calculées",
}
SHOW = {"en": "Show my requests", "fr": "Voir mes demandes"}
CLOCKS_IN_FRENCH = {
    "respond": "Réponse",
    "resolve": "Règlement",
    "statute": "Réponse à la demande d’accès",
    "marketing_messages": "Messages de marketing",
    "sales_calls": "Appels de vente",
}
MEANS = {"en": "What your withdrawal means", "fr": "Ce que signifie votre retrait"}
JOINED = {
    "en": "You told us of this before: it is joined with {reference}, received on {day}, and the "
    "dates of that one hold.",
    "fr": "Vous nous en aviez déjà parlé : c’est joint à {reference}, reçue le {day}, dont les "
    "dates restent valables.",
}

# Where a request stands, in words for the person who made it.
STANDING = {
    Status.RECEIVED: "waiting for the Privacy Officer",
    Status.ACKNOWLEDGED: "the Privacy Officer has it",
    Status.IN_PROGRESS: "the Privacy Officer is working on it",
    Status.WAITING: "waiting for your answer",
    Status.ANSWERED: "answered",
    Status.RESOLVED: "resolved",
    Status.WITHDRAWN: "withdrawn",
    Status.DUPLICATE: "joined with another request of yours",
}


def receipt(
    ticket: Ticket,
    form: Form,
    policy: Policy,
    procedure: str,
    language: str = "en",
    *,
    points: Sequence[tuple[str, str]] = (),
    earlier: Ticket | None = None,
) -> Reply:
    """The confirmation of a filed request: reference, dates, how each was worked out.

    `procedure` is the complaint procedure, told to everyone who inquires or complains (policy
    10.2; PIPEDA Schedule 1, 4.10.3). `points` is what a withdrawal means, each point with its
    heading, in place of the form's notice. `earlier` is the person's own request that this one
    was joined with: its dates hold.
    """
    holds = earlier or ticket
    dates = "\n".join(dated_line(clock, language) for clock in holds.clocks)
    steps = "\n".join(worked_out(clock, language) for clock in holds.clocks)
    told = [f"{form.filed} {KEEP[language].format(reference=ticket.reference)}"]
    if earlier is not None:
        day = spoken(earlier.received_local_date, language)
        told.append(JOINED[language].format(reference=earlier.reference, day=day))
    told += [dates, f"{WORKED_OUT[language]}\n{steps}"]
    if points:
        numbered = (f"{n}. {head}: {text}" for n, (head, text) in enumerate(points, 1))
        told.append("\n".join([MEANS[language], *numbered]))
    elif form.notice:
        told.append(form.notice)
    return Reply(
        lead="\n\n".join(told),
        clauses=(QuotedClause(policy.get(form.clause)),),
        closing=procedure.replace("**", ""),
        quick_replies=(QuickReply(SHOW[language], "/ticket_status"),),
        ticket=ticket.to_json(),
    )


def dated_line(clock: Clock, language: str = "en") -> str:
    """One promise or aim, as policy 10.5 words it."""
    if language == "fr":
        verb = "Réponse promise au plus tard le" if clock.promise else "Règlement visé d’ici le"
        return f"{verb} {spoken(clock.due, language)} ({clock.source})."
    return f"The Privacy Officer {clock.rule.wording} {spoken(clock.due)} ({clock.source})."


def worked_out(clock: Clock, language: str = "en") -> str:
    """How a due date came about, in one sentence that can be checked against a calendar."""
    received, due = clock.explain[0], clock.explain[-1]
    skipped = _named([step for step in clock.explain[1:] if not step.counts], language)
    start, end = spoken(received.date, language), spoken(due.date, language)
    business = clock.rule.unit == "business"
    if language == "fr":
        name = CLOCKS_IN_FRENCH.get(clock.name, clock.name)
        unit = "jours ouvrables" if business else "jours"
        line = f"{name} : reçue le {start} (jour 0); le jour {due.day} sur {due.day} {unit} est"
        return f"{line} le {end}." + (f" Non comptés : {skipped}." if skipped else "")
    name = clock.name.replace("_", " ").capitalize()
    unit = "business days" if business else "days"
    line = f"{name}: received {start} (day 0); day {due.day} of {due.day} {unit} is {end}."
    return line + (f" Not counted: {skipped}." if skipped else "")


def _named(skipped: list[Step], language: str) -> str:
    french = language == "fr"
    counted = (
        (
            "samedis et dimanches" if french else "Saturdays and Sundays",
            [s for s in skipped if s.why in {"Saturday", "Sunday"}],
        ),
        (
            "jours de suspension" if french else "days of a pause",
            [s for s in skipped if s.why == "paused"],
        ),
    )
    parts = [f"{len(steps)} {name}" for name, steps in counted if steps]
    named = [s for s in skipped if not any(s in steps for _, steps in counted)]
    days = [f"{spoken(s.date, language)} ({s.why})" for s in named[:NAMED_SKIPS]]
    return ", ".join(parts + days)


def status_lines(tickets: list[Ticket]) -> str:
    """Where a person's own requests stand, a paragraph each."""
    return "\n\n".join(
        f"{ticket.reference}: {ticket.kind!s} of {spoken(ticket.received_local_date)}, "
        f"{STANDING[ticket.status]}.\n" + "\n".join(_standing_lines(ticket))
        for ticket in tickets
    )


def _standing_lines(ticket: Ticket) -> list[str]:
    letters = letter_lines(ticket)
    return [*(dated_line(clock) for clock in ticket.clocks), *([letters] if letters else [])]
