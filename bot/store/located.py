"""YAML that knows its lines: every complaint names the file and the line.

What lives here: reading and checking single values. What does not: what the files mean (library).
JSON files are read as the YAML they also are, except where a foreign file may be anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import TypeVar

import yaml

from bot.domain.errors import ConfigurationError, InvalidInput

T = TypeVar("T")
_CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def read_text(path: Path, name: str) -> str:
    """Read a text file of the data folder; ConfigurationError when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{name}: cannot be read ({type(error).__name__})") from None


class Located:
    """A value in a file, with its line. The readers raise ConfigurationError for a wrong type."""

    def __init__(self, node: yaml.Node, file: str) -> None:
        self.node = node
        self.file = file

    @property
    def line(self) -> int:
        return int(self.node.start_mark.line) + 1

    def error(self, message: str) -> ConfigurationError:
        """Give (not raise) the error that names this file and line."""
        return ConfigurationError(f"{self.file}, line {self.line}: {message}")

    def mapping(self) -> dict[str, Located]:
        """Read a mapping; a key given twice is refused."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.error("expected names with values")
        found: dict[str, Located] = {}
        for key_node, value_node in self.node.value:
            key = Located(key_node, self.file)
            name = key.text()
            if name in found:
                raise key.error(f"{name} is given twice")
            found[name] = Located(value_node, self.file)
        return found

    def record(self, required: str, optional: str = "") -> dict[str, Located]:
        """Read a mapping that has these keys (written in one string) and no others."""
        found = self.mapping()
        known = {*required.split(), *optional.split()}
        for name, value in found.items():
            if name not in known:
                raise value.error(f"{name} is not known here")
        for name in required.split():
            if name not in found:
                raise self.error(f"{name} is missing")
        return found

    def items(self) -> list[Located]:
        """Read a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.error("expected a list")
        return [Located(node, self.file) for node in self.node.value]

    def _scalar(self, tag: str, expected: str) -> str:
        if (
            not isinstance(self.node, yaml.ScalarNode)
            or self.node.tag != f"tag:yaml.org,2002:{tag}"
        ):
            raise self.error(f"expected {expected}")
        return str(self.node.value)

    def text(self) -> str:
        """Read a text that is not empty. What YAML takes for something else must be quoted."""
        value = self._scalar("str", "a text (in quotes, if it looks like a number or yes/no)")
        if not value.strip():
            raise self.error("the text is empty")
        return value

    def is_null(self) -> bool:
        return isinstance(self.node, yaml.ScalarNode) and self.node.tag == "tag:yaml.org,2002:null"

    def texts(self) -> tuple[str, ...]:
        """Read a list of texts."""
        return tuple(item.text() for item in self.items())

    def integer(self, least: int = 0) -> int:
        """Read a whole number of at least `least`."""
        value = self._scalar("int", "a whole number")
        if not value.isascii() or not value.isdigit() or int(value) < least:
            raise self.error(f"expected a whole number of at least {least}")
        return int(value)

    def boolean(self) -> bool:
        """Read true or false."""
        return self._scalar("bool", "true or false").lower() in {"true", "yes", "on"}

    def choice(self, *allowed: str) -> str:
        """Read one of these words."""
        return self.parsed(_one_of(allowed), "one of " + ", ".join(allowed))

    def date(self) -> date:
        """Read a date as 2026-12-25, quoted or not."""
        tag = "str" if self.node.tag.endswith(":str") else "timestamp"
        try:
            return date.fromisoformat(self._scalar(tag, "a date as 2026-12-25"))
        except ValueError:
            raise self.error("expected a date as 2026-12-25") from None

    def time(self) -> time:
        """Read a time of day as "09:00"."""
        return self.parsed(_time_of_day, 'a time of day as "09:00"')

    def parsed(self, parse: Callable[[str], T], expected: str) -> T:
        """Read a text through `parse`; its ValueError or InvalidInput becomes ours."""
        value = self.text()
        try:
            return parse(value)
        except (ValueError, InvalidInput):
            raise self.error(f"expected {expected}") from None


def _one_of(allowed: tuple[str, ...]) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value not in allowed:
            raise ValueError
        return value

    return parse


def _time_of_day(value: str) -> time:
    if not _CLOCK_TIME.fullmatch(value):
        raise ValueError
    return time.fromisoformat(value)


def read_located(path: Path, name: str) -> Located:
    """Read a YAML (or JSON) file whole; ConfigurationError names file and line of a bad one."""
    text = read_text(path, name)
    try:
        node = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigurationError(
            f"{name}, line {line}: {error.problem or 'not readable'}"
        ) from None
    except yaml.YAMLError:
        raise ConfigurationError(f"{name}: holds characters that cannot be read") from None
    if node is None:
        raise ConfigurationError(f"{name}, line 1: the file is empty")
    return Located(node, name)
