"""The policy as data."""

import hashlib
import json
from pathlib import Path

import pytest

from bot.domain.errors import NotFound
from bot.domain.policy import Clause, Policy, fingerprint
from bot.store.library import DATA, Library

POLICY = DATA / "policy"


def one_line(text: str) -> str:
    return " ".join(text.split())


def test_every_clause_is_there_in_the_order_of_the_file(library: Library) -> None:
    source = json.loads((POLICY / "clauses.json").read_text("utf-8"))
    assert list(library.policy.clauses) == list(source)
    assert {id: clause.text for id, clause in library.policy.clauses.items()} == source
    assert len(source) == 55


def test_every_clause_stands_verbatim_in_the_published_text(library: Library) -> None:
    published = one_line((POLICY / "cloud-connexions-privacy-policy.txt").read_text("utf-8"))
    position = 0
    for clause in library.policy.clauses.values():
        found = published.find(one_line(clause.text), position)
        assert found >= 0, clause.id
        position = found


def test_headings_are_those_of_the_published_text(library: Library) -> None:
    lines = (POLICY / "cloud-connexions-privacy-policy.txt").read_text("utf-8").splitlines()
    assert all(part.heading in lines for part in library.policy.parts)
    assert [id for part in library.policy.parts for id in part.clauses] == list(
        library.policy.clauses
    )


def test_a_clause_has_one_identity(library: Library) -> None:
    clause = library.policy.get("3.6")
    assert (clause.id, clause.title, clause.url) == ("3.6", "Consent", "/policy#3.6")
    assert library.policy.url("9.note") == "/policy#9.note"
    assert "3.6" in library.policy and "3.8" not in library.policy
    assert clause.to_json((0, 10))["highlight"] == [0, 10]
    assert set(clause.to_json()) == {"id", "title", "text", "highlight", "url"}


def test_an_unknown_clause_is_not_found(library: Library) -> None:
    for read in (library.policy.get, library.policy.url):
        with pytest.raises(NotFound):
            read("11.1")


def test_titles_tell_clauses_apart(library: Library) -> None:
    titles = [clause.title for clause in library.policy.clauses.values()]
    assert all(0 < len(title) <= 40 for title in titles)
    assert len(set(titles)) == len(titles)


def test_the_fingerprint_is_over_ids_and_texts_in_file_order(library: Library) -> None:
    source = json.loads((POLICY / "clauses.json").read_text("utf-8"))
    canonical = json.dumps(
        [[id, text] for id, text in source.items()], ensure_ascii=False, separators=(",", ":")
    )
    expected = hashlib.sha256(canonical.encode("utf-8")).hexdigest()
    assert library.policy.fingerprint() == expected
    assert library.policy.edition == f"1+{expected[:12]}"
    assert fingerprint([("1", "a"), ("2", "b")]) != fingerprint([("2", "b"), ("1", "a")])


def test_the_published_text_has_no_date_and_we_say_so(library: Library) -> None:
    assert library.policy.effective is None
    assert library.policy.effective_note


def test_a_policy_cannot_be_changed(library: Library) -> None:
    with pytest.raises(TypeError):
        library.policy.clauses["11"] = Clause("11", "New", "New")  # type: ignore[index]


def test_another_companys_policy_is_only_another_file(tmp_path: Path) -> None:
    clauses = {"A": Clause("A", "First", "One."), "§ 2": Clause("§ 2", "Second", "Two.")}
    policy = Policy("Other", "2", "2026-01-01", "elsewhere", clauses, ())
    assert policy.url("§ 2") == "/policy#%C2%A7%202"
    assert policy.edition.startswith("2+")
