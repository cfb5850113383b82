"""The company that runs the desk, and the doors the desk may point to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Officer:
    """The designated person of policy 1.2 and 8.1."""

    title: str
    name: str
    address: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class Door:
    """Where a person is sent with what the desk does not do; `purpose` says with what."""

    name: str
    purpose: str
    phone: str
    hours: str
    web: str

    @property
    def directions(self) -> str:
        """Say what the door is for and how to reach it."""
        return f"{self.name} ({self.purpose}): {self.phone}, {self.web}, {self.hours}"


@dataclass(frozen=True, slots=True)
class Regulator:
    """Who hears complaints about the company."""

    name: str
    address: str
    phone: str
    web: str


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """When the office is open: weekdays as `date.weekday` counts them, local wall clock."""

    weekdays: frozenset[int]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Company:
    """Everything of data/company.yml.

    `doors` has at least customer_service, technical_support, billing and human_resources.
    `placeholders` and `to_confirm` name, by dotted path, what has still to be filled in or to be
    confirmed by a person.
    """

    name: str
    province: str
    zone: ZoneInfo
    privacy_officer: Officer
    office_hours: OfficeHours
    doors: Mapping[str, Door]
    regulator: Regulator
    placeholders: tuple[str, ...] = ()
    to_confirm: tuple[str, ...] = ()

    @property
    def customer_service(self) -> Door:
        return self.doors["customer_service"]

    def opens_on(self, day: date) -> bool:
        """Tell whether the office opens on this weekday; holidays are the calendar's matter."""
        return day.weekday() in self.office_hours.weekdays

    def hours_on(self, day: date) -> tuple[datetime, datetime]:
        """Give when the office opens and closes on this date, on the company's wall clock."""
        hours = self.office_hours
        return (
            datetime.combine(day, hours.opens, tzinfo=self.zone),
            datetime.combine(day, hours.closes, tzinfo=self.zone),
        )

    @property
    def officer_contact(self) -> str:
        """Who the Privacy Officer is and how to reach them, in one sentence."""
        officer = self.privacy_officer
        return (
            f"{officer.title}: {officer.name}, {officer.address}; "
            f"e-mail {officer.email}, telephone {officer.phone}."
        )

    @property
    def customer_doors(self) -> str:
        """Where a customer turns with anything else, in one sentence."""
        doors = (self.doors[key] for key in ("customer_service", "technical_support", "billing"))
        return "; ".join(door.directions for door in doors) + "."

    @property
    def staff_doors(self) -> str:
        """Where an employee turns with anything else, in one sentence."""
        doors = (self.doors[key] for key in ("human_resources", "technical_support"))
        return "; ".join(door.directions for door in doors) + "."

    @property
    def human_resources(self) -> Door:
        return self.doors["human_resources"]
