"""Answers: which clause is quoted, which sentence leads in, and what the next step is.

Quoted, never paraphrased. When the policy does not say, the reply says so and offers the
Privacy Officer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.company import Company
from bot.domain.people import Role
from bot.domain.phrases import phrases
from bot.domain.policy import Policy
from bot.domain.replies import QuickReply, QuotedClause, Reading, Reply
from bot.domain.settling import quotable
from bot.domain.tickets import Kind
from bot.domain.topics import FORM_BUTTONS, OUT_OF_SCOPE, SMALL_TALK, TOPICS
from bot.domain.translation import ENGLISH, Translate, mark
from bot.domain.upset import is_upset

WITHOUT_WORDS = mark(
    "I received a message without words. Please write your question in a sentence."
)
# From here on the policy answers the question; nearly so, it is quoted as what there is to quote.
TOLD = 0.5
NEARLY = 0.45
ERASE = re.compile(
    r"\b(?:delet|eras|remov|destroy|forget|forgotten|wipe|get rid|effac|supprim|détrui|oubli)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Voice:
    """What an answer is made from: the policy, the contacts, who is asking, in which language."""

    policy: Policy
    company: Company
    role: Role
    tr: Translate = ENGLISH


def answer(reading: Reading, voice: Voice) -> Reply:
    """Answer one reading that needs no form, no ticket and no question back."""
    if reading.intent in TOPICS and quotable(reading):
        return about(reading, _from_policy(reading, voice))
    if reading.intent in SMALL_TALK or reading.intent in FORM_BUTTONS:
        return about(reading, _small_talk(reading.intent, voice))
    return about(reading, _not_for_this_desk(reading, voice))


def about(reading: Reading, reply: Reply) -> Reply:
    """Let a reply carry how its message was read."""
    return replace(
        reply,
        intent=reading.intent,
        confidence=round(reading.confidence, 4),
        answerable=round(reading.answerable, 4),
    )


def not_understood(reading: Reading, tr: Translate) -> Reply:
    """Say honestly that it is not clear what is asked, and offer what comes nearest."""
    near = [intent for intent, _ in reading.ranking if intent in TOPICS][:2]
    buttons = _topic_buttons(near, tr.language)
    kinds = [Kind.INQUIRY] if "complaint" in near else [Kind.COMPLAINT, Kind.INQUIRY]
    lead = tr(
        "I am not sure that I understand what you need. Could you put it in other words, or choose "
        "what fits?"
    )
    offered = [request_button(kind, tr.language) for kind in kinds]
    # Somebody who is upset is offered to complain before anything that was guessed.
    ordered = [*offered, *buttons] if is_upset(reading.text) else [*buttons, *offered]
    return about(reading, Reply(_sorry(reading, tr) + lead, quick_replies=tuple(ordered)))


def ask_back(pair: tuple[str, str], reading: Reading) -> Reply:
    """One short question with two buttons."""
    words = phrases(reading.language)
    asked = Reply(words.which_is_it, quick_replies=tuple(_topic_buttons(pair, reading.language)))
    return about(reading, asked)


def offering(reading: Reading, reply: Reply) -> Reply:
    """Let an answer ask plainly whether to open the request that its first button opens.

    Not where the policy answers the question and the button is there only for more: whoever is
    answered is not asked for anything.
    """
    kind = _opened_by(reply)
    if kind is None:
        return reply
    if reading.intent in {OUT_OF_SCOPE, "talk_to_human"}:
        # The lead offers it already.
        return replace(reply, offers=str(kind))
    told = reading.answerable >= TOLD or reading.intent == "accountability_contact"
    if reading.intent not in TOPICS or (kind is Kind.INQUIRY and told):
        return reply
    if reading.intent == "retention" and not ERASE.search(reading.text):
        # "How long do you keep it?" wishes for nothing to stop.
        return reply
    asked = phrases(reading.language).offers[kind]
    closing = "\n\n".join(part for part in (reply.closing, asked) if part)
    return replace(reply, closing=closing, offers=str(kind))


def quoted_alone(reply: Reply) -> Reply:
    """The clause without next steps, as it stands before the first question of its request."""
    return replace(reply, closing="", quick_replies=(), offers=None)


def request_button(kind: Kind, language: str = "en") -> QuickReply:
    """The button that opens a request of this kind."""
    return QuickReply(phrases(language).requests[kind], f"/request_{kind}")


def _opened_by(reply: Reply) -> Kind | None:
    payload = reply.quick_replies[0].payload if reply.quick_replies else ""
    return next((kind for kind in Kind if payload == f"/request_{kind}"), None)


def _topic_buttons(intents: Sequence[str], language: str) -> list[QuickReply]:
    words = phrases(language)
    return [QuickReply(words.topics[intent], f"/{intent}") for intent in intents]


def _from_policy(reading: Reading, voice: Voice) -> Reply:
    topic = TOPICS[reading.intent]
    id, span = reading.clauses[0]
    quoted = QuotedClause(voice.policy.get(id), span)
    asks_who = reading.intent == "accountability_contact"
    contact = voice.company.officer_contact if asks_who else ""
    return Reply(_lead(reading, voice.tr), (quoted,), contact, _next_steps(topic.request, reading))


def _lead(reading: Reading, tr: Translate) -> str:
    """The sentence before the clause: whether the policy answers, nearly so, or does not."""
    about = tr(TOPICS[reading.intent].about)
    if reading.answerable >= TOLD:
        return tr("This is what our privacy policy says about {about}:", about=about)
    if reading.intent == "accountability_contact":
        return tr("The policy names the role; how to reach the Privacy Officer stands below it:")
    if reading.answerable >= NEARLY:
        return tr(
            "This is what our privacy policy says about {about}. It gives no more detail than "
            "this; the Privacy Officer can tell you more:",
            about=about,
        )
    return tr(
        "Our privacy policy does not give that detail. The clause that comes nearest speaks of "
        "{about}; the Privacy Officer can tell you more:",
        about=about,
    )


def _next_steps(kind: Kind, reading: Reading) -> tuple[QuickReply, ...]:
    language = reading.language
    inquiry = request_button(Kind.INQUIRY, language)
    if kind is Kind.INQUIRY:
        return (inquiry, request_button(Kind.COMPLAINT, language))
    steps = [request_button(kind, language), inquiry]
    if reading.intent == "retention" and ERASE.search(reading.text):
        # Uses end by a withdrawal; what is no longer needed is deleted by a correction (4.9.5).
        steps.insert(1, request_button(Kind.CORRECTION, language))
    return tuple(steps)


def _small_talk(intent: str, voice: Voice) -> Reply:
    tr, name = voice.tr, voice.company.name
    officer = (request_button(Kind.INQUIRY, tr.language),)
    match intent:
        case "greet":
            return Reply(
                tr(
                    "Hello. I answer questions about privacy at {company}, in the words of its "
                    "policy, and I can open a request for you. What would you like to know?",
                    company=name,
                )
            )
        case "goodbye":
            return Reply(tr("Goodbye. You can come back at any time."))
        case "thanks":
            return Reply(tr("You are welcome. Is there anything else?"))
        case "bot_challenge":
            told = tr(
                "I am a computer program, not a person. I quote the privacy policy and take down "
                "requests; the Privacy Officer, a person, answers those."
            )
            return Reply(told, quick_replies=officer)
        case "talk_to_human":
            told = tr(
                "The Privacy Officer is the person to talk to. {contact}\nI can also pass your "
                "message on: then it has a reference and a date by which you are answered.",
                contact=voice.company.officer_contact,
            )
            return Reply(told, quick_replies=officer)
    told = tr(
        "There is no question open between us just now. Ask me anything about privacy at "
        "{company}, or choose what you need.",
        company=name,
    )
    kinds = (Kind.COMPLAINT, Kind.ACCESS)
    buttons = tuple(request_button(kind, tr.language) for kind in kinds)
    return Reply(told, quick_replies=(*buttons, *officer))


def _not_for_this_desk(reading: Reading, voice: Voice) -> Reply:
    """Say what the desk is for and where other questions go; quote nothing."""
    upset = is_upset(reading.text)
    lead = voice.tr(
        "Our privacy policy does not cover that: this desk is for questions about personal "
        "information, so I have nothing to quote. {doors} If it is about your personal "
        "information after all, I can pass it to the Privacy Officer.",
        doors=_other_doors(voice),
    )
    # A bare yes takes what the sentence offers, so that stands first.
    kinds = [Kind.INQUIRY, Kind.COMPLAINT] if upset else [Kind.INQUIRY]
    buttons = tuple(request_button(kind, reading.language) for kind in kinds)
    return Reply(_sorry(reading, voice.tr) + lead, quick_replies=buttons)


def _other_doors(voice: Voice) -> str:
    """Where questions go that are not for this desk."""
    doors = voice.company.doors_for(staff=voice.role.is_staff)
    if voice.tr.language != "en":
        # What each is for is the company's English.
        return "; ".join(f"{door.name} : {door.phone}" for door in doors) + "."
    return "; ".join(f"{door.name} ({door.phone}) for {door.purpose}" for door in doors) + "."


def _sorry(reading: Reading, tr: Translate) -> str:
    return tr("I am sorry that you are upset.") + " " if is_upset(reading.text) else ""
