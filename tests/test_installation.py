"""Installing from locks, with a small script in uv's place."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bot import installation
from bot.installation import (
    InstallationError,
    assistant_is_installed,
    install,
    install_application,
    install_assistant,
)

UV = f"""#!/bin/sh
echo "$@" >> "$(dirname "$0")/calls"
case "$*" in
  --version) echo "uv {installation.UV_VERSION}" ;;
  *"pip sync"*) [ -e "$(dirname "$0")/no-network" ] && exit 1; exit 0 ;;
  *" venv "*) [ -e "$(dirname "$0")/no-python" ] && exit 2
              for last; do :; done; mkdir -p "$last/bin" ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    uv = tmp_path / ".uv" / "bin" / "uv"
    uv.parent.mkdir(parents=True)
    uv.write_text(UV, encoding="utf-8")
    uv.chmod(uv.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "intents").mkdir()
    for path in ("requirements.lock", "pyproject.toml", "intents/requirements.lock"):
        (tmp_path / path).write_text("locked\n", encoding="utf-8")
    (tmp_path / "intents" / ".python-version").write_text("3.10\n", encoding="utf-8")
    return tmp_path


def calls(checkout: Path) -> list[str]:
    log = checkout / ".uv" / "bin" / "calls"
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return [line for line in lines if line != "--version"]


def test_both_environments_are_installed_from_their_locks(
    checkout: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    install(checkout)
    made = calls(checkout)
    assert len([c for c in made if "pip sync --require-hashes" in c]) == 2
    assert len([c for c in made if "--editable" in c]) == 1
    assert any("--python 3.10" in c for c in made)
    assert assistant_is_installed(checkout)
    told = capfd.readouterr()
    assert told.out == ""
    assert "(1 of 4)" in told.err and "(2 of 4)" in told.err


def test_an_unchanged_lock_is_not_installed_again(
    checkout: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    install(checkout)
    before = calls(checkout)
    capfd.readouterr()
    install(checkout)
    assert calls(checkout) == before
    assert capfd.readouterr().err == ""


def test_a_changed_lock_is_installed(checkout: Path) -> None:
    install(checkout)
    before = len(calls(checkout))
    (checkout / "requirements.lock").write_text("locked anew\n", encoding="utf-8")
    install(checkout)
    again = calls(checkout)[before:]
    assert any("sync" in c for c in again)
    assert not any("--directory " + str(checkout / "intents") in c for c in again)


def test_a_moved_checkout_is_installed_again(checkout: Path) -> None:
    install_application(checkout)
    moved = checkout.rename(checkout.with_name("moved"))
    before = len(calls(moved))
    install_application(moved)
    assert len(calls(moved)) > before


def test_a_failed_step_is_tried_again(checkout: Path) -> None:
    (checkout / ".uv" / "bin" / "no-network").touch()
    with pytest.raises(InstallationError, match="failed"):
        install_application(checkout)
    (checkout / ".uv" / "bin" / "no-network").unlink()
    install_application(checkout)
    assert any("--editable" in c for c in calls(checkout))


def test_a_missing_python_is_named_with_ways_to_get_it(checkout: Path) -> None:
    (checkout / ".uv" / "bin" / "no-python").touch()
    with pytest.raises(InstallationError, match=r"Python 3\.10.*uv python install 3\.10"):
        install_assistant(checkout)
    assert not assistant_is_installed(checkout)


def test_a_mirror_that_pip_was_told_of_holds_for_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    monkeypatch.setenv("PYENV_VERSION", "3.11.7")
    environment = installation._environment()
    assert environment["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert "PYENV_VERSION" not in environment
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://own.example/simple")
    assert installation._environment()["UV_DEFAULT_INDEX"] == "https://own.example/simple"
