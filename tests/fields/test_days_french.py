"""What people write in French about days, and what is read in it."""

from __future__ import annotations

from datetime import date

import pytest

from bot.domain.forms import FieldValue
from bot.fields.days import read_when

# A Tuesday.
TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("le 3 novembre", "2026-11-03"),
        ("Le 3 novembre 2026", "2026-11-03"),
        ("3 nov. 2026", "2026-11-03"),
        ("le 3 févr. 2026", "2026-02-03"),
        ("le 1er novembre", "2026-11-01"),
        ("le mardi 3 novembre", "2026-11-03"),
        ("mardi le 3 novembre", "2026-11-03"),
        ("le 12 août", "2026-08-12"),
        ("le 12 aout 2026", "2026-08-12"),
        ("le 12 aou\u0302t 2026", "2026-08-12"),
        ("le 3 mai, je crois", "2026-05-03"),
        ("le 15 décembre", "2025-12-15"),
        ("c’était le 5 juin dernier", "2026-06-05"),
        ("vers le 10 octobre", "2026-10-10"),
        ("le 3 novembre vers 15 h", "2026-11-03"),
        ("le 05/06/2026", "2026-06-05"),
        ("le 12/11/2026", "2026-11-12"),
        ("hier", "2026-11-23"),
        ("hier soir", "2026-11-23"),
        ("avant-hier", "2026-11-22"),
        ("aujourd'hui", "2026-11-24"),
        ("aujourd’hui", "2026-11-24"),
        ("ce matin", "2026-11-24"),
        ("mardi dernier", "2026-11-17"),
        ("jeudi passé", "2026-11-19"),
        ("on m’a appelé mardi dernier vers midi", "2026-11-17"),
        ("lundi", "2026-11-23"),
        ("lundi matin", "2026-11-23"),
        ("c’était vendredi", "2026-11-20"),
        ("il y a deux semaines", "2026-11-10"),
        ("il y a 2 semaines", "2026-11-10"),
        ("il y a une semaine", "2026-11-17"),
        ("il y a trois jours", "2026-11-21"),
        ("il y a environ dix jours", "2026-11-14"),
        ("il y a quinze jours", "2026-11-09"),
        ("ça fait deux semaines", "2026-11-10"),
        ("il y a un mois", "2026-10-24"),
        ("il y a un an", "2025-11-24"),
        ("la semaine dernière", "2026-11-17"),
        ("la semaine passée", "2026-11-17"),
        ("le mois dernier", "2026-10-24"),
        ("l’an dernier", "2025-11-24"),
        ("l’année passée", "2025-11-24"),
        ("je ne sais pas, peut-être le 3 novembre", "2026-11-03"),
    ],
)
def test_a_day_is_read(text: str, day: str) -> None:
    read = read_when(text, TODAY).value
    assert read is not None and (read.value, read.words) == (day, text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("le 3 novembre", "Tuesday 3 November 2026 (“le 3 novembre”)"),
        ("vers le 3 novembre", "about Tuesday 3 November 2026 (“vers le 3 novembre”)"),
        ("il y a deux semaines", "about Tuesday 10 November 2026 (“il y a deux semaines”)"),
        ("la semaine passée", "about Tuesday 17 November 2026 (“la semaine passée”)"),
        ("je ne sais pas", "you do not know the day"),
        ("cet été", "“cet été”"),
    ],
)
def test_a_day_is_said_back(text: str, said: str) -> None:
    read = read_when(text, TODAY).value
    assert read is not None and read.said == said


@pytest.mark.parametrize(
    "text",
    [
        "cet été", "depuis l’été", "l’été dernier", "cet hiver", "à l’automne", "à Noël",
        "en novembre 2025", "en novembre", "November 2025", "il y a quelques jours",
        "depuis deux semaines", "depuis mardi", "chaque mardi", "le mardi", "les mardis",
        "tous les jours", "plusieurs fois", "récemment", "ça continue encore", "l’autre jour",
        "cette nuit", "en fin de semaine", "il y a longtemps", "ces dernières années",
    ],
)  # fmt: skip
def test_a_rough_time_is_kept_in_the_persons_words(text: str) -> None:
    assert read_when(text, TODAY).value == FieldValue(text, "about", f"“{text}”")


@pytest.mark.parametrize(
    "text",
    [
        "je ne sais pas", "Je sais pas", "je ne sais plus", "aucune idée",
        "je ne m’en souviens pas", "je ne me rappelle plus", "j’ai oublié", "pas certaine",
        "je ne suis pas sûr",        "difficile à dire", "j’ignore quand",
    ],
)  # fmt: skip
def test_not_knowing_is_an_answer(text: str) -> None:
    read = read_when(text, TODAY).value
    assert read is not None and read.value == "unknown"


@pytest.mark.parametrize("text", ["le 31 février 2026", "le 31 novembre", "le 30 novembre 2026"])
def test_an_impossible_day_is_a_problem(text: str) -> None:
    read = read_when(text, TODAY)
    assert read.value is None and read.problem


@pytest.mark.parametrize(
    "text",
    [
        "j’ai été appelé",
        "c’est dans mon fichier",
        "mais pourquoi?",
        "un partenaire",
        "non, pas encore",
    ],
)
def test_words_without_a_time_are_no_time(text: str) -> None:
    read = read_when(text, TODAY)
    assert read.value is None and read.problem is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("05/06/2026", "2026-05-06"),
        ("La Presse wrote on 3 November", "2026-11-03"),
        ("last Mon", "2026-11-23"),
        ("two weeks ago", "2026-11-10"),
        ("March 3", "2026-03-03"),
        ("don’t know", "unknown"),
    ],
)
def test_english_is_read_as_before(text: str, value: str) -> None:
    read = read_when(text, TODAY).value
    assert read is not None and read.value == value
