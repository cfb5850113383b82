"""Training the assistant: a model belongs to the files it was trained from, by fingerprint.

What lives here: when to train, running `rasa train`, the model's place. What does not: what is
learnt (intents/), running the model (supervisor).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.config import ROOT, Settings
from bot.domain.errors import DeskError
from bot.installation import InstallationError, install_assistant

INTENTS = ROOT / "intents"
NOT_LEARNT = {".venv", ".rasa", "__pycache__", "models", ".pytest_cache", ".mypy_cache"}
KEPT_MODELS = 2
PROGRESS_SECONDS = 15.0

Say = Callable[[str], None]


class TrainingError(DeskError):
    """The assistant could not be trained."""

    code = "training"


@dataclass(frozen=True, slots=True)
class Model:
    """A trained model and what it was trained from."""

    path: Path
    fingerprint: str
    sha256: str
    seconds: float

    @property
    def intact(self) -> bool:
        """Tell whether the file is still the one that was trained here."""
        return self.path.is_file() and file_digest(self.path) == self.sha256


def fingerprint(intents: Path, policy: Path) -> str:
    """Give the SHA-256 over every file that training reads, by name and content."""
    digest = hashlib.sha256()
    for label, folder in (("intents", intents), ("policy", policy)):
        for path in sorted(_files(folder)):
            name = f"{label}/{path.relative_to(folder).as_posix()}"
            digest.update(f"{name}\0{file_digest(path)}\0".encode())
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.name in NOT_LEARNT or entry.suffix == ".pyc":
            continue
        if entry.is_dir():
            yield from _files(entry)
        elif entry.is_file():
            yield entry


def file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def current_fingerprint(settings: Settings) -> str:
    return fingerprint(INTENTS, settings.data_dir / "policy")


def find_model(settings: Settings) -> Model | None:
    """Return the model of this home for today's files, or None when training is needed."""
    return _recorded(settings.home / "models", current_fingerprint(settings))


def _recorded(folder: Path, wanted: str) -> Model | None:
    path = _model_path(folder, wanted)
    try:
        record: dict[str, Any] = json.loads(_record_path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if record.get("fingerprint") != wanted or not path.is_file():
        return None
    return Model(path, wanted, str(record["sha256"]), float(record["seconds"]))


def _model_path(folder: Path, wanted: str) -> Path:
    return folder / f"intents-{wanted[:16]}.tar.gz"


def _record_path(model: Path) -> Path:
    return model.with_name(model.name.replace(".tar.gz", ".json"))


def ensure_model(settings: Settings, say: Say, *, force: bool = False) -> Model:
    """Return a model for today's files, training one when there is none.

    Two starters of one home train once. Raises TrainingError; the old model stays then.
    """
    folder = settings.home / "models"
    folder.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(folder):
        wanted = current_fingerprint(settings)
        model = None if force else _recorded(folder, wanted)
        if model is not None:
            return model
        try:
            install_assistant(ROOT)
        except InstallationError as error:
            raise TrainingError(str(error)) from error
        say("Training the assistant, a few minutes (3 of 4) ...")
        started = time.monotonic()
        _train(settings, _model_path(folder, wanted), say)
        model = _record(_model_path(folder, wanted), wanted, time.monotonic() - started)
        _forget_older(folder, model)
    say(f"Trained in {model.seconds:.0f} s.")
    return model


def copy_model(model: Model, home: Path) -> None:
    """Give another home this model, so that it need not train."""
    folder = home / "models"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(model.path, folder)
    shutil.copy(_record_path(model.path), folder)


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _train(settings: Settings, target: Path, say: Say) -> None:
    # --force: Rasa's cache knows neither the files that our components read nor their modules, so
    # it would hand out a part that was learnt from yesterday's.
    what = ("--config", "config.yml", "--domain", "domain", "--data", "nlu", "rules", "--force")
    train_into(settings, target, what, "train.log", say)


def train_into(
    settings: Settings, target: Path, arguments: Sequence[str], log: str, say: Say
) -> None:
    """Run `rasa train` with these arguments; the model is at `target` whole or not at all.

    Raises TrainingError.
    """
    partial = target.parent / f"partial-{os.getpid()}"
    place = ("--out", str(partial), "--fixed-model-name", "model")
    run_in_rasa(settings, ("-m", "rasa", "train", *arguments, *place), log, say)
    trained = partial / "model.tar.gz"
    if not trained.is_file():
        raise TrainingError("training ended without a model")
    trained.replace(target)
    partial.rmdir()


def run_in_rasa(settings: Settings, arguments: Sequence[str], log: str, say: Say) -> None:
    """Run Rasa's interpreter to its end, its words in a log of that name in the home.

    Raises TrainingError, which names the log.
    """
    log_path = settings.home / "logs" / log
    log_path.parent.mkdir(parents=True, exist_ok=True)
    command = [str(assistant_python()), *arguments]
    environment = rasa_environment(settings)
    with log_path.open("wb") as words:
        running = subprocess.Popen(  # noqa: S603
            command, cwd=INTENTS, env=environment, stdin=subprocess.DEVNULL, stdout=words,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            status = _wait(running, say)
        except BaseException:
            running.kill()
            running.wait()
            raise
    if status != 0:
        raise TrainingError(
            f"Rasa failed (exit status {status}); the reason is at the end of {log_path}"
        )


def _wait(running: subprocess.Popen[bytes], say: Say) -> int:
    started = time.monotonic()
    while True:
        try:
            return running.wait(timeout=PROGRESS_SECONDS)
        except subprocess.TimeoutExpired:
            say(f"  ... {time.monotonic() - started:.0f} s")


def _record(path: Path, wanted: str, seconds: float) -> Model:
    model = Model(path, wanted, file_digest(path), round(seconds, 1))
    record = {"fingerprint": wanted, "sha256": model.sha256, "seconds": model.seconds}
    beside = _record_path(path)
    partial = beside.with_suffix(".partial")
    partial.write_text(json.dumps(record) + "\n", encoding="utf-8")
    partial.replace(beside)
    return model


def _forget_older(folder: Path, kept: Model) -> None:
    """Keep the newest model before this one as well, for going back; remove the rest."""
    models = sorted(
        (path for path in folder.glob("intents-*.tar.gz") if path != kept.path),
        key=lambda path: path.stat().st_mtime,
        reverse=True,
    )
    for path in models[KEPT_MODELS - 1 :]:
        _record_path(path).unlink(missing_ok=True)
        path.unlink()


def assistant_python() -> Path:
    return INTENTS / ".venv" / "bin" / "python"


def rasa_environment(settings: Settings) -> Mapping[str, str]:
    """The environment of every Rasa process: quiet, offline, its caches under the desk's home."""
    cache = settings.home / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ") if name in os.environ},
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_CACHE_DIRECTORY": str(cache / "rasa"),
        "MPLCONFIGDIR": str(cache / "matplotlib"),
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONWARNINGS": "ignore",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "LOG_LEVEL": "WARNING",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "1",
        "CUDA_VISIBLE_DEVICES": "-1",
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "TRANSFORMERS_VERBOSITY": "error",
        "TOKENIZERS_PARALLELISM": "false",
        "OMP_NUM_THREADS": str(min(2, os.cpu_count() or 1)),
        # Rasa works in another folder, where a relative path would name another place.
        "POLICY_DIR": str((settings.data_dir / "policy").resolve()),
    }
