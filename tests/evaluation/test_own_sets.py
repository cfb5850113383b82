"""The repository's own labelled sets: never learnt from, and labelled as the guide says."""

from __future__ import annotations

import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

import pytest
import yaml

from bot.commands.evaluate import OWN_QUESTIONS
from bot.config import ROOT
from bot.domain.facts import Verdict
from bot.domain.topics import INTENTS, SMALL_TALK
from bot.evaluation.questions import Labelled
from bot.evaluation.verdicts import LabelledRequest
from tests.fakes.desks import shipped_library

OWN_REQUESTS = OWN_QUESTIONS.with_name("disclosure.jsonl")
SHARED = Path(os.environ.get("PRIVACYDESK_SHARED", ROOT.parent / "shared")) / "eval"
# Shorter ones ("hello") are bound to be alike.
SHORTEST = 12
ALIKE, SHARED_PARTS = 0.85, 0.6


def read(path: Path) -> list[Labelled]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Labelled.read(number, json.loads(line)) for number, line in enumerate(lines, 1)]


def plain(text: str) -> str:
    return re.sub(r"[^a-z0-9 ]+", "", text.lower()).strip()


def shingles(text: str) -> frozenset[str]:
    return frozenset(text[start : start + 4] for start in range(len(text) - 3))


def texts_of(path: Path) -> set[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return {plain(str(json.loads(line)["text"])) for line in lines}


def learnt() -> Iterator[str]:
    """What the intents are learnt from, and what the verdicts are."""
    for path in sorted((ROOT / "intents" / "disclosure").glob("*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                yield plain(line.split("\t")[0])
    for path in sorted((ROOT / "intents" / "nlu").glob("*.yml")):
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        for entry in document["nlu"]:
            yield from (plain(str(example["text"])) for example in entry["examples"])


SETS = {
    "own questions": OWN_QUESTIONS,
    "own requests": OWN_REQUESTS,
    "shared questions": SHARED / "questions.jsonl",
    "shared requests": SHARED / "disclosure.jsonl",
}


@pytest.mark.parametrize("path", SETS.values(), ids=SETS)
def test_no_line_that_is_learnt_is_nearly_one_of_these(path: Path) -> None:
    if not path.is_file():
        pytest.skip("this set is not beside the repository")
    corpus = [text for text in set(learnt()) if len(text) > SHORTEST]
    sizes = [len(shingles(text)) for text in corpus]
    holding: dict[str, list[int]] = defaultdict(list)
    for place, text in enumerate(corpus):
        for part in shingles(text):
            holding[part].append(place)
    near = []
    for text in texts_of(path):
        own = shingles(text) if len(text) > SHORTEST else frozenset()
        in_common = Counter(place for part in own for place in holding[part])
        for place, count in in_common.items():
            enough = SHARED_PARTS * min(len(own), sizes[place])
            if count > enough and alike(text, corpus[place]):
                near.append((text, corpus[place]))
    assert not near


def alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other).ratio() > ALIKE


def test_every_intent_and_style_is_there_and_every_clause_is_known() -> None:
    questions = read(OWN_QUESTIONS)
    assert len(questions) >= 250
    assert len({one.text.lower() for one in questions}) == len(questions)
    counts = Counter(one.intent for one in questions)
    assert set(counts) == INTENTS
    assert min(counts.values()) >= 5
    known = shipped_library().policy.clauses
    for one in questions:
        assert set(one.clauses) <= set(known), one.text
        unquoted = one.intent in SMALL_TALK or one.intent == "out_of_scope"
        assert unquoted is not bool(one.clauses), one.text
        assert not (unquoted and one.answerable), one.text


def test_every_verdict_is_there_and_every_clause_is_known() -> None:
    lines = OWN_REQUESTS.read_text(encoding="utf-8").splitlines()
    requests = [LabelledRequest.read(n, json.loads(line)) for n, line in enumerate(lines, 1)]
    counts = Counter(verdict for one in requests for verdict in one.accepted)
    assert set(counts) == set(Verdict) and min(counts.values()) >= 20
    known = set(shipped_library().policy.clauses)
    assert [one.text for one in requests if not one.clauses <= known or not one.clauses] == []
