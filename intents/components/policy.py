"""The policy as the model reads it: clauses, their sentences, and the fingerprint of both.

The same fingerprint is worked out on the other side, so that the two can tell whether they speak
of the same policy.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Tuple

from components.errors import PolicyUnreadable
from components.sentences import Span, sentence_spans

DEFAULT = Path(__file__).resolve().parents[2] / "data" / "policy" / "clauses.json"


@dataclass(frozen=True)
class Policy:
    """The clauses in file order."""

    clauses: Dict[str, str]

    @property
    def fingerprint(self) -> str:
        """SHA-256 over ids and texts, in file order."""
        listed = json.dumps(
            [[name, text] for name, text in self.clauses.items()],
            ensure_ascii=False,
            separators=(",", ":"),
        )
        return hashlib.sha256(listed.encode("utf-8")).hexdigest()

    def sentences(self) -> List[Tuple[str, Span]]:
        """Every sentence of every clause: the clause's id and the span in its text."""
        return [
            (name, span) for name, text in self.clauses.items() for span in sentence_spans(text)
        ]


def policy_path() -> Path:
    """POLICY_FILE, else clauses.json in POLICY_DIR, else the policy beside this folder."""
    named, folder = os.environ.get("POLICY_FILE"), os.environ.get("POLICY_DIR")
    return Path(named) if named else Path(folder or DEFAULT.parent) / DEFAULT.name


def read_policy(path: Path | None = None) -> Policy:
    """Read and check the policy. Raises PolicyUnreadable with file, line and reason."""
    path = path or policy_path()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyUnreadable(path, 0, type(error).__name__) from error
    pairs: List[Tuple[str, Any]] = []
    try:
        content = json.loads(text, object_pairs_hook=lambda found: pairs.extend(found) or found)
    except json.JSONDecodeError as error:
        raise PolicyUnreadable(path, error.lineno, error.msg) from error
    if not text.lstrip().startswith("{") or not content:
        raise PolicyUnreadable(path, 1, "expected an object of clause ids and texts")
    return Policy(checked(path, text, pairs))


def checked(path: Path, text: str, pairs: List[Tuple[str, Any]]) -> Dict[str, str]:
    clauses: Dict[str, str] = {}
    for name, clause in pairs:
        line = line_of(text, name, nth=2 if name in clauses else 1)
        if name in clauses:
            raise PolicyUnreadable(path, line, f"clause {name!r} stands twice")
        if not isinstance(clause, str) or not clause.strip():
            raise PolicyUnreadable(path, line, f"clause {name!r} has no text")
        clauses[name] = clause
    return clauses


def line_of(text: str, name: str, nth: int) -> int:
    key = json.dumps(name, ensure_ascii=False)
    seen = 0
    for number, line in enumerate(text.splitlines(), 1):
        seen += line.lstrip(" {").startswith(key)
        if seen == nth:
            return number
    return 0
