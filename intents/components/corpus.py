"""Reads what training learns from: labelled messages, generic sentences, form turns.

Every reader names file, line and reason when a line cannot be used; nothing is skipped silently.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterable, List, Tuple

import yaml
from yaml.constructor import SafeConstructor

from components.errors import CorpusUnreadable

ROLES = ("customer", "employee", "officer")
READINGS = (
    "answer",
    "correction",
    "question",
    "cancel",
    "yes",
    "no",
    "other_request",
    "not_understood",
)
FOLDER = Path(__file__).resolve().parents[1]
NLU = FOLDER / "nlu"
SENTENCES = FOLDER / "sentences.yml"
TURNS = FOLDER / "turns.tsv"


@dataclass(frozen=True)
class Example:
    """One labelled message. `clauses` are best first; empty when there is nothing to quote."""

    text: str
    intent: str
    clauses: Tuple[str, ...] = ()
    answerable: bool = False
    role: str = "customer"
    style: str = "plain"


@dataclass(frozen=True)
class Turn:
    """One labelled answer to a form's question, such as `complaint.when`."""

    asked: str
    reading: str
    text: str


def read_examples(paths: Iterable[Path]) -> List[Example]:
    """Read Rasa NLU files. Raises CorpusUnreadable for the first line that is not as it should."""
    examples = [example for path in sorted(paths) for example in _examples(path)]
    seen: Dict[Tuple[str, str], str] = {}
    for example in examples:
        key = (example.text.lower(), example.role)
        if seen.setdefault(key, example.intent) != example.intent:
            raise CorpusUnreadable(
                Path("nlu") / f"{example.intent}.yml",
                0,
                f"also labelled {seen[key]}: {example.text[:60]!r}",
            )
    return examples


def _examples(path: Path) -> Iterable[Example]:
    for entry in _items(path, _document(path), "nlu"):
        intent = _text(path, entry, "intent")
        for item in _items(path, entry, "examples"):
            yield _example(path, intent, item)


def _example(path: Path, intent: str, item: yaml.Node) -> Example:
    text = _text(path, item, "text")
    metadata = _child(item, "metadata")
    if not isinstance(metadata, yaml.MappingNode):
        raise _refused(path, item, "an example without metadata")
    fields: Dict[str, Any] = SafeConstructor().construct_document(metadata)
    clauses, answerable = fields.get("clauses"), fields.get("answerable")
    if not isinstance(clauses, list) or not all(isinstance(name, str) for name in clauses):
        raise _refused(path, metadata, "clauses must be a list of quoted clause ids")
    if not isinstance(answerable, bool):
        raise _refused(path, metadata, "answerable must be true or false")
    if fields.get("role") not in ROLES:
        raise _refused(path, metadata, f"role must be one of {', '.join(ROLES)}")
    return Example(
        text, intent, tuple(clauses), answerable, fields["role"], str(fields.get("style", "plain"))
    )


def read_sentences(path: Path = SENTENCES) -> List[Tuple[str, str]]:
    """Read generic policy sentences: pairs of the intent they answer and the sentence."""
    root = _document(path)
    if not isinstance(root, yaml.MappingNode):
        raise _refused(path, root, "expected intents, each with a list of sentences")
    pairs = []
    for key, _listed in root.value:
        for item in _items(path, root, key.value):
            if not isinstance(item, yaml.ScalarNode) or not item.value.strip():
                raise _refused(path, item, "expected a sentence")
            pairs.append((str(key.value), str(item.value)))
    return pairs


def read_turns(path: Path = TURNS) -> List[Turn]:
    """Read labelled form turns: asked, reading and text, between tabs."""
    turns = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusUnreadable(path, 0, type(error).__name__) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        parts = line.split("\t")
        if len(parts) != 3 or not all(part.strip() for part in parts):
            raise CorpusUnreadable(path, number, "expected asked, reading and text between tabs")
        if parts[1] not in READINGS:
            raise CorpusUnreadable(path, number, f"{parts[1]!r} is not a reading")
        turns.append(Turn(*(part.strip() for part in parts)))
    return turns


def _document(path: Path) -> yaml.Node:
    try:
        with path.open(encoding="utf-8") as file:
            root = yaml.compose(file, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise CorpusUnreadable(path, line, error.problem or "not YAML") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CorpusUnreadable(path, 0, type(error).__name__) from error
    if root is None:
        raise CorpusUnreadable(path, 1, "the file is empty")
    return root


def _child(node: yaml.Node, name: str) -> Any:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == name:
                return value
    return None


def _items(path: Path, node: yaml.Node, name: str) -> List[yaml.Node]:
    child = _child(node, name)
    if not isinstance(child, yaml.SequenceNode) or not child.value:
        raise _refused(path, child or node, f"expected a list under {name!r}")
    return list(child.value)


def _text(path: Path, node: yaml.Node, name: str) -> str:
    child = _child(node, name)
    if not isinstance(child, yaml.ScalarNode) or not child.value.strip():
        raise _refused(path, child or node, f"expected a text under {name!r}")
    return str(child.value)


def _refused(path: Path, node: yaml.Node, reason: str) -> CorpusUnreadable:
    return CorpusUnreadable(path, node.start_mark.line + 1, reason)
