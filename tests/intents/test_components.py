"""The Rasa components are tested in Rasa's own environment: Python 3.10 and unittest.

Each `check_*.py` beside this file runs in a process of `intents/.venv`; by hand, in this folder:
`PYTHONPATH=../../intents ../../intents/.venv/bin/python -m unittest check_text`.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
INTENTS = HERE.parents[1] / "intents"
CHECKS = sorted(path.stem for path in HERE.glob("check_*.py"))


@pytest.mark.processes
@pytest.mark.parametrize("name", CHECKS)
def test_components(name: str, tmp_path: Path) -> None:
    ran = subprocess.run(
        [str(INTENTS / ".venv" / "bin" / "python"), "-m", "unittest", "-v", name],
        cwd=HERE,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "PYTHONPATH": str(INTENTS),
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "CUDA_VISIBLE_DEVICES": "-1",
            "TRANSFORMERS_OFFLINE": "1",
            "TRANSFORMERS_VERBOSITY": "error",
            "RASA_TELEMETRY_ENABLED": "false",
            "PYTHONWARNINGS": "ignore",
        },
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " ... ok" in ran.stderr, "no check ran"
