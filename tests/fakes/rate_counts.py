"""Counts for rate limits in memory, with windows that never end."""

from __future__ import annotations

from collections import Counter


class FakeRateCounts:
    """Refuses with the same wait once a key's limit is used up."""

    def __init__(self, wait: int = 17) -> None:
        self.wait = wait
        self.used: Counter[str] = Counter()

    def take(self, key: str, limit: int, seconds: int) -> int:
        if self.used[key] >= limit:
            return self.wait
        self.used[key] += 1
        return 0
