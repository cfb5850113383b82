"""The company, the clocks and the retention schedule: `data/*.yml` into frozen facts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Literal, cast

from bot.domain.clocks import ClockRule, KindRules, Start, Unit
from bot.domain.company import Company, Door, OfficeHours, Officer, Regulator
from bot.domain.retention import RetentionRule, parse_period
from bot.domain.thresholds import ReminderRules
from bot.domain.workdays import WEEKDAY_NAMES
from bot.domain.zones import zone_of
from bot.store.located import Located, read_located

DOORS = ("customer_service", "technical_support", "billing", "human_resources")
DUTIES = "officer deputy fallback"
KINDS = ("inquiry", "complaint", "access", "correction", "withdrawal", "incident")


def read_company(path: Path, name: str) -> Company:
    """Read data/company.yml. ConfigurationError names file and line."""
    root = read_located(path, name)
    top = root.record(
        "name province time_zone privacy_officer office_hours doors regulator",
        "placeholders to_confirm",
    )
    officer = top["privacy_officer"].record("title name address email phone")
    regulator = top["regulator"].record("name address phone web")
    return Company(
        name=top["name"].text(),
        province=top["province"].text(),
        zone=top["time_zone"].parsed(zone_of, "a zone of the tz database, as America/Toronto"),
        privacy_officer=Officer(**{key: value.text() for key, value in officer.items()}),
        office_hours=_office_hours(top["office_hours"]),
        doors=MappingProxyType(_doors(top["doors"])),
        regulator=Regulator(**{key: value.text() for key, value in regulator.items()}),
        placeholders=_paths(top, "placeholders"),
        to_confirm=_paths(top, "to_confirm"),
    )


def _office_hours(value: Located) -> OfficeHours:
    hours = value.record("days opens closes")
    days = frozenset(
        WEEKDAY_NAMES.index(day.choice(*WEEKDAY_NAMES)) for day in hours["days"].items()
    )
    opens, closes = hours["opens"].time(), hours["closes"].time()
    if not days or opens >= closes:
        raise value.error("the office must open on some day, before it closes")
    return OfficeHours(days, opens, closes)


def _doors(value: Located) -> dict[str, Door]:
    doors = {}
    for key, door in value.mapping().items():
        row = {
            name: field.text() for name, field in door.record("name for phone hours web").items()
        }
        doors[key] = Door(row["name"], row["for"], row["phone"], row["hours"], row["web"])
    missing = [key for key in DOORS if key not in doors]
    if missing:
        raise value.error(f"{missing[0]} is missing")
    return doors


def _paths(top: dict[str, Located], key: str) -> tuple[str, ...]:
    """Read a list of dotted paths, each of which must lead to something in the same file."""
    if key not in top:
        return ()
    paths = []
    for item in top[key].items():
        values = top
        *above, last = item.text().split(".")
        for step in above:
            values = values[step].mapping() if step in values else {}
        if last not in values:
            raise item.error(f"{item.text()} leads to nothing in this file")
        paths.append(item.text())
    return tuple(paths)


def read_clocks(path: Path, name: str) -> dict[str, KindRules]:
    """Read data/clocks.yml, which must know every kind of ticket. Errors name file and line."""
    root = read_located(path, name)
    kinds = root.record(" ".join(KINDS), "reminders")
    return {kind: _kind(kind, kinds[kind]) for kind in KINDS}


def read_reminders(path: Path, name: str) -> ReminderRules:
    """Read the `reminders` of data/clocks.yml. ConfigurationError names file and line."""
    root = read_located(path, name)
    found = root.mapping()
    if "reminders" not in found:
        raise root.error("reminders is missing")
    row = found["reminders"].record(
        "at before_due card_from escalation page_again_minutes overdue_card_every paused_days "
        "waiting_days"
    )
    return ReminderRules(
        at=row["at"].time(),
        before_due=_days(row["before_due"], falling=True),
        card_from=row["card_from"].integer(),
        escalation=tuple(
            (duty, hour.time()) for duty, hour in row["escalation"].record("", DUTIES).items()
        ),
        page_again=tuple(
            (duty, timedelta(minutes=minutes.integer(least=1)))
            for duty, minutes in row["page_again_minutes"].record("", DUTIES).items()
        ),
        overdue_card_every=row["overdue_card_every"].integer(least=1),
        paused_days=_days(row["paused_days"]),
        waiting_days=_days(row["waiting_days"]),
    )


def _days(value: Located, *, falling: bool = False) -> tuple[int, ...]:
    days = tuple(item.integer(least=1) for item in value.items())
    if list(days) != sorted(set(days), reverse=falling):
        raise value.error(f"expected {'falling' if falling else 'rising'} numbers of days")
    return days


def _kind(kind: str, value: Located) -> KindRules:
    row = value.record("title clocks", "page_at_once")
    rules: list[ClockRule] = []
    for item in row["clocks"].items():
        rule = _rule(kind, item)
        if any(rule.name == other.name for other in rules):
            raise item.error(f"clock {rule.name} is given twice for {kind}")
        rules.append(rule)
    if not rules:
        raise row["clocks"].error(f"{kind} has no clock")
    return KindRules(
        kind=kind,
        title=row["title"].text(),
        clocks=tuple(rules),
        page_at_once=tuple(
            item.choice("officer", "deputy")
            for item in (row["page_at_once"].items() if "page_at_once" in row else [])
        ),
    )


def _rule(kind: str, value: Located) -> ClockRule:
    row = value.record(
        "name unit days source promise wording",
        "starts pausable extendable deemed_refusal on_reopen uses",
    )

    def flag(key: str) -> bool:
        return row[key].boolean() if key in row else False

    def word(key: str, *allowed: str) -> str:
        return row[key].choice(*allowed) if key in row else allowed[0]

    return ClockRule(
        kind=kind,
        name=row["name"].text(),
        unit=cast(Unit, row["unit"].choice("business", "calendar")),
        days=row["days"].integer(least=1),
        source=row["source"].text(),
        promise=row["promise"].boolean(),
        wording=row["wording"].text(),
        starts=cast(Start, word("starts", "received", "sent")),
        pausable=flag("pausable"),
        extendable=row["extendable"].integer() if "extendable" in row else 0,
        deemed_refusal=flag("deemed_refusal"),
        on_reopen=cast(Literal["stays", "counts"], word("on_reopen", "stays", "counts")),
        uses=frozenset(row["uses"].texts()) if "uses" in row else frozenset(),
    )


def read_retention(path: Path, name: str) -> dict[str, RetentionRule]:
    """Read data/retention.yml; a period below the law's minimum is refused."""
    rules = {}
    root = read_located(path, name)
    for key, value in root.mapping().items():
        row = value.record("covers keep counted_from source", "least")
        keep = row["keep"].parsed(parse_period, "a period as P30D, P24M or P3Y")
        least = None
        if "least" in row:
            least = row["least"].parsed(parse_period, "a period as P30D, P24M or P3Y")
            if not keep.covers(least):
                raise row["keep"].error(f"{keep} is less than the least that must be kept, {least}")
        rules[key] = RetentionRule(
            name=key,
            covers=row["covers"].text(),
            keep=keep,
            counted_from=row["counted_from"].text(),
            source=row["source"].text(),
            least=least,
        )
    for needed in ("conversations", "trackers", "tickets", "incidents"):
        if needed not in rules:
            raise root.error(f"{needed} is missing")
    return rules
