"""The secrets of one home: each made when it is first asked for, and kept in `keys/`."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from bot.config import Settings

AUDIT_KEY_FILE = "audit_key"


def rasa_secret(settings: Settings) -> str:
    """The secret that our processes share: the setting, else the file made at the first start."""
    if settings.rasa_secret is not None:
        return settings.rasa_secret.get_secret_value()
    return kept(settings.home, "rasa_secret")


def audit_key(settings: Settings) -> bytes:
    """The key that signs events.

    Processes and machines that share a database share the file `keys/audit_key`, too.
    """
    return bytes.fromhex(kept(settings.home, AUDIT_KEY_FILE))


def kept(home: Path, name: str) -> str:
    """A secret of this home, in hexadecimal; whoever asks first makes it for all."""
    path = home / "keys" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f"{name}.{os.getpid()}")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
            file.write(os.urandom(32).hex())
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text(encoding="ascii").strip()
