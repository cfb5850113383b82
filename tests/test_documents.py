"""The documents, held against what they speak of: settings, commands, intents, kinds, files."""

from __future__ import annotations

import ast
import re
import subprocess

import pytest
import yaml

from bot.cli import COMMANDS
from bot.config import ROOT, SECRETS, Settings, read_settings
from bot.domain.tickets import Kind
from bot.store.library import load_library

README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
SETTINGS = sorted(name.upper() for name in Settings.model_fields)
TREE = re.search(r"^```\n(README\.md .*?)^```", README, re.MULTILINE | re.DOTALL)


def tracked(*paths: str) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *paths],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return listed.stdout.splitlines()


def tree() -> set[str]:
    """The paths that the README's tree names."""
    assert TREE is not None
    found, folder = set(), ""
    for line in TREE.group(1).splitlines():
        names = re.split(r"\s{2,}", line.strip())[0].split()
        indented = line.startswith("  ")
        for name in names:
            found.add(f"{folder}{name}" if indented else name)
        if not indented:
            folder = names[0] if names[0].endswith("/") else ""
    return found


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_is_documented(setting: str) -> None:
    assert f"`{setting}`" in README
    assert re.search(rf"^#{setting}=", EXAMPLE, re.MULTILINE)


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_may_come_from_a_file_and_says_so(secret: str) -> None:
    assert secret in EXAMPLE.split("# ---")[0]


def test_the_example_names_settings_alone() -> None:
    named = set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE))
    assert named - {"POSTGRES_PASSWORD"} == set(SETTINGS)


def test_the_example_can_be_used_as_it_is() -> None:
    path = ROOT / ".env.example"
    assert read_settings({}, path) == read_settings({}, None)


def test_every_default_in_the_example_is_the_real_one() -> None:
    defaults = read_settings({}, None)
    for name in ("PRIVACYDESK_ENV", "LOG_LEVEL", "BOT_PORT", "RASA_PORT", "ACTIONS_PORT"):
        value = re.search(rf"^#{name}=(.+)$", EXAMPLE, re.MULTILINE)
        assert value is not None
        assert value.group(1) == str(getattr(defaults, name.lower()))


@pytest.mark.parametrize("kind", Kind)
def test_a_kind_of_ticket_is_documented(kind: Kind) -> None:
    row = re.search(rf"^\| {kind} \| (.+) \|$", README, re.MULTILINE)
    assert row is not None
    for rule in load_library().kinds[kind].clocks:
        assert str(rule.days) in row.group(1)
        assert rule.name.replace("_", " ") in row.group(1)


def intents() -> set[str]:
    """The intents that Rasa's domain declares and examples are written for."""
    declared: set[str] = set()
    for path in sorted((ROOT / "intents" / "domain").glob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")).get("intents", []):
            declared |= {entry} if isinstance(entry, str) else set(entry)
    return declared & {path.stem for path in (ROOT / "intents" / "nlu").glob("*.yml")}


@pytest.mark.parametrize("intent", sorted(intents()))
def test_an_intent_is_documented(intent: str) -> None:
    assert f"`{intent}`" in README


def test_the_intents_are_all_there() -> None:
    assert len(intents()) == 25


def test_the_tree_names_every_file_at_the_top() -> None:
    named = {path.split("/")[0] for path in tree()}
    there = {path.split("/")[0] for path in tracked()}
    assert there <= named


def test_the_tree_names_every_module_of_the_application() -> None:
    there = {"/".join(path.split("/")[:2]) for path in tracked("bot")} - {"bot/__init__.py"}
    named = {path.rstrip("/") for path in tree()}
    assert there <= named


def test_what_the_tree_names_is_there() -> None:
    missing = {path for path in tree() if not (ROOT / path).exists()}
    assert not missing


def test_every_command_of_the_readme_is_one() -> None:
    known = set(COMMANDS)
    named = set(re.findall(r"privacydesk ([a-z]+)", README))
    assert named
    assert named <= known


def test_every_target_of_the_readme_is_one() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"`?make ([a-z]+)", README)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_links_in_the_documents_lead_somewhere() -> None:
    for name in tracked("*.md"):
        path = ROOT / name
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{name}: {target}"


def test_every_module_says_what_it_is() -> None:
    for name in tracked("bot/*.py", "actions/*.py"):
        source = (ROOT / name).read_text(encoding="utf-8")
        assert not source or ast.get_docstring(ast.parse(source)), name


def test_no_registry_and_no_place_of_a_machine_is_tracked() -> None:
    hosts = ["py" + "pi.org", "python" + "hosted", "npm" + "js.org", "npm" + "js.com"]
    places = ["/wo" + "rk/", "/ro" + "ot/"]
    pattern = "|".join(re.escape(word) for word in (*hosts, *places))
    found = subprocess.run(
        ["git", "grep", "-lE", pattern], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.stdout == ""


def test_the_version_is_the_change_log_s() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    version = re.search(r'^version = "(.+)"$', project, re.MULTILINE)
    newest = re.search(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert version is not None and newest is not None
    assert version.group(1) == newest.group(1)
