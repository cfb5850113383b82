"""The desk's own short sentences in guided conversations, in English and French."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.replies import QuickReply
from bot.domain.tickets import Kind
from bot.domain.topics import TOPICS


@dataclass(frozen=True, slots=True)
class Phrases:
    """One language's sentences. Braces are filled by the guide; buttons send payloads."""

    language: str
    answer: str
    nothing: str
    no_answer: str
    noted: str
    story_noted: str
    changed: str
    which: str
    nothing_filed: str
    cancelled: str
    go_on: str
    resumed: str
    in_the_middle: str
    aside: str
    aside_button: str
    other: str
    other_start: str
    other_finish: str
    yes_or_no: str
    who_sees: str
    summary: str
    consequences: str
    shall_i: str
    yes: str
    change: str
    cancel: str
    unknown_day: str
    skip: str
    add: str
    add_more: str
    which_more: str
    still: str
    blank: str
    suggested: str
    declined: str
    requests: Mapping[Kind, str]
    offers: Mapping[Kind, str]
    which_is_it: str
    which_first: str
    also: str
    topics: Mapping[str, str]

    @property
    def cancel_button(self) -> QuickReply:
        return QuickReply(self.cancel, "/cancel_request")

    @property
    def confirm_buttons(self) -> tuple[QuickReply, ...]:
        return (
            QuickReply(self.yes, "/affirm_request"),
            QuickReply(self.change, "/deny_request"),
            self.cancel_button,
        )


ENGLISH = Phrases(
    language="en",
    answer="{label}: {said}",
    nothing="nothing",
    no_answer=(
        "Our privacy policy has no answer to that. Put it into your request, and the Privacy "
        "Officer answers it; for anything else, {door}."
    ),
    noted="Noted. {label}: {said}.",
    story_noted="I have noted: {said}",
    changed="Changed. {label}: {said}",
    which="Which answer shall I change?",
    nothing_filed="Nothing is filed yet. ",
    cancelled=(
        "Cancelled. Nothing was filed, and your answers are deleted ({title}). You can start again "
        "at any time."
    ),
    go_on="Good, let us go on.",
    resumed="Let us go on. {title}, so far:",
    in_the_middle="We are in the middle of it: {title}.",
    aside="One thing is still set aside: {title}.",
    aside_button="Go on with it",
    other=(
        "That is another request ({title}). Shall I set this one aside and start that, or do we "
        "finish this one first?"
    ),
    other_start="Start: {title}",
    other_finish="Finish this one",
    yes_or_no="I did not understand that. A yes or a no is enough.",
    who_sees=(
        "What you write here goes to the Privacy Officer, who answers it. Nobody else sees it "
        "without a business need to know:"
    ),
    summary="This is what I will file:",
    consequences="What follows from it",
    shall_i="Shall I file it?",
    yes="Yes, file it",
    change="Change something",
    cancel="Cancel",
    unknown_day="I don't know",
    skip="Nothing to add",
    add="Add: {label}",
    add_more="Add a detail",
    which_more="None of this is needed; add what helps you.",
    still="Not needed, but you can add: {labels}.",
    blank="not said; you can add it",
    declined="All right, I open nothing. If you need anything else, just write.",
    suggested="{title} (suggested from your words; you can change it)",
    requests={
        Kind.INQUIRY: "Ask the Privacy Officer",
        Kind.COMPLAINT: "Open a complaint",
        Kind.ACCESS: "Request my information",
        Kind.CORRECTION: "Ask for a correction",
        Kind.WITHDRAWAL: "Withdraw consent",
        Kind.INCIDENT: "Report a leak or loss",
    },
    offers={
        Kind.INQUIRY: "Shall I pass your question on to the Privacy Officer?",
        Kind.COMPLAINT: "Shall I take down a complaint for you now?",
        Kind.ACCESS: "Shall I take down a request to see your information now?",
        Kind.CORRECTION: "Shall I take down now what has to be put right?",
        Kind.WITHDRAWAL: "Shall I take down now what you want stopped?",
        Kind.INCIDENT: "Shall I take down what happened now?",
    },
    which_is_it="I want to be sure that I understand you. Which is it?",
    which_first="I take these one after the other. Which one first?",
    also="You also asked for something else: {title}. Shall we do that now?",
    topics={intent: topic.short for intent, topic in TOPICS.items()},
)

