"""The rules on disclosure: `data/disclosure.yml` into frozen rows."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import MappingProxyType

from bot.domain.facts import UNKNOWN, VALUES, Listed, Recipient, Row, Rules, Verdict
from bot.domain.policy import Policy
from bot.store.located import Located, read_located, read_text

GROUPS = ("emergency", "official", "internal", "care", "third_party", "stranger", UNKNOWN)
# The guards of domain/disclosure.py name these.
NEEDED = frozenset(
    {
        "emergency", "emergency_other", "danger_without_service", "legal_demand", "aggregated",
        "reidentifiable",
        "published", "refused", "refused_but_needed", "need_to_know", "no_need", "unclear",
        "deceased", "minor", "incapacitated", "lists", "lists_with_consent", "other_purpose",
        "agent_proven", "agency_unproven", "consented", "own_information", "anonymous", "unlisted",
        "care_without_emergency", "need_unclear", "business_sale", "posting", "consent_first",
        "contracted",
    }
)  # fmt: skip


def read_disclosure(path: Path, name: str, policy: Policy) -> Rules:
    """Read data/disclosure.yml; every clause must be in the policy. Errors name file and line.

    Without the file there are no rules, and the desk advises nobody: another company's policy
    works before its rules on disclosure are written.
    """
    if not path.exists():
        return Rules(MappingProxyType({}), (), MappingProxyType({}), "")
    root = read_located(path, name)
    top = root.record("recipients listed rows")
    rows = {id: _row(id, value, policy) for id, value in top["rows"].mapping().items()}
    for missing in sorted(NEEDED - set(rows)):
        raise top["rows"].error(f"{missing} is missing")
    recipients = {id: _recipient(value, rows) for id, value in top["recipients"].mapping().items()}
    if UNKNOWN not in recipients:
        raise top["recipients"].error(f"{UNKNOWN} is missing")
    listed = tuple(_listed(item, rows, recipients) for item in top["listed"].items())
    edition = hashlib.sha256(read_text(path, name).encode()).hexdigest()[:12]
    return Rules(MappingProxyType(recipients), listed, MappingProxyType(rows), edition)


def _recipient(value: Located, rows: dict[str, Row]) -> Recipient:
    found = value.record("name group customer employee")
    return Recipient(
        found["name"].text(),
        found["group"].choice(*GROUPS),
        found["customer"].choice(*rows),
        found["employee"].choice(*rows),
    )


def _listed(value: Located, rows: dict[str, Row], recipients: dict[str, Recipient]) -> Listed:
    found = value.record("row subject recipients purposes")
    return Listed(
        found["row"].choice(*rows),
        found["subject"].choice("customer", "employee"),
        frozenset(item.choice(*recipients) for item in found["recipients"].items()),
        frozenset(item.choice(*VALUES["purpose"]) for item in found["purposes"].items()),
    )


def _row(id: str, value: Located, policy: Policy) -> Row:
    found = value.record(
        "verdict customer employee reason verify say record limits source note", "quote"
    )

    def optional(key: str) -> str:
        return "" if found[key].is_null() else found[key].text()

    quote = found["quote"].text() if "quote" in found else ""
    customer = _clauses(found["customer"], policy)
    if quote not in policy.get(customer[0]).text:
        raise found["quote"].error(f"clause {customer[0]} has no such words")
    return Row(
        id=id,
        quote=quote,
        verdict=Verdict(found["verdict"].choice(*Verdict)),
        customer=customer,
        employee=_clauses(found["employee"], policy),
        reason=found["reason"].text(),
        verify=found["verify"].text(),
        say=found["say"].text(),
        record=found["record"].text(),
        limits=optional("limits"),
        source=found["source"].text(),
        note=optional("note"),
    )


def _clauses(value: Located, policy: Policy) -> tuple[str, ...]:
    ids = tuple(item.choice(*policy.clauses) for item in value.items())
    if not ids:
        raise value.error("a verdict rests on at least one clause")
    return ids
