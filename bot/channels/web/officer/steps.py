"""What each form on a ticket's page asks of the desk: one function a step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from starlette.datastructures import FormData

from bot.channels.web.officer.gate import text_of
from bot.desk import Desk
from bot.domain.assessments import Assessment
from bot.domain.errors import InvalidInput
from bot.domain.redaction import redact
from bot.domain.reply_templates import (
    ACKNOWLEDGEMENT,
    EXTENSION,
    TEMPLATES,
    ReplyTemplate,
    compose,
    missing,
)
from bot.domain.tickets import Kind, Step

LARGEST_VERSION = 10**9


@dataclass(frozen=True, slots=True)
class Asked:
    """One form that was sent: by whom, about which ticket, as of which version."""

    desk: Desk
    reference: str
    form: FormData
    who: str

    def text(self, name: str) -> str:
        """A field, with numbers of cards and the like masked as everywhere."""
        return redact(text_of(self.form, name)).text.strip()

    def day(self, name: str) -> date | None:
        given = text_of(self.form, name).strip()
        try:
            return date.fromisoformat(given) if given else None
        except ValueError:
            raise InvalidInput("A date is written as 2026-12-04.") from None

    @property
    def seen(self) -> int | None:
        """The version that the page showed."""
        given = text_of(self.form, "seen")
        return min(int(given), LARGEST_VERSION) if given.isdecimal() and len(given) < 12 else None


Work = Callable[[Asked], object]


def _take(step: Step) -> Work:
    def work(asked: Asked) -> object:
        return asked.desk.tickets.take(
            asked.reference, step, who=asked.who, why=asked.text("why"), seen=asked.seen
        )

    return work


def template_of(asked: Asked) -> ReplyTemplate:
    """The letter that the form is for. Raises InvalidInput."""
    template = TEMPLATES.get(text_of(asked.form, "template"))
    if template is None:
        raise InvalidInput("There is no such letter.")
    return template


def parts_of(asked: Asked, template: ReplyTemplate) -> Mapping[str, str]:
    return {part.name: asked.text(part.name) for part in template.parts}


def letter_of(asked: Asked) -> str:
    """The letter as it would go out. Raises InvalidInput naming what is missing."""
    template, seen = template_of(asked), asked.desk.dossier(asked.reference)
    policy = asked.desk.intake.library.policy
    return compose(template, parts_of(asked, template), seen.ticket, policy, seen.today, seen.tr)


def reply(asked: Asked) -> object:
    """Send a letter, once all that it needs is in it."""
    template = template_of(asked)
    if template.name == EXTENSION:
        return extend(asked)
    letter, tickets = letter_of(asked), asked.desk.tickets
    send = tickets.acknowledge if template.name == ACKNOWLEDGEMENT else tickets.reply
    return send(asked.reference, letter, who=asked.who, seen=asked.seen)


def extend(asked: Asked) -> object:
    template = TEMPLATES[EXTENSION]
    lacking = missing(template, parts_of(asked, template))
    if lacking:
        raise InvalidInput(f"The notice is not complete. Missing: {', '.join(lacking)}.")
    return asked.desk.clocks.extend(
        asked.reference, asked.text("reason"), who=asked.who, until=asked.day("until"),
        why=asked.text("why"), seen=asked.seen,
    )  # fmt: skip


def ask(asked: Asked) -> object:
    return asked.desk.tickets.ask(
        asked.reference, asked.text("words"), who=asked.who, seen=asked.seen
    )


def note(asked: Asked) -> object:
    return asked.desk.tickets.note(asked.reference, asked.text("words"), who=asked.who)


def assign(asked: Asked) -> object:
    return asked.desk.tickets.assign(
        asked.reference, text_of(asked.form, "owner"), who=asked.who, seen=asked.seen
    )


def snooze(asked: Asked) -> object:
    """Until the opening hour of that day."""
    day, library = asked.day("until"), asked.desk.intake.library
    if day is None:
        raise InvalidInput("Until when? Choose a date.")
    opens = library.company.office_hours.opens
    until = datetime.combine(day, opens, tzinfo=library.zone)
    return asked.desk.tickets.snooze(asked.reference, until, who=asked.who, why=asked.text("why"))


def pause(asked: Asked) -> object:
    return asked.desk.clocks.pause(
        asked.reference, text_of(asked.form, "reason"), who=asked.who, why=asked.text("why"),
        seen=asked.seen,
    )  # fmt: skip


def resume(asked: Asked) -> object:
    return asked.desk.clocks.resume(
        asked.reference, who=asked.who, why=asked.text("why"), seen=asked.seen
    )


def resolve(asked: Asked) -> object:
    """A complaint needs its finding; another request may be closed without one."""
    finding = text_of(asked.form, "finding")
    ticket = asked.desk.tickets.show(asked.reference)
    if ticket.kind is Kind.COMPLAINT and finding not in {"justified", "unjustified"}:
        raise InvalidInput("Say whether the complaint was found justified (policy 10.4).")
    return asked.desk.tickets.resolve(
        asked.reference, who=asked.who, why=asked.text("why"), seen=asked.seen,
        measures=asked.text("measures"),
        justified={"justified": True, "unjustified": False}.get(finding),
    )  # fmt: skip


def reclassify(asked: Asked) -> object:
    try:
        kind = Kind(text_of(asked.form, "kind"))
    except ValueError:
        raise InvalidInput("There is no such kind of request.") from None
    return asked.desk.tickets.reclassify(
        asked.reference, kind, who=asked.who, uses=[str(u) for u in asked.form.getlist("uses")],
        why=asked.text("why"), seen=asked.seen,
    )  # fmt: skip


def identity(asked: Asked) -> object:
    return asked.desk.tickets.identify(
        asked.reference, asked.text("method"), asked.text("result"), who=asked.who,
        seen=asked.seen,
    )  # fmt: skip


def link(asked: Asked) -> object:
    return asked.desk.tickets.link(
        asked.reference, text_of(asked.form, "other"), who=asked.who, why=asked.text("why")
    )


def disagree(asked: Asked) -> object:
    return asked.desk.tickets.disagree(asked.reference, asked.text("words"), who=asked.who)


def hold(asked: Asked) -> object:
    on = text_of(asked.form, "on") == "yes"
    return asked.desk.tickets.hold(asked.reference, on, who=asked.who, why=asked.text("why"))


def assess(asked: Asked) -> object:
    """The factors of PIPEDA s.10.1(8), and whether there is a real risk of significant harm."""
    determined, risk = asked.day("determined_on"), text_of(asked.form, "real_risk")
    if determined is None or risk not in {"yes", "no"}:
        raise InvalidInput("Say on which day it was determined, and whether there is a real risk.")
    told_on, told = asked.day("others_told_on"), asked.text("others_told")
    if bool(told_on) != bool(told):
        raise InvalidInput("Of others who were told, say who and on which day.")
    assessment = Assessment(
        determined_on=determined,
        sensitivity=asked.text("sensitivity"),
        misuse=asked.text("misuse"),
        real_risk=risk == "yes",
        why=asked.text("why"),
        reported_on=asked.day("reported_on"),
        people_told_on=asked.day("people_told_on"),
        others_told={told: told_on} if told_on else None,
    )
    return asked.desk.tickets.assess(asked.reference, assessment, who=asked.who)


STEPS: Mapping[str, Work] = {
    "acknowledge": _take(Step.ACKNOWLEDGE),
    "work": _take(Step.WORK),
    "hear": _take(Step.HEAR),
    "withdraw": _take(Step.WITHDRAW),
    "reopen": _take(Step.REOPEN),
    "reply": reply,
    "ask": ask,
    "note": note,
    "assign": assign,
    "snooze": snooze,
    "extend": extend,
    "pause": pause,
    "resume": resume,
    "resolve": resolve,
    "reclassify": reclassify,
    "identity": identity,
    "link": link,
    "disagree": disagree,
    "hold": hold,
    "assess": assess,
}

DONE: Mapping[str, str] = {
    "acknowledge": "Acknowledged.",
    "work": "It is marked as being worked on.",
    "hear": "Recorded: the requester has answered.",
    "withdraw": "Recorded: the requester takes it back.",
    "reopen": "Reopened.",
    "reply": "Your letter is on its way, and stands with the request.",
    "ask": "Your question is on its way.",
    "note": "The note is kept. Nobody outside sees it.",
    "assign": "Assigned.",
    "snooze": "Its reminders wait.",
    "extend": "Extended. The notice is on its way.",
    "pause": "Our aim to resolve stands still. The promised date stays.",
    "resume": "It runs on.",
    "resolve": "Resolved. Its clocks are met.",
    "reclassify": "Changed. No clock restarted.",
    "identity": "The check is recorded.",
    "link": "Joined. The earlier receipt counts.",
    "disagree": "The disagreement is recorded.",
    "hold": "Recorded.",
    "assess": "The assessment is in the register.",
    "file": "The file is kept.",
}
