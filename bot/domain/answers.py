"""Answers: which clause is quoted, which sentence leads in, and what the next step is.

Quoted, never paraphrased. When the policy does not say, the reply says so and offers the
Privacy Officer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.company import Company
from bot.domain.people import Role
from bot.domain.phrases import phrases
from bot.domain.policy import Policy
from bot.domain.replies import QuickReply, QuotedClause, Reading, Reply
from bot.domain.tickets import Kind
from bot.domain.topics import FORM_BUTTONS, OUT_OF_SCOPE, SMALL_TALK, TOPICS
from bot.domain.translation import mark

QUOTED_AT_MOST = 5
WITHOUT_WORDS = mark(
    "I received a message without words. Please write your question in a sentence."
)
SURE_ENOUGH = 0.45
TOO_CLOSE = 0.12
# Below this the likeliest intent is a guess: it decides nothing that is said to a person.
GUESSED = 0.35
CHATTED = 0.5
CHAT = frozenset({"greet", "goodbye", "thanks", "bot_challenge"})
UPSET = re.compile(
    r"\b(disgrac\w*|outrag\w*|furious|livid|ashamed|shame on|scandal\w*|disgust\w*|unacceptable"
    r"|fed up|had enough|hate you|liars?|crooks?|idiots?|lawyer|court|sue you|honteu\w*|honte"
    r"|garbage|rubbish|ridiculous|pathetic|incompetent\w*|useless|(?:the )?worst"
    r"|waste of (?:my )?time|never answer\w*|nobody (?:ever )?answers?|hate this|sick of"
    r"|appalling|horrible|awful"
    r"|inacceptable|scandaleu\w*|avocat|tribunal|nuls?|ridicule|pourri|incompétent\w*|écœur\w*"
    r"|jamais (?:de )?répon\w*|ras[- ]le[- ]bol|tanné\w*)\b",
    re.IGNORECASE,
)
# From here on the policy answers the question; nearly so, it is quoted as what there is to quote.
TOLD = 0.5
NEARLY = 0.45
# Whether the policy answers it was not read from the words: quote, without a doubt or a promise.
UNREAD = 0.6
FOLLOW_UP = re.compile(r"^\s*(and|what about|how about|same for|et)\b", re.IGNORECASE)
ERASE = re.compile(
    r"\b(?:delet|eras|remov|destroy|forget|forgotten|wipe|get rid|effac|supprim|détrui|oubli)",
    re.IGNORECASE,
)
EMPLOYEES = re.compile(r"\b(employees?|staff|workers?|colleagues?|our own people)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Voice:
    """What an answer is made from: the policy, the company's contacts, and who is asking."""

    policy: Policy
    company: Company
    role: Role


def quotable(reading: Reading) -> tuple[str, ...]:
    """The clause ids that an answer would rest on, best first; none out of scope."""
    if reading.intent == OUT_OF_SCOPE or reading.intent in SMALL_TALK:
        return ()
    return tuple(id for id, _ in reading.clauses[:QUOTED_AT_MOST])


def prediction(reading: Reading, text: str) -> dict[str, Any]:
    """One line of `ask --file`: the same reading that a conversation rests on."""
    return {
        "text": text,
        "intent": reading.intent,
        "confidence": round(reading.confidence, 4),
        "clauses": list(quotable(reading)),
        "answerable": round(reading.answerable, 4),
    }


def request_button(kind: Kind, language: str = "en") -> QuickReply:
    return QuickReply(phrases(language).requests[kind], f"/request_{kind}")


def follow_up(reading: Reading, topic: Mapping[str, Any]) -> Reading:
    """Let a short "and for employees?" lean on what was just asked."""
    last = topic.get("intent")
    words = len(reading.text.split())
    if last not in TOPICS or words > 7 or not FOLLOW_UP.match(reading.text):
        return reading
    if last == "disclosure_customer" and EMPLOYEES.search(reading.text):
        last = "disclosure_employee"
    elif reading.intent in TOPICS and reading.confidence >= 0.7:
        return reading
    return replace(reading, intent=str(last), clauses=(), answerable=max(reading.answerable, 0.6))


def settle(reading: Reading, policy: Policy, topic: Mapping[str, Any]) -> Reading:
    """Give a reading its clauses where they cannot come from its words.

    A button names the intent alone, a follow-up leans on what was asked before, and the ranker
    reads English: a French message keeps the clauses that its intent speaks of.
    """
    if reading.intent not in TOPICS:
        return reading
    home = TOPICS[reading.intent].home
    if reading.clauses and reading.language != "fr":
        return reading
    # What was shown for another intent says nothing of this one.
    shown = topic.get("clauses", ()) if topic.get("intent") == reading.intent else ()
    ranked = [id for id, _ in reading.clauses] or shown
    chosen = [id for id in ranked if _at_home(id, home)]
    chosen += [id for prefix in home for id in policy.clauses if id == prefix]
    if not chosen:
        chosen = [id for id in policy.clauses if _at_home(id, home)][:1]
    certain = not reading.clauses and not reading.answerable
    return replace(
        reading,
        clauses=tuple((id, None) for id in dict.fromkeys(chosen)),
        answerable=1.0 if certain else max(reading.answerable, UNREAD),
    )


