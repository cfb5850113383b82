"""The company that runs the desk, and the doors the desk may point to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
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

    @property
    def human_resources(self) -> Door:
        return self.doors["human_resources"]
