"""The guided conversations in `data/forms/`, read and checked once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from bot.domain.errors import ConfigurationError
from bot.domain.forms import CONFIRM, Choice, Field, FieldType, Form, Offered
from bot.domain.policy import Policy
from bot.domain.tickets import Kind


def load_forms(folder: Path, policy: Policy) -> Mapping[str, Form]:
    """Return the form of every kind of ticket. Raises ConfigurationError naming the file."""
    forms = {}
    place = "data/forms" if folder.name == "forms" else f"data/forms/{folder.name}"
    for kind in Kind:
        path, name = folder / f"{kind}.yml", f"{place}/{kind}.yml"
        try:
            raw = yaml.safe_load(path.read_text(encoding="utf-8"))
            forms[str(kind)] = _form(raw)
        except (OSError, yaml.YAMLError, LookupError, TypeError, ValueError, AttributeError) as e:
            raise ConfigurationError(f"{name}: cannot be used ({e})") from e
        if forms[str(kind)].kind != kind:
            raise ConfigurationError(f"{name}: kind: must be {kind}, as the file is called")
        if forms[str(kind)].clause not in policy:
            raise ConfigurationError(f"{name}: clause: not in the policy")
    return MappingProxyType(forms)


def _form(raw: Mapping[str, Any]) -> Form:
    fields = tuple(_field(entry) for entry in raw["fields"])
    names = [entry.name for entry in fields]
    if not names or len(set(names)) != len(names) or CONFIRM in names:
        raise ValueError("there must be fields; their names differ, and none is called confirm")
    for place, entry in enumerate(fields):
        if set(entry.only_if) - set(names[:place]):
            raise ValueError(f"only_if of {entry.name} names no earlier field")
    return Form(
        kind=Kind(raw["kind"]),
        title=raw["title"],
        opening=raw["opening"].strip(),
        fields=fields,
        filed=raw["filed"],
        clause=raw["clause"],
        notice=raw.get("notice", "").strip(),
        staff_opening=raw.get("staff_opening", "").strip(),
    )


def _field(raw: Mapping[str, Any]) -> Field:
    return Field(
        name=raw["name"],
        label=raw["label"],
        type=FieldType(raw["type"]),
        ask=raw["ask"],
        again=raw["again"],
        about=tuple(str(word).lower() for word in raw.get("about", ())),
        choices=tuple(
            Choice(
                entry["value"],
                entry["title"],
                tuple(str(word).lower() for word in entry.get("words", ())),
                entry.get("consequence", ""),
                tuple(str(sign).lower() for sign in entry.get("signs", ())),
            )
            for entry in raw.get("choices", ())
        ),
        optional=bool(raw.get("optional", False)),
        several=bool(raw.get("several", False)),
        only_if={name: frozenset(values) for name, values in raw.get("only_if", {}).items()},
        offered=Offered(raw["offered"]) if "offered" in raw else None,
    )
