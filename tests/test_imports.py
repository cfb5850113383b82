"""Who imports whom: the README's table, held against every module."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.config import ROOT

EVERYWHERE = {"structlog"}
ROW = re.compile(r"^\| (`[^|]+`) \| ([^|]+) \|$", re.MULTILINE)
PURE = "the standard library alone"


def table() -> dict[str, tuple[str, ...]]:
    """The allowed imports by module, as the README gives them."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text[text.index("### Who may import whom") :].split("\n## ")[0]
    return {
        module: () if right.startswith(PURE) else tuple(re.split(r",\s*", right.strip()))
        for left, right in ROW.findall(section)
        for module in re.findall(r"`([^`]+)`", left)
    }


TABLE = table()


def modules() -> Iterator[Path]:
    for package in ("bot", "actions"):
        yield from sorted((ROOT / package).rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def row_of(module: str) -> str | None:
    """The most exact row that speaks of this module."""
    fitting = [row for row in TABLE if module == row or module.startswith(f"{row}.")]
    return max(fitting, key=len, default=None)


def imported(source: str) -> set[str]:
    """What a module imports, in full; `from bot import x` is bot.x."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            base = str(node.module)
            bare = base in {"bot", "bot.channels"}
            found |= {f"{base}.{alias.name}" for alias in node.names} if bare else {base}
    return found


def is_allowed(name: str, row: str) -> bool:
    top = name.split(".")[0]
    if top in sys.stdlib_module_names or name == row or name.startswith(f"{row}."):
        return True
    allowed = TABLE[row]
    if top in EVERYWHERE and row not in {"bot.domain", "bot.installation", "bot.tether"}:
        return True
    return any(
        name == entry or name.startswith(f"{entry.removesuffix('.*')}.") for entry in allowed
    )


PATHS = [path for path in modules() if name_of(path) not in {"bot", "bot.channels"}]


@pytest.mark.parametrize("path", PATHS, ids=name_of)
def test_a_module_imports_what_the_table_allows(path: Path) -> None:
    row = row_of(name_of(path))
    assert row is not None, "the README's table does not speak of this module"
    refused = {n for n in imported(path.read_text(encoding="utf-8")) if not is_allowed(n, row)}
    assert not refused


def test_every_row_is_a_module() -> None:
    known = {name_of(path) for path in modules()}
    assert set(TABLE) <= known


def test_the_assistant_takes_nothing_of_ours() -> None:
    for path in sorted((ROOT / "intents" / "components").glob("*.py")):
        tops = {name.split(".")[0] for name in imported(path.read_text(encoding="utf-8"))}
        assert not tops & {"bot", "actions", "tests"}, path.name


# What stands above everything else, and who alone may import it.
ENTRY_POINTS = {
    "bot.wiring": {"actions", "bot.bench", "bot.cli", "bot.commands", "bot.doctor",
                   "bot.processes", "bot.server"},
    "bot.cli": {"bot.__main__"},
    "bot.commands": {"bot.bench", "bot.cli"},
    "bot.server": {"bot.commands"},
    "bot.supervisor": {"bot.bench", "bot.commands"},
    "actions": set(),
}  # fmt: skip


@pytest.mark.parametrize("entry", ENTRY_POINTS)
def test_only_entry_points_import_what_stands_above_all(entry: str) -> None:
    for path in PATHS:
        module = name_of(path)
        names = imported(path.read_text(encoding="utf-8"))
        if any(beneath(module, one) for one in (entry, *ENTRY_POINTS[entry])):
            continue
        assert not any(beneath(name, entry) for name in names), module


def beneath(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


@pytest.mark.parametrize(
    ("name", "row", "fine"),
    [
        ("datetime", "bot.domain", True),
        ("structlog", "bot.domain", False),
        ("sqlalchemy", "bot.domain", False),
        ("sqlalchemy.exc", "bot.store", True),
        ("bot.store.db", "bot.domain", False),
        ("bot.channels.mail", "bot.channels.web", False),
        ("rasa_sdk.events", "bot.desk", False),
        ("bot.desk.guide", "bot.reminders", False),
        ("bot.anything", "bot.wiring", True),
    ],
)
def test_the_table_is_read_rightly(name: str, row: str, fine: bool) -> None:
    assert is_allowed(name, row) is fine