def _at_home(id: str, home: Sequence[str]) -> bool:
    return any(id == prefix or id.startswith(f"{prefix}.") for prefix in home)


def undecided(reading: Reading) -> tuple[str, str] | None:
    """The two intents between which one short question is better than a guess."""
    if reading.confidence >= SURE_ENOUGH or len(reading.ranking) < 2:
        return None
    (first, p), (second, q) = reading.ranking[:2]
    if first not in TOPICS or second not in TOPICS or p - q > TOO_CLOSE:
        return None
    if TOPICS[first].home[0] == TOPICS[second].home[0]:
        return None
    return first, second


def unsure(reading: Reading) -> bool:
    """Tell whether the reading is no more than a guess.

    Small talk is taken for it on a better one: whoever is angry is not told what a machine this
    is, nor that they are welcome.
    """
    return reading.confidence < (CHATTED if reading.intent in CHAT else GUESSED)


def not_understood(reading: Reading) -> Reply:
    """Say honestly that it is not clear what is asked, and offer what comes nearest."""
    french = reading.language == "fr"
    near = [intent for intent, _ in reading.ranking if intent in TOPICS][:2]
    buttons = _topic_buttons(near, reading.language)
    kinds = [Kind.INQUIRY] if "complaint" in near else [Kind.COMPLAINT, Kind.INQUIRY]
    upset = is_upset(reading)
    sorry = _sorry(reading)
    if french:
        lead = (
            f"{sorry}Je ne suis pas certain de comprendre votre demande. Pouvez-vous l’écrire "
            "autrement, ou choisir ce qui convient?"
        )
    else:
        lead = (
            f"{sorry}I am not sure that I understand what you need. Could you put it in other "
            "words, or choose what fits?"
        )
    offered = [request_button(kind, reading.language) for kind in kinds]
    # Somebody who is upset is offered to complain before anything that was guessed.
    ordered = [*offered, *buttons] if upset else [*buttons, *offered]
    return about(reading, Reply(lead, quick_replies=tuple(ordered)))


def is_upset(reading: Reading) -> bool:
    """Tell whether the words are those of somebody who has had enough."""
    return bool(UPSET.search(reading.text.replace("’", "'")))


def _sorry(reading: Reading) -> str:
    if not is_upset(reading):
        return ""
    if reading.language == "fr":
        return "Je suis désolé que vous soyez mécontent. "
    return "I am sorry that you are upset. "


def answer(reading: Reading, voice: Voice) -> Reply:
    """Answer one reading that needs no form, no ticket and no question back."""
    if reading.intent in TOPICS and quotable(reading):
        return about(reading, _from_policy(reading, voice))
    if reading.intent in SMALL_TALK or reading.intent in FORM_BUTTONS:
        return about(reading, _small_talk(reading, voice))
    return about(reading, _not_for_this_desk(reading, voice))


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


def _opened_by(reply: Reply) -> Kind | None:
    payload = reply.quick_replies[0].payload if reply.quick_replies else ""
    return next((kind for kind in Kind if payload == f"/request_{kind}"), None)


def quoted_alone(reply: Reply) -> Reply:
    """The clause without next steps, as it stands before the first question of its request."""
    return replace(reply, closing="", quick_replies=(), offers=None)


def about(reading: Reading, reply: Reply) -> Reply:
    """Let a reply carry how its message was read."""
    return replace(
        reply,
        intent=reading.intent,
        confidence=round(reading.confidence, 4),
        answerable=round(reading.answerable, 4),
    )


def ask_back(pair: tuple[str, str], reading: Reading) -> Reply:
    """One short question with two buttons."""
    words = phrases(reading.language)
    asked = Reply(words.which_is_it, quick_replies=tuple(_topic_buttons(pair, reading.language)))
    return about(reading, asked)


def _topic_buttons(intents: Sequence[str], language: str) -> list[QuickReply]:
    words = phrases(language)
    return [QuickReply(words.topics[intent], f"/{intent}") for intent in intents]


def _from_policy(reading: Reading, voice: Voice) -> Reply:
    topic = TOPICS[reading.intent]
    id, span = reading.clauses[0]
    quoted = QuotedClause(voice.policy.get(id), span)
    specified = reading.answerable >= TOLD
    if reading.language == "fr":
        lead = _french_lead(specified)
    elif reading.intent == "accountability_contact" and not specified:
        lead = "The policy names the role; how to reach the Privacy Officer stands below it:"
    elif specified:
        lead = f"This is what our privacy policy says about {topic.about}:"
    elif reading.answerable >= NEARLY:
        lead = (
            f"This is what our privacy policy says about {topic.about}. It gives no more detail "
            "than this; the Privacy Officer can tell you more:"
        )
    else:
        lead = (
            "Our privacy policy does not give that detail. The clause that comes nearest speaks of "
            f"{topic.about}; the Privacy Officer can tell you more:"
        )
    steps = _next_steps(topic.request, reading)
    return Reply(lead, (quoted,), _contact(reading, voice), steps)


