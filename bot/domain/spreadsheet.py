"""Tables for a spreadsheet, in which nothing that a person wrote can act as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

# A cell that begins so may be run by a spreadsheet (OWASP, CSV Injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

# Where a spreadsheet parts cells by semicolons or tabs, one can begin within the text.
_FORMULA_WITHIN = re.compile(r"([;\t][\s\"']{0,9})(?=[=+@＝＋＠-])")

_QUOTED = r"\1'"


def cell(value: object) -> str:
    """The value as text; what could be a formula begins with an apostrophe."""
    text = "" if value is None else str(value)
    plain_number = isinstance(value, int | float) and not isinstance(value, bool)
    risky = text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS)
    if plain_number:
        return text
    if risky:
        return f"'{text[:1]}{_FORMULA_WITHIN.sub(_QUOTED, text[1:])}"
    return _FORMULA_WITHIN.sub(_QUOTED, text)


def csv_text(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV (RFC 4180)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([cell(heading) for heading in headings])
    writer.writerows([cell(value) for value in row] for row in rows)
    return out.getvalue()
