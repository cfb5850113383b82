"""The policy's two files: the clauses (JSON, any company's) and the frame around them (YAML)."""

from __future__ import annotations

import json
import re
from pathlib import Path

from bot.domain.errors import ConfigurationError
from bot.domain.policy import Clause, Part, Policy
from bot.store.located import Located, read_located, read_text

CLAUSES = "clauses.json"
FRAME = "policy.yml"


def read_policy(folder: Path, name: str) -> Policy:
    """Read and check the policy. ConfigurationError names file and line.

    Every clause stands under exactly one heading; ids that only one of the files knows, ids given
    twice and empty texts are refused.
    """
    texts, lines = read_clauses(folder / CLAUSES, f"{name}/{CLAUSES}")
    frame = read_located(folder / FRAME, f"{name}/{FRAME}").record(
        "title version effective source parts", "effective_note text"
    )
    titles: dict[str, str] = {}
    parts = tuple(_part(part, texts, titles) for part in frame["parts"].items())
    for id in texts:
        if id not in titles:
            raise ConfigurationError(
                f"{name}/{CLAUSES}, line {lines[id]}: clause {id} is not known in {FRAME}"
            )
    effective = frame["effective"]
    if effective.is_null() and "effective_note" not in frame:
        raise effective.error("without an effective date, effective_note must say why")
    return Policy(
        title=frame["title"].text(),
        version=frame["version"].text(),
        effective=None if effective.is_null() else effective.date().isoformat(),
        effective_note=frame["effective_note"].text() if "effective_note" in frame else "",
        source=frame["source"].text(),
        clauses={id: Clause(id, titles[id], text) for id, text in texts.items()},
        parts=parts,
    )


def _part(part: Located, texts: dict[str, str], titles: dict[str, str]) -> Part:
    row = part.record("heading clauses")
    ids = []
    for item in row["clauses"].items():
        entry = item.record("id title")
        id = entry["id"].text()
        if id not in texts:
            raise item.error(f"clause {id} is unknown: {CLAUSES} has no such id")
        if id in titles:
            raise item.error(f"clause {id} is listed twice")
        titles[id] = entry["title"].text()
        ids.append(id)
    return Part(row["heading"].text(), tuple(ids))


def read_clauses(path: Path, name: str) -> tuple[dict[str, str], dict[str, int]]:
    """Read ids and texts in file order, with the line of each id.

    Read as strict JSON, not through YAML: another company's file may hold anything JSON allows.
    """
    source = read_text(path, name)
    try:
        pairs = json.loads(source, object_pairs_hook=_Pairs)
    except json.JSONDecodeError as error:
        raise ConfigurationError(f"{name}, line {error.lineno}: {error.msg}") from None
    if not isinstance(pairs, _Pairs) or not pairs:
        raise ConfigurationError(f"{name}, line 1: expected an object of clause ids and texts")
    texts: dict[str, str] = {}
    lines: dict[str, int] = {}
    for id, text in pairs:
        line = _line_of_key(source, id, 2 if id in texts else 1)
        if id in texts:
            raise ConfigurationError(f"{name}, line {line}: clause {id} is given twice")
        if not id.strip() or id != id.strip():
            raise ConfigurationError(f"{name}, line {line}: a clause id is empty or has spaces")
        if not isinstance(text, str) or not text.strip():
            raise ConfigurationError(f"{name}, line {line}: clause {id} has no text")
        texts[id], lines[id] = text, line
    return texts, lines


class _Pairs(list[tuple[str, object]]):
    """An object as written, so that a key given twice is still there twice."""


def _line_of_key(source: str, id: str, occurrence: int) -> int:
    # A quote inside a string is escaped, so an unescaped one followed by a colon ends a key.
    spellings = {json.dumps(id), json.dumps(id, ensure_ascii=False)}
    pattern = rf"(?<!\\)(?:{'|'.join(map(re.escape, spellings))})\s*:"
    starts = [found.start() for found in re.finditer(pattern, source)]
    start = starts[min(occurrence, len(starts)) - 1] if starts else 0
    return source.count("\n", 0, start) + 1
