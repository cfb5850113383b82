"""Reading `data/forms/`: the shipped ones load in both languages, a mistake names its file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.domain.errors import ConfigurationError
from bot.domain.forms import FieldType, Form, Offered
from bot.domain.tickets import Kind
from bot.store.forms import load_forms
from bot.store.library import DATA
from tests.fakes.desks import shipped_library


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA / "forms", tmp_path / "forms"))


def shipped(folder: Path = DATA / "forms") -> dict[str, Form]:
    return dict(load_forms(folder, shipped_library().policy))


def test_every_kind_of_ticket_has_a_form_in_both_languages() -> None:
    assert set(shipped()) == {str(kind) for kind in Kind}
    assert set(shipped(DATA / "forms" / "fr")) == set(shipped())


@pytest.mark.parametrize("kind", list(Kind))
def test_both_languages_ask_the_same(kind: Kind) -> None:
    english, french = shipped()[str(kind)], shipped(DATA / "forms" / "fr")[str(kind)]
    assert english.clause == french.clause
    assert [(f.name, f.type, f.optional, f.several) for f in english.fields] == [
        (f.name, f.type, f.optional, f.several) for f in french.fields
    ]
    assert [[c.value for c in f.choices] for f in english.fields] == [
        [c.value for c in f.choices] for f in french.fields
    ]


@pytest.mark.parametrize("form", shipped().values(), ids=lambda form: str(form.kind))
def test_a_form_asks_how_to_reach_the_person_and_never_for_more_than_five_answers(
    form: Form,
) -> None:
    # What is offered stands blank until the person adds it: it is no question.
    asked = [entry for entry in form.fields if entry.offered is not Offered.BLANK]
    assert 2 <= len(asked) <= 5
    assert form.field("reach").type is FieldType.CONTACT
    with pytest.raises(KeyError):
        form.field("shoe_size")


MISTAKES = [
    ("kind: complaint", "kind: grudge"),
    ("kind: complaint", "kind: access"),
    ("title: Complaint", "name: Complaint"),
    ("title: Complaint", "title: [Complaint"),
    ('clause: "10.5"', 'clause: "99.9"'),
    ("- name: when", "- name: what"),
    ("- name: when", "- name: confirm"),
    ("type: story", "type: novel"),
    ("opening: >-", "opening: 5\nwas: >-"),
    ("fields:", "fields: []\nwere:"),
]


@pytest.mark.parametrize(("right", "wrong"), MISTAKES)
def test_a_mistake_stops_the_start_with_the_files_name(
    folder: Path, right: str, wrong: str
) -> None:
    path = folder / "complaint.yml"
    text = path.read_text("utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong, 1), "utf-8")
    with pytest.raises(ConfigurationError, match=r"data/forms/complaint\.yml"):
        shipped(folder)


def test_an_absent_form_is_named_with_its_language(folder: Path) -> None:
    (folder / "fr" / "access.yml").unlink()
    with pytest.raises(ConfigurationError, match=r"data/forms/fr/access\.yml"):
        shipped(folder / "fr")


def test_a_file_that_is_no_form_is_named(folder: Path) -> None:
    (folder / "inquiry.yml").write_text("- just\n- a list\n", "utf-8")
    with pytest.raises(ConfigurationError, match=r"data/forms/inquiry\.yml"):
        shipped(folder)
    (folder / "inquiry.yml").write_bytes(b"title: \xff")
    with pytest.raises(ConfigurationError, match=r"data/forms/inquiry\.yml"):
        shipped(folder)
