"""The French conversations ask what the English ones ask, and take the same answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from bot.domain.forms import Choice, Form
from bot.domain.tickets import Kind
from bot.fields import FieldReader
from bot.store.forms import load_forms
from bot.store.library import DATA, load_library

TODAY = date(2026, 11, 24)
Pair = tuple[Form, Form]
KINDS = tuple(str(kind) for kind in Kind)


@pytest.fixture(scope="module")
def pairs() -> Mapping[str, Pair]:
    policy = load_library().policy
    english = load_forms(DATA / "forms", policy)
    french = load_forms(DATA / "forms" / "fr", policy)
    return {kind: (english[kind], french[kind]) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_both_languages_ask_the_same(pairs: Mapping[str, Pair], kind: str) -> None:
    def shape(form: Form) -> object:
        fields = [
            (f.name, f.type, f.optional, f.several, [c.value for c in f.choices])
            for f in form.fields
        ]
        return form.kind, form.clause, bool(form.notice), fields

    english, french = pairs[kind]
    assert shape(french) == shape(english)


@pytest.mark.parametrize("kind", KINDS)
def test_every_sentence_is_translated(pairs: Mapping[str, Pair], kind: str) -> None:
    def sentences(form: Form) -> set[str]:
        said = {form.title, form.opening, form.filed, form.notice}
        for entry in form.fields:
            said |= {entry.label, entry.ask, entry.again}
            for choice in entry.choices:
                said |= {choice.title, choice.consequence}
        return said - {""}

    english, french = pairs[kind]
    assert len(sentences(french)) == len(sentences(english))
    assert not sentences(french) & sentences(english)


@pytest.mark.parametrize("kind", KINDS)
def test_french_forms_still_know_the_english_words(pairs: Mapping[str, Pair], kind: str) -> None:
    english, french = pairs[kind]
    for before, after in zip(english.fields, french.fields, strict=True):
        assert set(before.about) < set(after.about), before.name
        for one, other in zip(before.choices, after.choices, strict=True):
            assert set(one.words) < set(other.words), one.value
            assert bool(one.consequence) == bool(other.consequence)


def _choices(form: Form) -> tuple[Choice, ...]:
    return form.field("uses").choices


@pytest.mark.parametrize("language", [0, 1], ids=["english", "french"])
def test_a_choice_is_read_from_its_own_words_and_its_button(
    pairs: Mapping[str, Pair], language: int
) -> None:
    form = pairs["withdrawal"][language]
    for choice in _choices(form):
        for words in (choice.title, choice.title.capitalize()):
            read = FieldReader().read(form.field("uses"), words, TODAY).value
            assert read is not None and read.value == choice.value
        for words in choice.words:
            read = FieldReader().read(form.field("uses"), words, TODAY).value
            assert read is not None and choice.value in read.value.split(","), words


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("tout", "everything"),
        ("Arrêtez tout.", "everything"),
        ("je retire mon consentement pour tout, s’il vous plaît", "everything"),
        ("les courriels de marketing", "marketing_messages"),
        ("Les textos et les appels", "marketing_messages,sales_calls"),
        ("le partage avec vos partenaires", "promotion_sharing"),
        ("l’analyse et l’annuaire", "analytics,directory"),
        ("l'analyse de l'utilisation", "analytics"),
        ("les données d’utilisation", "analytics"),
        ("retirez-moi du bottin", "directory"),
        # "tout" in a turn of phrase is not "everything": that would stop more than was asked.
        ("les courriels, je n’en veux plus du tout", "marketing_messages"),
        ("arrêtez les appels tout de suite", "sales_calls"),
        ("tout le marketing", "marketing_messages"),
        ("pas tout, seulement les pubs", "marketing_messages"),
        ("surtout les textos", "marketing_messages"),
        ("tous les courriels", "marketing_messages"),
        ("please stop the calls", "sales_calls"),
    ],
)
def test_choices_are_read_in_french(pairs: Mapping[str, Pair], text: str, chosen: str) -> None:
    read = FieldReader().read(pairs["withdrawal"][1].field("uses"), text, TODAY).value
    assert read is not None and read.value == chosen


@pytest.mark.parametrize("text", ["du tout", "pas du tout", "je me demande"])
def test_what_names_no_use_is_no_choice(pairs: Mapping[str, Pair], text: str) -> None:
    assert FieldReader().read(pairs["withdrawal"][1].field("uses"), text, TODAY).value is None
