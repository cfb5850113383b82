"""The assessment of an incident, as the register keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the register of incidents keeps of one (PIPEDA s.10.1; SOR/2018-64, s.6).

    The factors of s.10.1(8): how sensitive the information is, how probable its misuse. `real_risk`
    says whether there is a real risk of significant harm, `why` gives the reasons. The dates are
    those of the report to the Commissioner, of telling the people, and of telling others who can
    reduce the harm.
    """

    determined_on: date
    sensitivity: str
    misuse: str
    real_risk: bool
    why: str
    reported_on: date | None = None
    people_told_on: date | None = None
    others_told: Mapping[str, date] | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "determined_on": self.determined_on.isoformat(),
            "sensitivity": self.sensitivity,
            "misuse": self.misuse,
            "real_risk": self.real_risk,
            "why": self.why,
            "reported_on": self.reported_on and self.reported_on.isoformat(),
            "people_told_on": self.people_told_on and self.people_told_on.isoformat(),
            "others_told": {who: day.isoformat() for who, day in (self.others_told or {}).items()},
        }
