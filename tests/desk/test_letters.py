"""Letters to requesters, in the language of their conversation."""

from __future__ import annotations

import re

import pytest

from bot.channels.mail import as_html
from bot.desk import Desk
from bot.domain.reply_templates import TEMPLATES, compose
from bot.domain.tickets import Kind
from bot.locale import translator
from bot.store.db import Store
from tests.desk.test_papers import talk
from tests.domain.test_reply_templates import COMPLETE, KINDS, LIBRARY, TODAY, ticket
from tests.fakes.desks import NOON, Post, desk_of, file, set_time, sweeper_of

# Words of the frame that no French letter may hold; the policy's clauses stay English.
ENGLISH_WORDS = re.compile(r"\b(?:Your|received|closed|Reasons|Officer|will|PIPEDA|policy)\b")


@pytest.fixture
def desk(store: Store) -> Desk:
    set_time(store, NOON)
    return desk_of(store)


def mails(desk: Desk, language: str, *steps: str) -> dict[str, str]:
    """The letters that these steps send the requester of an access request, by subject."""
    filed = file(desk, Kind.ACCESS, conversation=talk(desk, language))
    if "extend" in steps:
        desk.clocks.extend(filed.reference, "consultations", who="officer", why="two offices")
    if "reply" in steps:
        desk.tickets.reply(filed.reference, "Ci-joint vos factures.", who="officer")
    if "resolve" in steps:
        desk.tickets.resolve(filed.reference, who="officer")
    post = Post()
    sweeper_of(desk, post).sweep()
    told = [notice for notice in post.sent if notice.to == "pat@example.ca"]
    assert {notice.tr.language for notice in told} == {language}
    assert all(f'<html lang="{language}">' in as_html(notice) for notice in told)
    return {notice.subject.partition(": ")[2]: notice.text for notice in told}


def test_letters_to_a_french_speaker_are_french(desk: Desk) -> None:
    told = mails(desk, "fr", "extend", "reply", "resolve")
    assert set(told) == {
        "Nous avons votre demande", "Il nous faut plus de temps pour votre demande",
        "Notre réponse à votre demande", "Votre demande est fermée",
    }  # fmt: skip
    assert not any(ENGLISH_WORDS.search(text) for text in told.values())
    notice = told["Il nous faut plus de temps pour votre demande"]
    for wanted in (
        "Nouveau délai : ",
        "Motif : les consultations",
        "Votre droit de porter plainte",
    ):
        assert wanted in notice
    assert "Commissariat à la protection de la vie privée" in told["Notre réponse à votre demande"]


def test_everybody_else_gets_them_in_english(desk: Desk) -> None:
    told = mails(desk, "en", "reply")
    assert set(told) == {"We have your request", "Our reply to your request"}
    assert "If you are not satisfied" in told["Our reply to your request"]


@pytest.mark.parametrize("name", COMPLETE)
def test_the_frame_of_every_letter_is_french(name: str) -> None:
    policy = LIBRARY.policy
    written = {part: "mots" for part in COMPLETE[name]}
    for part in TEMPLATES[name].parts:
        if part.choices:
            written[part.name] = next(iter(part.choices))
    text = compose(TEMPLATES[name], written, ticket(KINDS[name]), policy, TODAY, translator("fr"))
    frame = re.sub(r"« .*? »", "", text, flags=re.DOTALL)
    frame = re.sub(r"\([^()]*; texte officiel en anglais\)", "", frame)
    assert not ENGLISH_WORDS.search(frame), frame


def test_the_officer_s_own_words_stay_as_they_are(desk: Desk) -> None:
    assert "Ci-joint vos factures." in mails(desk, "fr", "reply")["Notre réponse à votre demande"]