def _french_lead(specified: bool) -> str:
    if specified:
        return "Voici ce que dit notre politique de confidentialité (texte officiel en anglais) :"
    return (
        "Notre politique ne précise pas ce détail. Voici l’article le plus proche "
        "(texte officiel en anglais); la personne responsable de la protection de la vie privée "
        "pourra vous en dire plus :"
    )


def _contact(reading: Reading, voice: Voice) -> str:
    if reading.intent != "accountability_contact":
        return ""
    return officer_contact(voice.company)


def officer_contact(company: Company) -> str:
    """How the Privacy Officer is reached."""
    officer = company.privacy_officer
    return f"{officer.title}: {officer.name}, {officer.address}, {officer.email}, {officer.phone}."


def other_doors(voice: Voice, language: str = "en") -> str:
    """Where questions go that are not for this desk; in French without the company's English."""
    names = ["billing", "technical_support", "customer_service"]
    if voice.role.is_staff:
        names.insert(0, "human_resources")
    doors = (voice.company.doors[name] for name in names)
    if language == "fr":
        return "; ".join(f"{door.name} : {door.phone}" for door in doors) + "."
    return "; ".join(f"{door.name} ({door.phone}) for {door.purpose}" for door in doors) + "."


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


def _small_talk(reading: Reading, voice: Voice) -> Reply:
    french = reading.language == "fr"
    officer = (request_button(Kind.INQUIRY, reading.language),)
    match reading.intent:
        case "greet":
            lead = (
                "Bonjour! Je réponds aux questions sur la protection de la vie privée chez "
                f"{voice.company.name}, en citant sa politique, et je peux ouvrir une demande pour "
                "vous. Que voulez-vous savoir?"
                if french
                else f"Hello. I answer questions about privacy at {voice.company.name}, in the "
                "words of its policy, and I can open a request for you. What would you like to "
                "know?"
            )
            return Reply(lead)
        case "goodbye":
            return Reply(
                "Au revoir! Revenez quand vous voulez."
                if french
                else "Goodbye. You can come back at any time."
            )
        case "thanks":
            return Reply(
                "Avec plaisir. Autre chose?"
                if french
                else "You are welcome. Is there anything else?"
            )
        case "bot_challenge":
            return Reply(
                "Je suis un programme informatique, pas une personne. Je cite la politique de "
                "confidentialité et je prends les demandes en note; la personne responsable de la "
                "protection de la vie privée y répond elle-même."
                if french
                else "I am a computer program, not a person. I quote the privacy policy and take "
                "down requests; the Privacy Officer, a person, answers those.",
                quick_replies=officer,
            )
        case "talk_to_human":
            contact = officer_contact(voice.company)
            return Reply(
                "C’est à la personne responsable de la protection de la vie privée qu’il faut "
                f"parler. {contact}\nJe peux aussi lui transmettre votre message : il porte alors "
                "une référence, et une date au plus tard de laquelle on vous répond."
                if french
                else f"The Privacy Officer is the person to talk to. {contact}\nI can also pass "
                "your message on: then it has a reference and a date by which you are answered.",
                quick_replies=officer,
            )
        case _:
            name = voice.company.name
            return Reply(
                "Aucune question n’est ouverte entre nous pour l’instant. Posez-moi toute question "
                f"sur la protection de la vie privée chez {name}, ou choisissez ce qu’il vous faut."
                if french
                else "There is no question open between us just now. Ask me anything about privacy "
                f"at {name}, or choose what you need.",
                quick_replies=(
                    request_button(Kind.COMPLAINT, reading.language),
                    request_button(Kind.ACCESS, reading.language),
                    *officer,
                ),
            )


def _not_for_this_desk(reading: Reading, voice: Voice) -> Reply:
    """Say what the desk is for and where other questions go; quote nothing."""
    doors = other_doors(voice, reading.language)
    if reading.language == "fr":
        lead = (
            "Notre politique de confidentialité n’en parle pas : ce service ne répond qu’aux "
            f"questions sur les renseignements personnels. {doors} Si la vôtre porte quand même "
            "sur vos renseignements personnels, je peux la transmettre à la personne responsable "
            "de la protection de la vie privée."
        )
    else:
        lead = (
            "Our privacy policy does not cover that: this desk is for questions about personal "
            f"information, so I have nothing to quote. {doors} If it is about your personal "
            "information after all, I can pass it to the Privacy Officer."
        )
    # A bare yes takes what the sentence offers, so that stands first.
    kinds = [Kind.INQUIRY, Kind.COMPLAINT] if is_upset(reading) else [Kind.INQUIRY]
    buttons = tuple(request_button(kind, reading.language) for kind in kinds)
    return Reply(f"{_sorry(reading)}{lead}", quick_replies=buttons)
