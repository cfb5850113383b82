"""Letters to a requester out of parts: what the law wants in each, and none without it.

What lives here: the parts and how a letter is put together. What does not: sending it. Where
someone turns who is not satisfied is added to every reply when it is sent (`letters.recourse`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.domain.clock_changes import EXTENSION_REASONS
from bot.domain.dates import spoken
from bot.domain.errors import InvalidInput
from bot.domain.letters import KINDS
from bot.domain.policy import Policy
from bot.domain.receipts import dated_line
from bot.domain.tickets import Kind, Ticket
from bot.domain.translation import ENGLISH, Translate, mark

ACKNOWLEDGEMENT, EXTENSION, REFUSAL = "acknowledgement", "extension", "refusal"
COVER, OUTCOME, PLAIN = "access_cover", "complaint_outcome", "reply"

GROUNDS: Mapping[str, str] = {
    "third_party": mark(
        "it would likely reveal personal information about someone else, and cannot be severed "
        "(PIPEDA s.9(1))"
    ),
    "privilege": mark(
        "it is protected by solicitor-client or litigation privilege (PIPEDA s.9(3)(a))"
    ),
    "commercial": mark(
        "it would reveal confidential commercial information, and cannot be severed "
        "(PIPEDA s.9(3)(b))"
    ),
    "threat": mark(
        "it could reasonably be expected to threaten the life or security of another individual, "
        "and cannot be severed (PIPEDA s.9(3)(c))"
    ),
    "investigation": mark(
        "it was collected for an investigation of a breach of an agreement or of the law "
        "(PIPEDA s.9(3)(c.1))"
    ),
    "dispute": mark("it was generated in a formal dispute resolution process (PIPEDA s.9(3)(d))"),
    "not_held": mark("we do not hold it"),
    "accurate": mark("we find the record accurate and complete (PIPEDA Schedule 1, 4.9.5)"),
}
FINDINGS: Mapping[str, str] = {
    "justified": mark("We find your complaint justified."),
    "unjustified": mark("We do not find your complaint justified."),
}
SIX_MONTHS = mark(
    "You may complain to the Commissioner about this refusal within six months (PIPEDA s.11(3))."
)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a letter; with `choices` one of them is chosen, else it is written."""

    name: str
    label: str
    required: bool = True
    hint: str = ""
    choices: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class ReplyTemplate:
    """A letter of one sort. No `kinds`: for every kind of ticket."""

    name: str
    title: str
    parts: tuple[Part, ...]
    source: str
    kinds: frozenset[Kind] = frozenset()

    def fits(self, kind: Kind) -> bool:
        return not self.kinds or kind in self.kinds


TEMPLATES: Mapping[str, ReplyTemplate] = {
    template.name: template
    for template in (
        ReplyTemplate(
            PLAIN,
            "Reply in your own words",
            (Part("words", "Your reply", hint="Where to turn is added when it is sent."),),
            "policy 10.5",
        ),
        ReplyTemplate(
            ACKNOWLEDGEMENT,
            "Acknowledgement",
            (Part("next", "What happens next", False, "For example whom you will ask."),),
            "PIPEDA Schedule 1, 4.10; policy 10.2, 10.5",
        ),
        ReplyTemplate(
            EXTENSION,
            "Extension notice",
            (
                Part("reason", "Ground in law", choices=EXTENSION_REASONS),
                Part("until", "New limit (a date)", False, "Empty: as far as the law allows."),
                Part("why", "Why, for the record"),
            ),
            "PIPEDA s.8(4)",
            frozenset({Kind.ACCESS}),
        ),
        ReplyTemplate(
            REFUSAL,
            "Refusal, with reasons and recourse",
            (
                Part("what", "What is refused"),
                Part("ground", "Ground in law", choices=GROUNDS),
                Part("reasons", "Reasons, in plain words"),
                Part("given", "What is given all the same", False, "Severed copies, a summary ..."),
            ),
            "PIPEDA s.8(7), 9",
            frozenset({Kind.ACCESS, Kind.CORRECTION}),
        ),
        ReplyTemplate(
            COVER,
            "Access cover letter",
            (
                Part("enclosed", "What is enclosed"),
                Part("use", "What it is used for"),
                Part("recipients", "To whom it was, or may have been, given"),
                Part("source", "Where it came from", False),
                Part("codes", "Codes and abbreviations, explained", False),
                Part("cost", "Cost", False, "Empty: no cost."),
            ),
            "PIPEDA Schedule 1, 4.9.1 to 4.9.4; policy 9.1, 9.2",
            frozenset({Kind.ACCESS}),
        ),
        ReplyTemplate(
            OUTCOME,
            "Outcome of a complaint",
            (
                Part("finding", "Finding", choices=FINDINGS),
                Part("looked_at", "What was looked into"),
                Part("reasons", "Reasons"),
                Part("measures", "Measures", False, "Required when the complaint is justified."),
            ),
            "PIPEDA Schedule 1, 4.10.4; policy 10.4",
            frozenset({Kind.COMPLAINT}),
        ),
    )
}


