"""Trackers in memory alone, the latest of them: a tracker can be rebuilt from the desk's database.

Nothing that a person wrote reaches a file of Rasa's; what is not spoken of any more goes.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Any, Optional, Text

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

KEPT_AT_MOST = 2_000
KEPT_SECONDS = 7 * 24 * 3600.0


class RecentTrackers(InMemoryTrackerStore):
    """Keeps the trackers of the last conversations, seven days at most."""

    def __init__(
        self,
        domain: Domain,
        event_broker: Optional[EventBroker] = None,
        host: Optional[Text] = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._saved: OrderedDict[Text, float] = OrderedDict()

    async def save(self, tracker: DialogueStateTracker) -> None:
        await super().save(tracker)
        now = time.monotonic()
        self._saved[tracker.sender_id] = now
        self._saved.move_to_end(tracker.sender_id)
        while len(self._saved) > KEPT_AT_MOST or now - self._oldest() > KEPT_SECONDS:
            sender, _ = self._saved.popitem(last=False)
            self.store.pop(sender, None)

    def _oldest(self) -> float:
        return next(iter(self._saved.values()))