FRENCH = Phrases(
    language="fr",
    answer="{label} : {said}",
    nothing="rien",
    no_answer=(
        "Notre politique ne répond pas à cela. Écrivez-le dans votre demande et la personne "
        "responsable de la protection de la vie privée y répondra; pour le reste : {door}."
    ),
    noted="C’est noté. {label} : {said}.",
    story_noted="J’ai noté : {said}",
    changed="C’est changé. {label} : {said}",
    which="Quelle réponse voulez-vous changer?",
    nothing_filed="Rien n’est encore déposé. ",
    cancelled=(
        "C’est annulé. Rien n’a été déposé et vos réponses sont effacées ({title}). Vous pouvez "
        "recommencer à tout moment."
    ),
    go_on="Bien, continuons.",
    resumed="Reprenons. {title}, jusqu’à présent :",
    in_the_middle="Nous sommes justement en train de remplir ceci : {title}.",
    aside="Une demande reste en attente : {title}.",
    aside_button="La reprendre",
    other=(
        "C’est une autre demande ({title}). Voulez-vous mettre celle-ci de côté et commencer "
        "l’autre, ou d’abord terminer celle-ci?"
    ),
    other_start="Commencer : {title}",
    other_finish="Terminer celle-ci",
    yes_or_no="Je n’ai pas compris. Un simple oui ou non suffit.",
    who_sees=(
        "Ce que vous écrivez ici va à la personne responsable de la protection de la vie privée. "
        "Seules les personnes qui en ont besoin pour leur travail peuvent aussi le voir (texte "
        "officiel en anglais) :"
    ),
    summary="Voici ce que je vais déposer :",
    consequences="Ce qui en découle",
    shall_i="Voulez-vous que je le dépose?",
    yes="Oui, déposer",
    change="Modifier une réponse",
    cancel="Annuler",
    unknown_day="Je ne sais pas",
    skip="Rien à ajouter",
    add="Ajouter : {label}",
    add_more="Ajouter une précision",
    which_more="Rien de cela n’est nécessaire; ajoutez ce qui vous aide.",
    still="Pas nécessaire, mais vous pouvez ajouter : {labels}.",
    blank="non précisé; vous pouvez l’ajouter",
    declined="D’accord, je n’ouvre rien. Si vous avez besoin d’autre chose, écrivez-moi.",
    suggested="{title} (proposé d’après vos mots; vous pouvez le changer)",
    requests={
        Kind.INQUIRY: "Écrire à la personne responsable",
        Kind.COMPLAINT: "Déposer une plainte",
        Kind.ACCESS: "Demander mes renseignements",
        Kind.CORRECTION: "Demander une correction",
        Kind.WITHDRAWAL: "Retirer mon consentement",
        Kind.INCIDENT: "Signaler une fuite ou une perte",
    },
    offers={
        Kind.INQUIRY: (
            "Voulez-vous que je transmette votre question à la personne responsable de la "
            "protection de la vie privée?"
        ),
        Kind.COMPLAINT: "Voulez-vous que je prenne votre plainte en note maintenant?",
        Kind.ACCESS: (
            "Voulez-vous que je prenne en note maintenant votre demande de voir vos renseignements?"
        ),
        Kind.CORRECTION: "Voulez-vous que je prenne en note maintenant ce qu’il faut corriger?",
        Kind.WITHDRAWAL: "Voulez-vous que je prenne en note maintenant ce qui doit cesser?",
        Kind.INCIDENT: "Voulez-vous que je prenne en note maintenant ce qui est arrivé?",
    },
    which_is_it="Je veux être certain de bien vous comprendre. De quoi s’agit-il?",
    which_first="Je les prends l’une après l’autre. Par laquelle commençons-nous?",
    also="Vous avez aussi demandé autre chose : {title}. Le faisons-nous maintenant?",
    topics={
        "purposes": "À quoi servent les renseignements",
        "consent": "Donner son consentement",
        "consent_withdrawal": "Faire cesser un usage de mes renseignements",
        "access_request": "Voir mes propres renseignements",
        "correction": "Faire corriger mon dossier",
        "complaint": "Porter plainte",
        "complaint_procedure": "Comment les plaintes sont traitées",
        "disclosure_customer": "Renseignements des clients donnés à d’autres",
        "disclosure_employee": "Renseignements des employés donnés à d’autres",
        "retention": "Conservation et suppression",
        "safeguards": "Protection des renseignements",
        "accuracy": "Exactitude des dossiers",
        "accountability_contact": "Qui est responsable",
        "openness_policy": "La politique",
        "scope_definitions": "Le sens d’un mot",
        "breach_report": "Signaler une fuite ou une perte",
    },
)


def phrases(language: str) -> Phrases:
    """The sentences of this language; English for every other."""
    return FRENCH if language == "fr" else ENGLISH
