"""Run a command that does not outlive its parent: `python tether.py PARENT COMMAND...`.

The command takes this process's place. On Linux the kernel kills it when the parent dies, however
that happens; elsewhere an orderly stop of the parent stops it. Standard library alone, quick.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Replace this process by the command. Exits with 1 when the parent is gone already."""
    parent, command = int(arguments[0]), arguments[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])
