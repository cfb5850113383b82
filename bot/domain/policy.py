"""The policy as data: clauses with one identity everywhere, quoted and never paraphrased.

What lives here: the frozen policy and its fingerprint. What does not: reading it from a file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from urllib.parse import quote

from bot.domain.errors import NotFound


@dataclass(frozen=True)
class Clause:
    """One clause: its id as published, the short title we file it under, its text verbatim."""

    id: str
    title: str
    text: str

    @property
    def url(self) -> str:
        """Where the desk's policy page shows this clause."""
        return f"/policy#{quote(self.id)}"

    def to_json(self, highlight: tuple[int, int] | None = None) -> dict[str, object]:
        """Give the clause as the chat API shows it."""
        return {
            "id": self.id,
            "title": self.title,
            "text": self.text,
            "highlight": list(highlight) if highlight else None,
            "url": self.url,
        }


@dataclass(frozen=True)
class Part:
    """A heading of the published policy and the ids of the clauses beneath it, in order."""

    heading: str
    clauses: tuple[str, ...]


def fingerprint(clauses: Iterable[tuple[str, str]]) -> str:
    """Give the SHA-256 over ids and texts in file order; the intent side computes the same."""
    pairs = [[id, text] for id, text in clauses]
    canonical = json.dumps(pairs, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


@dataclass(frozen=True)
class Policy:
    """The company's published policy. `clauses` keeps the order of the file.

    `effective` is an ISO date, or None when the published text names none; `effective_note` then
    says why.
    """

    title: str
    version: str
    effective: str | None
    source: str
    clauses: Mapping[str, Clause]
    parts: tuple[Part, ...]
    effective_note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "clauses", MappingProxyType(dict(self.clauses)))

    def __contains__(self, id: object) -> bool:
        return id in self.clauses

    def get(self, id: str) -> Clause:
        """Give the clause of this id; NotFound when the policy has none."""
        try:
            return self.clauses[id]
        except KeyError:
            raise NotFound("The policy has no clause of that number.") from None

    def url(self, id: str) -> str:
        """Give where the policy page shows this clause, as in "/policy#3.6"."""
        return self.get(id).url

    @cached_property
    def _fingerprint(self) -> str:
        return fingerprint((clause.id, clause.text) for clause in self.clauses.values())

    def fingerprint(self) -> str:
        """Give the hexadecimal SHA-256 over ids and texts; changes with any word of the policy."""
        return self._fingerprint

    @property
    def edition(self) -> str:
        """Give the version with the start of the fingerprint: what a ticket should remember."""
        return f"{self.version}+{self.fingerprint()[:12]}"
