"""Install both environments from their locks; a step whose lock is unchanged is skipped.

Runs before anything is installed (`python3 -m bot.installation`), so: the standard library alone.
Raises nothing of ours but InstallationError, whose text says what to do.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV_VERSION = "0.13.9"
OLDEST = (3, 11)
STAMP = ".privacydesk-installed"
HEARTBEAT_SECONDS = 20


class InstallationError(Exception):
    """The installation could not be finished."""


def say(line: str) -> None:
    """Tell the operator; on stderr, because stdout carries answers alone."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201


def install(root: Path = ROOT) -> None:
    """Install the application and the assistant beneath it, as the locks say."""
    install_application(root)
    install_assistant(root)


def install_application(root: Path = ROOT) -> None:
    """Make `.venv` match requirements.lock, with the command at .venv/bin/privacydesk."""
    environment = root / ".venv"
    wanted = _state(root, root / "requirements.lock", root / "pyproject.toml")
    if _is_installed(environment, wanted):
        return
    with _one_at_a_time(root):
        if _is_installed(environment, wanted):
            return
        uv = _uv(root)
        say("Installing the application (1 of 4) ...")
        _make_environment(uv, root, environment, _current_python())
        _sync(uv, root, environment)
        # The build backend is in the lock: nothing is fetched that carries no hash.
        _run(
            [
                *(uv, "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"),
                *("--python", _python(environment), "--editable", str(root)),
            ],
            root,
        )
        _stamp(environment, wanted)


def install_assistant(root: Path = ROOT) -> None:
    """Make `intents/.venv` (Python 3.10) match intents/requirements.lock."""
    folder = root / "intents"
    environment = folder / ".venv"
    wanted = _state(root, folder / "requirements.lock", folder / ".python-version")
    if _is_installed(environment, wanted):
        return
    with _one_at_a_time(root):
        if _is_installed(environment, wanted):
            return
        uv = _uv(root)
        say("Installing the assistant, about 2 GB in an environment of its own (2 of 4) ...")
        version = (folder / ".python-version").read_text(encoding="utf-8").strip()
        try:
            _make_environment(uv, folder, environment, version)
        except InstallationError as error:
            raise InstallationError(
                f"The assistant needs Python {version}, which is neither installed nor could be "
                f"fetched. Install it (`pyenv install {version}`, `uv python install {version}`, "
                f"or your system's python{version} with its venv package) and start again."
            ) from error
        _sync(uv, folder, environment)
        _stamp(environment, wanted)


def assistant_is_installed(root: Path = ROOT) -> bool:
    folder = root / "intents"
    wanted = _state(root, folder / "requirements.lock", folder / ".python-version")
    return _is_installed(folder / ".venv", wanted)


def _state(root: Path, *files: Path) -> str:
    """What an environment was installed for: its files, and its place, as scripts name it."""
    digest = hashlib.sha256(str(root).encode())
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _is_installed(environment: Path, wanted: str) -> bool:
    stamp = environment / STAMP
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted


def _stamp(environment: Path, wanted: str) -> None:
    (environment / STAMP).write_text(wanted, encoding="utf-8")


def _python(environment: Path) -> str:
    return str(environment / "bin" / "python")


@contextmanager
def _one_at_a_time(root: Path) -> Iterator[None]:
    """Let a second start in the same checkout wait for the first."""
    folder = root / ".uv"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _uv(root: Path) -> str:
    """Return the pinned uv of this checkout, installing it with pip when it is absent."""
    uv = root / ".uv" / "bin" / "uv"
    if uv.is_file() and _answers(str(uv), "--version", UV_VERSION):
        return str(uv)
    say("Installing uv ...")
    pinned = f"uv=={UV_VERSION}"
    try:
        _run([sys.executable, "-m", "venv", str(root / ".uv")], root)
        _run([str(root / ".uv" / "bin" / "python"), "-m", "pip", "install", "-qq", pinned], root)
    except InstallationError as error:
        raise InstallationError(
            "uv could not be installed: check the network, and that this Python has `venv` "
            "(Debian and Ubuntu: apt install python3-venv)."
        ) from error
    return str(uv)


def _answers(program: str, option: str, expected: str) -> bool:
    try:
        done = subprocess.run([program, option], capture_output=True, text=True, check=False)  # noqa: S603
    except OSError:
        return False
    return done.returncode == 0 and expected in done.stdout


def _current_python() -> str:
    """The interpreter of the application: this one when it is recent enough, else one on PATH."""
    if sys.version_info >= OLDEST:
        return os.path.realpath(sys.executable) if sys.prefix == sys.base_prefix else sys.executable
    for name in ("python3.13", "python3.12", "python3.11"):
        found = shutil.which(name)
        if found and _answers(found, "--version", "Python 3"):
            return found
    return ".".join(map(str, OLDEST))


def _make_environment(uv: str, folder: Path, environment: Path, python: str) -> None:
    if not _answers(_python(environment), "--version", "Python"):
        _run(
            [
                *(uv, "--directory", str(folder), "venv", "--quiet", "--clear"),
                *("--python", python, str(environment)),
            ],
            folder,
        )


def _sync(uv: str, folder: Path, environment: Path) -> None:
    quiet = [] if sys.stderr.isatty() else ["--quiet"]
    _run(
        [
            *(uv, "--directory", str(folder), "pip", "sync", "--require-hashes", *quiet),
            # Compiled once here and not at every start: half of the seconds until the page answers.
            *("--compile-bytecode", "--python", _python(environment), "requirements.lock"),
        ],
        folder,
    )


def _run(command: Sequence[str], folder: Path) -> None:
    """Run one step and show that it is alive. Raises InstallationError when it fails."""
    started = time.monotonic()
    running = subprocess.Popen(command, cwd=folder, env=_environment(), stdout=sys.stderr)  # noqa: S603
    try:
        while True:
            try:
                status = running.wait(timeout=HEARTBEAT_SECONDS)
                break
            except subprocess.TimeoutExpired:
                say(f"  ... {time.monotonic() - started:.0f} s")
    except BaseException:
        running.terminate()
        running.wait()
        raise
    if status != 0:
        raise InstallationError(f"This step failed: {' '.join(command)}")


def _environment() -> Mapping[str, str]:
    """The environment of uv: a package mirror that pip was told of holds for uv too."""
    environment = dict(os.environ)
    for name in ("VIRTUAL_ENV", "PYENV_VERSION"):
        # A pyenv shim names its own version to its children, whatever folder they work in.
        environment.pop(name, None)
    if "UV_DEFAULT_INDEX" not in environment:
        mirror = environment.get("PIP_INDEX_URL") or _pip_setting("global.index-url")
        if mirror:
            environment["UV_DEFAULT_INDEX"] = mirror
    return environment


def _pip_setting(name: str) -> str:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pip", "config", "get", name],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() if done.returncode == 0 else ""


def main() -> int:
    try:
        install()
    except InstallationError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("Stopped; start again to go on.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
