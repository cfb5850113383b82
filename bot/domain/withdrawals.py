"""What the answer to a withdrawal of consent must state.

Eight points, after PIPEDA Schedule 1, 4.3.8 and the Privacy Commissioner's guidance on consent.
"""

from __future__ import annotations

from bot.domain.clocks import Clock
from bot.domain.company import Company
from bot.domain.dates import spoken
from bot.domain.forms import Choice, Form
from bot.domain.tickets import Ticket
from bot.domain.translation import Translate

EVERYTHING = "everything"


def withdrawn_uses(ticket: Ticket) -> tuple[str, ...]:
    """The uses that the ticket withdraws, as data/forms/withdrawal.yml names them."""
    uses = ticket.fields.get("uses") or {}
    return tuple(use for use in str(uses.get("value", "")).split(",") if use)


def eight_points(
    ticket: Ticket, form: Form | None, company: Company, tr: Translate
) -> tuple[tuple[str, str], ...]:
    """Each point with its heading: what is withdrawn, what stops when, and what does not.

    `form` gives the titles and consequences of the uses in the language of the answer; `tr`
    translates the sentences written here.
    """
    chosen = _choices(ticket, form)
    officer, regulator = company.privacy_officer, company.regulator
    received = spoken(ticket.received_local_date, tr.language)
    titles = "; ".join(choice.title for choice in chosen) or tr("what you wrote to us")
    return (
        (tr("What you withdraw"), tr("Your consent to: {uses}.", uses=titles)),
        (tr("What stops, and from when"), _stops(ticket, tr)),
        (tr("What it means for your service"), _implications(chosen, tr)),
        (
            tr("What cannot stop"),
            tr(
                "Calls to 9-1-1 and other emergencies, orders of courts and authorities that the "
                "law obliges us to follow (PIPEDA s. 7(3)(c), (e), (i)), and records that the law "
                "or an open matter makes us keep. Billing, routing your calls and passing them to "
                "other carriers are needed to give you the service; they end only with it "
                "(Schedule 1, 4.3.8)."
            ),
        ),
        (
            tr("Notice"),
            tr(
                "Your notice was received on {day}. It takes effect by the dates above, at the "
                "latest.",
                day=received,
            ),
        ),
        (
            tr("What is past"),
            tr(
                "What was lawfully done before is not undone. We keep what we still need for the "
                "purposes you did not withdraw from, or what the law requires, and this request "
                "itself, so that we can show that we followed it."
            ),
        ),
        (
            tr("If you change your mind"),
            tr(
                "You can confirm, narrow or take back this withdrawal at any time: answer in the "
                "conversation, or write to our {title} ({email}). Nobody will press you.",
                title=tr(officer.title), email=officer.email,
            ),
        ),
        (
            tr("Where to complain"),
            tr(
                "To our {title} ({email}, {phone}), or to the {regulator}, {address}, "
                "{regulator_phone}, {web}.",
                title=tr(officer.title), email=officer.email, phone=officer.phone,
                regulator=tr(regulator.name), address=regulator.address,
                regulator_phone=regulator.phone, web=regulator.web,
            ),
        ),
    )  # fmt: skip


def _choices(ticket: Ticket, form: Form | None) -> list[Choice]:
    uses = withdrawn_uses(ticket)
    entries = form.fields if form else ()
    return [choice for entry in entries for choice in entry.choices if choice.value in uses]


def _stops(ticket: Ticket, tr: Translate) -> str:
    own = [clock for clock in ticket.clocks if clock.rule.uses]
    lines = [_stop(clock, tr) for clock in own]
    named = {use for clock in own for use in clock.rule.uses}
    if not own or set(withdrawn_uses(ticket)) - named or EVERYTHING in withdrawn_uses(ticket):
        respond = ticket.clocks[0]
        lines.append(
            tr(
                "The rest as soon as the Privacy Officer has acted on it: you are told by {day} "
                "({source}).",
                day=spoken(respond.due, tr.language), source=tr(respond.source),
            )
        )  # fmt: skip
    return "\n".join(lines)


def _stop(clock: Clock, tr: Translate) -> str:
    day, source = spoken(clock.due, tr.language), tr(clock.source)
    if clock.name == "marketing_messages":
        return tr("Marketing messages: by {day} ({source}).", day=day, source=source)
    if clock.name == "sales_calls":
        return tr("Sales calls: by {day} ({source}).", day=day, source=source)
    return f"{clock.name.replace('_', ' ')}: {day} ({source})."


def _implications(chosen: list[Choice], tr: Translate) -> str:
    told = [f"{c.title[:1].upper()}{c.title[1:]}: {c.consequence}" for c in chosen if c.consequence]
    return "\n".join(told) or tr("The Privacy Officer tells you before anything changes.")
