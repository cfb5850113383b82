"""A measured figure, the machine it was measured on, and how much slower that machine is now."""

from __future__ import annotations

import os
import platform
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass

REFERENCE_LOOP_SECONDS = 0.25
REFERENCE_FSYNC_SECONDS = 0.05
TOO_BUSY = 3.0


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `value` is None when it could not be measured; then it is not met."""

    name: str
    value: float | None
    unit: str
    bound: float
    met: bool

    @classmethod
    def at_most(cls, name: str, value: float | None, unit: str, bound: float) -> Figure:
        rounded = None if value is None else round(value, 3)
        return cls(name, rounded, unit, round(bound, 3), value is not None and value <= bound)

    @classmethod
    def at_least(cls, name: str, value: float | None, unit: str, bound: float) -> Figure:
        rounded = None if value is None else round(value, 3)
        return cls(name, rounded, unit, round(bound, 3), value is not None and value >= bound)

    def to_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "bound": self.bound,
            "met": self.met,
        }


def machine() -> str:
    """Processor, cores, memory and Python, as the README describes a machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}"
    )


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            names = [line.partition(":")[2].strip() for line in lines if "model name" in line]
    except OSError:
        names = []
    return names[0] if names else platform.machine()


def machine_factor() -> float:
    """How much slower this machine is right now than the reference, at least 1.0.

    The larger of 5,000,000 rounds of `s += i*i` over 0.25 s and 200 fsyncs of 4 KiB over 0.05 s.
    """
    return max(
        1.0, _loop_seconds() / REFERENCE_LOOP_SECONDS, _fsync_seconds() / REFERENCE_FSYNC_SECONDS
    )


def _loop_seconds() -> float:
    started, s = time.perf_counter(), 0
    for i in range(5_000_000):
        s += i * i
    return time.perf_counter() - started


def _fsync_seconds() -> float:
    with tempfile.TemporaryFile() as file:
        started = time.perf_counter()
        for _ in range(200):
            file.write(b"\0" * 4096)
            file.flush()
            os.fsync(file.fileno())
        return time.perf_counter() - started


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)