def templates_for(kind: Kind) -> tuple[ReplyTemplate, ...]:
    """The letters that a ticket of this kind may need."""
    return tuple(template for template in TEMPLATES.values() if template.fits(kind))


def missing(template: ReplyTemplate, parts: Mapping[str, str]) -> tuple[str, ...]:
    """The labels of required parts that are empty, or chosen from outside their choices."""
    found = [
        part.label
        for part in template.parts
        if (part.required and not parts.get(part.name, "").strip())
        or (
            part.choices is not None
            and parts.get(part.name, "").strip()
            and parts[part.name] not in part.choices
        )
    ]
    if template.name == OUTCOME and parts.get("finding") == "justified":
        found += [] if parts.get("measures", "").strip() else ["Measures"]
    return tuple(found)


def compose(
    template: ReplyTemplate,
    parts: Mapping[str, str],
    ticket: Ticket,
    policy: Policy,
    today: date,
    tr: Translate = ENGLISH,
) -> str:
    """Put a letter together, with the ticket's dates and the policy's clauses in it.

    What the officer wrote stays as it is; the sentences around it are in the language of `tr`.
    Raises InvalidInput, naming what is missing, and for a letter that does not fit the kind of
    ticket. The extension notice is not composed here: extending makes it (`extension_notice`).
    """
    if not template.fits(ticket.kind) or template.name == EXTENSION:
        raise InvalidInput("This letter does not fit this request.")
    lacking = missing(template, parts)
    if lacking:
        raise InvalidInput(f"The letter is not complete. Missing: {', '.join(lacking)}.")
    told = {name: value.strip() for name, value in parts.items() if value.strip()}
    if template.name == PLAIN:
        return told["words"]
    paragraphs = [_opening(ticket, today, tr), *_BODIES[template.name](ticket, told, policy, tr)]
    return "\n\n".join(paragraphs)


def _opening(ticket: Ticket, today: date, tr: Translate) -> str:
    about = tr(
        "Your {kind} {reference}, received on {day}",
        kind=tr(KINDS[ticket.kind]),
        reference=ticket.reference,
        day=spoken(ticket.received_local_date, tr.language),
    )
    return f"{spoken(today, tr.language)}\n\n{about}"


def _quoted(policy: Policy, id: str, tr: Translate) -> str:
    clause = policy.get(id)
    return tr(
        "Clause {id} of our policy ({title}): “{text}”",
        id=clause.id, title=clause.title, text=clause.text,
    )  # fmt: skip


def _acknowledged(
    ticket: Ticket, told: Mapping[str, str], _policy: Policy, tr: Translate
) -> list[str]:
    dates = "\n".join(dated_line(clock, tr) for clock in ticket.clocks if clock.met_at is None)
    following = [tr("What happens next: {next}", next=told["next"])] if "next" in told else []
    return [tr("We have your request and are looking into it."), dates, *following]


def _refused(ticket: Ticket, told: Mapping[str, str], policy: Policy, tr: Translate) -> list[str]:
    given = (
        [tr("What we give you all the same: {given}", given=told["given"])]
        if "given" in told
        else []
    )
    ground = GROUNDS[told["ground"]]
    limit = [tr(SIX_MONTHS)] if ticket.kind is Kind.ACCESS else [_quoted(policy, "9.3", tr)]
    return [
        tr("We cannot do what you asked as to: {what}", what=told["what"]),
        tr("Ground: {ground}.", ground=tr(ground)),
        tr("Reasons: {reasons}", reasons=told["reasons"]),
        *given,
        *limit,
    ]


def _covered(_ticket: Ticket, told: Mapping[str, str], policy: Policy, tr: Translate) -> list[str]:
    optional = {"source": tr("Where it came from"), "codes": tr("Codes and abbreviations")}
    wrong = tr("If something in it is wrong, tell us and we will look into it.")
    return [
        tr("Enclosed is what we hold about you: {enclosed}", enclosed=told["enclosed"]),
        tr("What it is used for: {use}", use=told["use"]),
        tr("To whom it was, or may have been, given: {recipients}", recipients=told["recipients"]),
        *(
            tr("{label}: {words}", label=label, words=told[name])
            for name, label in optional.items()
            if name in told
        ),
        tr("Cost: {cost}.", cost=told.get("cost", tr("none"))),
        f"{wrong} {_quoted(policy, '9.3', tr)}",
    ]


def _decided(_ticket: Ticket, told: Mapping[str, str], policy: Policy, tr: Translate) -> list[str]:
    finding = FINDINGS[told["finding"]]
    measures = (
        [tr("What we do about it: {measures}", measures=told["measures"])]
        if "measures" in told
        else []
    )
    return [
        tr("What we looked into: {looked_at}", looked_at=told["looked_at"]),
        tr(finding),
        tr("Reasons: {reasons}", reasons=told["reasons"]),
        *measures,
        _quoted(policy, "10.4", tr),
    ]


_BODIES = {
    ACKNOWLEDGEMENT: _acknowledged,
    REFUSAL: _refused,
    COVER: _covered,
    OUTCOME: _decided,
}
