"""The registers that an auditor asks for, as tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.desk.advice import AdviceDesk
from bot.desk.intake import Intake
from bot.domain.clocks import local_date
from bot.domain.errors import NotFound
from bot.domain.queue import summary
from bot.domain.tickets import Kind
from bot.store import registers
from bot.store.registers import Entry

# Breaches are recorded for 24 months after they were determined (SOR/2018-64, s.6); those whose
# ticket is older but still kept are shown as well.
INCIDENTS_OF = timedelta(days=2 * 366)
SHOWN = 200
EXPORTED = 20_000


@dataclass(frozen=True, slots=True)
class Register:
    """A table: its name, title, source, headings and rows. The first cell is a reference.

    `reviewed` are the numbers of the advice in the rows, where each can be marked.
    """

    name: str
    title: str
    source: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    reviewed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Registers:
    """Incidents, withdrawals, unresolved disagreements, advice on disclosures."""

    intake: Intake
    advice: AdviceDesk

    def every(self) -> list[Register]:
        """All of them, the newest rows of each."""
        return [make(SHOWN) for make in self._makers.values()]

    def whole(self, name: str) -> Register:
        """One of them with all its rows. Raises NotFound."""
        if name not in self._makers:
            raise NotFound("There is no such register.")
        return self._makers[name](EXPORTED)

    @property
    def _makers(self) -> Mapping[str, Callable[[int], Register]]:
        return {
            "incidents": self._incidents,
            "withdrawals": self._withdrawals,
            "disagreements": self._disagreements,
            "advice": self._advice,
        }

    def _incidents(self, limit: int) -> Register:
        store = self.intake.store
        with store.reading() as connection:
            today = local_date(store.now(connection), self.intake.library.zone)
            found = registers.of_kind(
                connection, Kind.INCIDENT, "assessment", since=today - INCIDENTS_OF, limit=limit
            )
        return Register(
            "incidents", "Incidents", "PIPEDA s.10.3; SOR/2018-64, s.6: kept 24 months",
            ("Reference", "Received", "Status", "What", "Determined", "Sensitivity", "Misuse",
             "Real risk", "Why", "Reported", "People told", "Others told"),
            tuple(_incident(entry) for entry in found),
        )  # fmt: skip

    def _withdrawals(self, limit: int) -> Register:
        with self.intake.store.reading() as connection:
            found = registers.of_kind(connection, Kind.WITHDRAWAL, "reply", since=None, limit=limit)
        rows = tuple(
            (*_head(entry), _said(entry, "uses"), _day(entry), _said(entry, "details"))
            for entry in found
        )
        headings = ("Reference", "Received", "Status", "Stops", "Answered", "Details")
        return Register(
            "withdrawals", "Withdrawals of consent", "policy 3.6; PIPEDA Schedule 1, 4.3.8",
            headings, rows,
        )  # fmt: skip

    def _disagreements(self, limit: int) -> Register:
        with self.intake.store.reading() as connection:
            found = registers.with_fact(connection, "disagreement", limit=limit)
        rows = tuple(
            (*_head(entry), entry.kind, _day(entry), str((entry.fact or {}).get("substance", "")))
            for entry in found
        )
        headings = ("Reference", "Received", "Status", "Kind", "Recorded", "Substance")
        return Register(
            "disagreements", "Unresolved disagreements", "policy 9.3; PIPEDA Schedule 1, 4.9.6",
            headings, rows,
        )  # fmt: skip

    def _advice(self, limit: int) -> Register:
        found = self.advice.given(limit=limit)
        rows = tuple(
            (
                given.ticket or "", local_date(given.at, self.intake.library.zone).isoformat(),
                given.verdict.replace("_", " "), ", ".join(given.clauses), given.reason,
                ", ".join(f"{name}: {value}" for name, value in sorted(given.facts.items())),
                " ".join(filter(None, (given.review, _plain(given.right_verdict)))),
            )
            for given in found
        )  # fmt: skip
        headings = ("Reference", "Given", "Verdict", "Clauses", "Rule", "Facts", "Review")
        return Register(
            "advice", "Advice on disclosures", "policy 5; facts and verdicts, no words, no names",
            headings, rows, tuple(given.id for given in found),
        )  # fmt: skip


def _plain(verdict: str | None) -> str:
    return (verdict or "").replace("_", " ")


def _head(entry: Entry) -> tuple[str, str, str]:
    return entry.reference, entry.received.isoformat(), entry.status.replace("_", " ")


def _day(entry: Entry) -> str:
    return entry.fact_at.date().isoformat() if entry.fact_at else ""


def _said(entry: Entry, name: str) -> str:
    value = entry.fields.get(name) or {}
    return str(value.get("said") or value.get("value") or "")


def _incident(entry: Entry) -> tuple[str, ...]:
    known = entry.fact or {}
    others = ", ".join(f"{who} {day}" for who, day in (known.get("others_told") or {}).items())
    risk = {True: "yes", False: "no"}.get(known["real_risk"], "") if known else "not assessed"
    return (
        *_head(entry), summary(entry.fields), str(known.get("determined_on") or ""),
        str(known.get("sensitivity") or ""), str(known.get("misuse") or ""), risk,
        str(known.get("why") or ""), str(known.get("reported_on") or ""),
        str(known.get("people_told_on") or ""), others,
    )  # fmt: skip
