"""The labelled staff messages in `intents/disclosure`: whole, distinct and free of contradictions.

Facts drive verdicts: each line's verdict is what the rules of `data/disclosure.yml` make of its
facts.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from bot.domain.disclosure import decide
from bot.domain.facts import Facts
from tests.fakes.desks import shipped_library

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "intents" / "disclosure"
FILES = sorted(FOLDER.glob("*.tsv"))
CLAUSES = json.loads((ROOT / "data" / "policy" / "clauses.json").read_text(encoding="utf-8"))

VERDICTS = {
    "allowed",
    "emergency_allowed",
    "consent_needed",
    "not_allowed",
    "legal_required_check",
    "refer_privacy_officer",
}
SUBJECTS = {"customer", "employee", "nobody"}
KINDS = """
    other_carrier directory billing_vendor collections our_marketing our_agent affiliate
    processor customers_agent executor guardian emergency_services police court government
    lawyer spouse ex parent child relative roommate neighbour friend landlord bank insurer
    employer prospective_employer recruiter benefits payroll union journalist researcher charity
    political school hospital list_buyer other_company investigator colleague manager
    it_contractor auditor public self_employee data_subject unknown
"""
RECIPIENTS = set(KINDS.split())
VALUES = {
    key: set(values.split())
    for key, values in {
        "purpose": "service directory billing collection marketing_ours marketing_theirs benefits"
        " reference claim legal emergency research work curiosity sale personal tax wellbeing"
        " unclear",
        "consent": "given refused pending",
        "authority": "proven claimed",
        "paper": "warrant subpoena order letter none",
        "danger": "imminent none",
        "need": "yes no",
        "data": "published unlisted aggregated reidentifiable list",
        "person": "minor deceased incapacitated",
        "asked_each": "yes",
        "anonymous": "yes",
    }.items()
}


@dataclass(frozen=True)
class Line:
    """One labelled message and where it stands."""

    place: str
    text: str
    verdict: str
    clauses: tuple[str, ...]
    subject: str
    recipient: str
    facts: tuple[tuple[str, str], ...]

    def says(self, key: str) -> str | None:
        return dict(self.facts).get(key)


@cache
def corpus() -> tuple[Line, ...]:
    lines = []
    for path in FILES:
        for number, row in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if row.strip() and not row.startswith("#"):
                lines.append(read(f"{path.name}:{number}", row))
    return tuple(lines)


def read(place: str, row: str) -> Line:
    columns = row.split("\t")
    assert len(columns) == 6, f"{place}: {len(columns)} columns"
    text, verdict, clauses, subject, recipient, facts = columns
    pairs = [fact.partition("=")[::2] for fact in facts.split()]
    return Line(
        place, text, verdict, tuple(clauses.split(",")), subject, recipient, tuple(sorted(pairs))
    )


def wrong(line: Line) -> str:
    """What is not known in a line, or nothing."""
    unknown = [id for id in line.clauses if id not in CLAUSES]
    unknown += [f"{k}={v}" for k, v in line.facts if v not in VALUES.get(k, ())]
    unknown += [x for x, known in _named(line) if x not in known]
    if len({key for key, _ in line.facts}) != len(line.facts):
        unknown.append("a key twice")
    if line.text != line.text.strip() or len(line.text) < 12:
        unknown.append("text")
    return f"{line.place}: {unknown}" if unknown else ""


def _named(line: Line) -> tuple[tuple[str, set[str]], ...]:
    return (
        (line.verdict, VERDICTS),
        (line.subject, SUBJECTS),
        (line.recipient, RECIPIENTS),
    )


def normal(text: str) -> str:
    return " ".join(re.sub(r"[^\w ]+", " ", text.lower()).split())


def shingles(text: str) -> frozenset[str]:
    return frozenset(text[i : i + 4] for i in range(max(1, len(text) - 3)))


def near_copies(texts: list[str], alike: float = 0.8) -> list[tuple[str, str]]:
    """Pairs whose sets of four letters are at least `alike` the same (Jaccard).

    Only the rarest shingles of each text are compared first: two sets that alike must share one.
    """
    sets = [shingles(normal(text)) for text in texts]
    often = Counter(shingle for found in sets for shingle in found)
    holders: dict[str, list[int]] = defaultdict(list)
    pairs: set[tuple[int, int]] = set()
    for index, found in enumerate(sets):
        rarest = sorted(found, key=lambda shingle: (often[shingle], shingle))
        for shingle in rarest[: len(found) - int(alike * len(found)) + 1]:
            pairs.update((other, index) for other in holders[shingle])
            holders[shingle].append(index)
    return [
        (texts[a], texts[b])
        for a, b in sorted(pairs)
        if len(sets[a] & sets[b]) >= alike * len(sets[a] | sets[b])
    ]


def test_every_line_has_six_columns_and_only_known_labels() -> None:
    assert [found for line in corpus() if (found := wrong(line))] == []


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("May I tell the moon?\tallowed\t5.1\tcustomer\tmoon\tpurpose=service", "moon"),
        ("May I tell Bell about it?\tperhaps\t5.1\tcustomer\tother_carrier\t", "perhaps"),
        ("May I tell Bell about it?\tallowed\t5.9\tcustomer\tother_carrier\t", "5.9"),
        ("May I tell Bell about it?\tallowed\t5.1\tcustomer\tother_carrier\tneed=so", "need=so"),
        ("Hm?\tallowed\t5.1\tcustomer\tother_carrier\tpurpose=service", "text"),
    ],
)
def test_an_unknown_label_is_found(row: str, found: str) -> None:
    assert found in wrong(read("here:1", row))


def test_there_are_enough_messages_of_every_verdict_and_recipient() -> None:
    verdicts = Counter(line.verdict for line in corpus())
    assert len(corpus()) >= 3000
    assert {v: n for v, n in verdicts.items() if n < 0.07 * len(corpus())} == {}
    assert set(verdicts) == VERDICTS
    assert {line.recipient for line in corpus()} == RECIPIENTS


def test_no_message_is_there_twice_or_nearly() -> None:
    texts = [line.text for line in corpus()]
    assert [t for t, n in Counter(map(normal, texts)).items() if n > 1] == []
    assert near_copies(texts) == []


def test_a_near_copy_is_found() -> None:
    first = "The landlord wants to know whether his tenant has paid the phone bill"
    second = "The landlord wants to know whether the tenant has paid the phone bill"
    other = "Pension administrator asks for her hire date"
    assert near_copies([first, other, second]) == [(first, second)]


def test_every_verdict_is_the_one_that_the_rules_give_for_its_facts() -> None:
    """Whoever learns the facts and the verdict from one line learns the same."""
    rules = shipped_library().disclosure
    differing = []
    for line in corpus():
        told = dict(line.facts) | {"subject": line.subject, "recipient": line.recipient}
        given = decide(Facts.read(told, rules), rules).verdict
        if given != line.verdict:
            differing.append(f"{line.place}: {line.verdict}, by the rules {given}")
    assert differing == []
