"""When a model is trained, and which one counts, with a small script in Rasa's place."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from bot import training
from bot.config import Settings, read_settings
from bot.training import TrainingError, copy_model, ensure_model, find_model, fingerprint

TRAINS = """#!/bin/sh
# Called as: python -m rasa train ... --out FOLDER --fixed-model-name model
while [ "$1" != --out ]; do shift; done
mkdir -p "$2" && date +%N > "$2/model.tar.gz" && echo trained
"""
FAILS = "#!/bin/sh\necho something is wrong with nlu.yml\nexit 1\n"


@pytest.fixture
def rasa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Say what stands in for Rasa; the intents are those of a small folder."""
    intents = tmp_path / "intents"
    (intents / "nlu").mkdir(parents=True)
    (intents / "nlu" / "greet.yml").write_text("- hello\n", encoding="utf-8")
    program = tmp_path / "python"
    monkeypatch.setattr(training, "INTENTS", intents)
    monkeypatch.setattr(training, "assistant_python", lambda: program)
    monkeypatch.setattr(training, "install_assistant", lambda _root: None)

    def write(script: str) -> None:
        program.write_text(script, encoding="utf-8")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)

    write(TRAINS)
    return write


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings({"PRIVACYDESK_HOME": str(tmp_path / "home")}, None)


Rasa = Callable[[str], None]


def quietly(_line: str) -> None:
    """These tests have nobody to tell."""


def learn(text: str) -> None:
    (training.INTENTS / "nlu" / "greet.yml").write_text(text, encoding="utf-8")


def test_a_model_is_trained_once(rasa: Rasa, settings: Settings) -> None:
    assert find_model(settings) is None
    told: list[str] = []
    first = ensure_model(settings, told.append)
    assert told[0].startswith("Training the assistant")
    assert first.intact
    assert ensure_model(settings, told.append) == first
    assert len(told) == 2
    assert find_model(settings) == first


def test_force_trains_again(rasa: Rasa, settings: Settings) -> None:
    first = ensure_model(settings, quietly)
    again = ensure_model(settings, quietly, force=True)
    assert again.sha256 != first.sha256
    assert again.path == first.path


def test_a_changed_example_means_a_new_model(rasa: Rasa, settings: Settings) -> None:
    first = ensure_model(settings, quietly)
    learn("- hello there\n")
    assert find_model(settings) is None
    second = ensure_model(settings, quietly)
    assert second.path != first.path
    learn("- hello\n")
    assert find_model(settings) == first


def test_only_the_newest_models_are_kept(rasa: Rasa, settings: Settings) -> None:
    for number in range(4):
        learn(f"- hello {number}\n")
        ensure_model(settings, quietly)
    folder = settings.home / "models"
    assert len(list(folder.glob("*.tar.gz"))) == len(list(folder.glob("*.json"))) == 2


def test_a_failed_training_keeps_the_old_model_and_names_the_log(
    rasa: Rasa, settings: Settings
) -> None:
    first = ensure_model(settings, quietly)
    rasa(FAILS)
    with pytest.raises(TrainingError, match=r"train\.log"):
        ensure_model(settings, quietly, force=True)
    assert find_model(settings) == first and first.intact
    log = (settings.home / "logs" / "train.log").read_text(encoding="utf-8")
    assert "something is wrong" in log


def test_a_training_that_leaves_no_model_is_a_failed_one(rasa: Rasa, settings: Settings) -> None:
    rasa("#!/bin/sh\necho trained\n")
    with pytest.raises(TrainingError, match="without a model"):
        ensure_model(settings, quietly)
    assert find_model(settings) is None


def test_a_swapped_model_shows(rasa: Rasa, settings: Settings) -> None:
    model = ensure_model(settings, quietly)
    model.path.write_bytes(b"another model")
    assert not model.intact


def test_a_broken_record_means_no_model(rasa: Rasa, settings: Settings) -> None:
    model = ensure_model(settings, quietly)
    beside = model.path.with_name(model.path.name.replace(".tar.gz", ".json"))
    beside.write_text("{", encoding="utf-8")
    assert find_model(settings) is None
    beside.write_text(json.dumps({"fingerprint": "another"}), encoding="utf-8")
    assert find_model(settings) is None


def test_a_model_serves_another_home(rasa: Rasa, settings: Settings, tmp_path: Path) -> None:
    model = ensure_model(settings, quietly)
    copy_model(model, tmp_path / "other")
    other = read_settings({"PRIVACYDESK_HOME": str(tmp_path / "other")}, None)
    found = find_model(other)
    assert found is not None
    assert (found.sha256, found.path.parent) == (model.sha256, tmp_path / "other" / "models")


def test_the_fingerprint_is_over_names_and_contents(tmp_path: Path) -> None:
    def made(name: str, files: dict[str, str]) -> Path:
        for path, text in files.items():
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_text(text, encoding="utf-8")
        return tmp_path / name

    policy = made("policy", {"clauses.json": "{}"})
    one = made(
        "one", {"nlu/a.yml": "x", ".venv/lib/b.py": "1", "components/__pycache__/c.pyc": "1"}
    )
    same = made("same", {"nlu/a.yml": "x", ".venv/lib/b.py": "2", ".rasa/cache": "3"})
    renamed = made("renamed", {"nlu/b.yml": "x"})
    other_policy = made("other", {"clauses.json": '{"1": "x"}'})
    assert fingerprint(one, policy) == fingerprint(same, policy)
    assert fingerprint(one, policy) != fingerprint(renamed, policy)
    assert fingerprint(one, policy) != fingerprint(one, other_policy)


def test_rasa_is_given_nothing_of_the_machine_s_settings(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://desk:secret@somewhere/desk")
    given = training.rasa_environment(settings)
    assert "DATABASE_URL" not in given
    assert given["RASA_TELEMETRY_ENABLED"] == "false"
    assert given["HF_HUB_OFFLINE"] == "1"


def test_a_relative_data_folder_is_the_same_one_for_rasa(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rasa works in intents/, the desk wherever it was started."""
    monkeypatch.chdir(tmp_path)
    relative = read_settings({"DATA_DIR": "north", "PRIVACYDESK_HOME": "home"}, None)
    told = training.rasa_environment(relative)["POLICY_DIR"]
    assert Path(told) == tmp_path / "north" / "policy"
