"""The repository's own labelled set: never learnt from, and labelled as the guide says."""

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
from bot.domain.topics import INTENTS, SMALL_TALK
from bot.evaluation.questions import Labelled
from tests.fakes.desks import shipped_library

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


def learnt() -> Iterator[str]:
    for path in sorted((ROOT / "intents" / "nlu").glob("*.yml")):
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        for entry in document["nlu"]:
            yield from (plain(str(example["text"])) for example in entry["examples"])


@pytest.mark.parametrize("path", [OWN_QUESTIONS, SHARED / "questions.jsonl"], ids=["own", "shared"])
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
    for text in {plain(one.text) for one in read(path)}:
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
