"""Reads the labelled messages of staff who ask whether they may disclose something."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Iterable, List, Mapping

from components.corpus import FOLDER
from components.errors import CorpusUnreadable

DISCLOSURE = FOLDER / "disclosure"
NAMES = DISCLOSURE / "names.txt"
VERDICT = "verdict"
# What holds where a line says nothing of a fact; the desk's rules know the same names.
UNSAID: Mapping[str, str] = {
    "subject": "unknown",
    "recipient": "unknown",
    "purpose": "unclear",
    "consent": "none",
    "authority": "none",
    "paper": "none",
    "danger": "unknown",
    "need": "unknown",
    "data": "personal",
    "person": "adult",
    "asked_each": "no",
    "anonymous": "no",
}


@dataclass(frozen=True)
class Story:
    """One labelled message: its verdict, and every fact, said or unsaid."""

    text: str
    verdict: str
    facts: Mapping[str, str]

    def label(self, question: str) -> str:
        return self.verdict if question == VERDICT else self.facts[question]


class Glossary:
    """Says what a name stands for, beside the name: the encoder knows few of them."""

    def __init__(self, glosses: Mapping[str, str]) -> None:
        self._glosses = {key(name): gloss for name, gloss in glosses.items()}
        names = sorted(glosses, key=len, reverse=True)
        exact = "|".join(re.escape(name) for name in names if name.isupper())
        loose = "|".join(re.escape(name) for name in names if not name.isupper())
        self._names = re.compile(rf"(?<![\w-])(?:{exact}|(?i:{loose}))(?![\w-])")

    def explained(self, text: str) -> str:
        """Return the text with each known name explained once, where it stands first."""
        seen = set()

        def explain(found: re.Match[str]) -> str:
            name = key(found.group())
            if name in seen:
                return found.group()
            seen.add(name)
            return f"{found.group()} ({self._glosses[name]})"

        return self._names.sub(explain, text)


def key(name: str) -> str:
    return name.lower()


def read_glossary(path: Path = NAMES) -> Glossary:
    """Read the names. Raises CorpusUnreadable for a line without a gloss."""
    glosses = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, tab, gloss = line.partition("\t")
        if not tab or not name.strip() or not gloss.strip():
            raise CorpusUnreadable(path, number, "expected a name and its gloss between tabs")
        glosses[name.strip()] = gloss.strip()
    return Glossary(glosses)


def read_stories(folder: Path = DISCLOSURE) -> List[Story]:
    """Read every TSV file. Raises CorpusUnreadable for the first line that is not as it should."""
    stories = [story for path in sorted(folder.glob("*.tsv")) for story in _stories(path)]
    if not stories:
        raise CorpusUnreadable(folder, 0, "no labelled message of staff")
    return stories


def _stories(path: Path) -> Iterable[Story]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) not in (5, 6) or not all(cell.strip() for cell in cells[:5]):
            raise CorpusUnreadable(
                path, number, "expected text, verdict, clauses, subject, recipient, facts"
            )
        text, verdict, _, subject, recipient = (cell.strip() for cell in cells[:5])
        said = {"subject": subject, "recipient": recipient}
        said.update(_facts(path, number, cells[5] if len(cells) == 6 else ""))
        yield Story(text, verdict, {**UNSAID, **said})


def _facts(path: Path, number: int, cell: str) -> Dict[str, str]:
    facts = {}
    for pair in cell.split():
        name, equals, value = pair.partition("=")
        if name not in UNSAID or not equals or not value:
            raise CorpusUnreadable(path, number, f"{pair!r} is not a fact")
        facts[name] = value
    return facts
