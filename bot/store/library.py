"""Everything in `data/`, read and checked once into one frozen Library.

What lives here: the Library and the order of reading. What does not: the single files' shapes
(policy_file, clocks_file ...) and the rules over them (domain).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo

from bot.domain.clocks import KindRules
from bot.domain.company import Company
from bot.domain.errors import ConfigurationError, InvalidInput
from bot.domain.facts import Rules
from bot.domain.policy import Policy
from bot.domain.retention import RetentionRule
from bot.domain.thresholds import ReminderRules
from bot.domain.workdays import Calendar
from bot.store.calendars import Calendars, read_calendars
from bot.store.disclosure_file import read_disclosure
from bot.store.facts import read_clocks, read_company, read_reminders, read_retention
from bot.store.located import read_text
from bot.store.policy_file import read_policy

CalendarChoice = Literal["strictest", "province", "federal"]
DATA = Path(__file__).resolve().parent.parent.parent / "data"


@dataclass(frozen=True)
class Library:
    """The facts that the desk runs on.

    `notice` is what the chat page says before the first message, `complaint_procedure` what goes
    with each receipt; both are Markdown with the company's details filled in. `translated`
    has them in other languages. `kinds` holds
    the clocks by kind of ticket, `reminders` says when and whom the desk reminds, `retention` goes
    by line of data/retention.yml.
    """

    policy: Policy
    company: Company
    kinds: Mapping[str, KindRules]
    reminders: ReminderRules
    disclosure: Rules
    retention: Mapping[str, RetentionRule]
    calendars: Calendars
    notice: str
    complaint_procedure: str
    translated: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def notice_in(self, language: str) -> str:
        """The notice in this language; English where `data/` has none in it."""
        return self.translated.get(language, {}).get("notice", self.notice)

    def procedure_in(self, language: str) -> str:
        """The complaint procedure in this language; English where `data/` has none in it."""
        return self.translated.get(language, {}).get("procedure", self.complaint_procedure)

    @property
    def zone(self) -> ZoneInfo:
        """The company's time zone, in which days of receipt and due dates are counted."""
        return self.company.zone

    def calendar(self, choice: str = "strictest", province: str | None = None) -> Calendar:
        """Give a calendar of business days; the company's province unless another is named.

        `strictest` closes where the province and the federal list both do, `province` and
        `federal` are one list with its substitute days. InvalidInput for an unknown one.
        """
        code = (province or self.company.province).upper()
        if choice == "strictest":
            return self.calendars.strictest(code)
        if choice == "province":
            return self.calendars.province(code)
        if choice == "federal":
            return self.calendars.federal
        raise InvalidInput("A calendar is one of strictest, province, federal.")

    def interpretation_act(self, province: str | None = None) -> Calendar:
        """Give the holidays of Interpretation Act s.35, with those of the province; for staff."""
        return self.calendars.interpretation_act((province or self.company.province).upper())


def load_library(folder: Path = DATA) -> Library:
    """Read all of `data/`. Raises ConfigurationError naming file and line for the first mistake."""
    company = read_company(folder / "company.yml", "data/company.yml")
    retention = read_retention(folder / "retention.yml", "data/retention.yml")
    calendars = read_calendars(folder / "holidays", "data/holidays")
    if company.province not in calendars.provinces:
        raise ConfigurationError(f"data/company.yml: no holiday list for {company.province}")
    values, french = _details(company, retention), _details(company, retention, "fr")
    policy = read_policy(folder / "policy", "data/policy")
    return Library(
        policy=policy,
        company=company,
        kinds=MappingProxyType(read_clocks(folder / "clocks.yml", "data/clocks.yml")),
        disclosure=read_disclosure(folder / "disclosure.yml", "data/disclosure.yml", policy),
        reminders=read_reminders(folder / "clocks.yml", "data/clocks.yml"),
        retention=MappingProxyType(retention),
        calendars=calendars,
        notice=_filled(folder / "notice.md", "data/notice.md", values),
        complaint_procedure=_filled(
            folder / "complaint_procedure.md", "data/complaint_procedure.md", values
        ),
        translated=MappingProxyType(
            {"fr": _translated(folder, "fr", french)} if (folder / "fr").is_dir() else {}
        ),
    )


def _translated(folder: Path, language: str, values: Mapping[str, str]) -> Mapping[str, str]:
    """The texts of ours that a company gives in another language; each may be missing."""
    files = {"notice": "notice.md", "procedure": "complaint_procedure.md"}
    return {
        name: _filled(folder / language / file, f"data/{language}/{file}", values)
        for name, file in files.items()
        if (folder / language / file).exists()
    }


def _details(
    company: Company, retention: Mapping[str, RetentionRule], language: str = "en"
) -> dict[str, str]:
    officer, regulator = company.privacy_officer, company.regulator
    return {
        "company": company.name,
        "officer_title": officer.title,
        "officer_name": officer.name,
        "officer_address": officer.address,
        "officer_email": officer.email,
        "officer_phone": officer.phone,
        "regulator": regulator.name,
        "regulator_address": regulator.address,
        "regulator_phone": regulator.phone,
        "regulator_web": regulator.web,
        **{f"keep_{name}": rule.keep.spoken(language) for name, rule in retention.items()},
    }


def _filled(path: Path, name: str, values: Mapping[str, str]) -> str:
    lines = []
    for number, line in enumerate(read_text(path, name).splitlines(), start=1):
        try:
            lines.append(Formatter().vformat(line, (), values))
        except (KeyError, ValueError, IndexError, AttributeError):
            raise ConfigurationError(
                f"{name}, line {number}: braces may only hold one of {', '.join(sorted(values))}"
            ) from None
    text = "\n".join(lines).strip()
    if not text:
        raise ConfigurationError(f"{name}, line 1: the file is empty")
    return text
