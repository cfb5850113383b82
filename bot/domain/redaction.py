"""Masks card numbers and social insurance numbers before a text is stored or read by anything.

What lives here: finding and masking. What does not: telling the person, who is told what `found`
names.

Card number: 13 to 19 digits that pass the Luhn check, in any grouping, also across a line break.
SIN: nine digits grouped in threes; or nine digits in any grouping beside the words SIN, NAS,
social insurance; or nine digits unbroken that pass the Luhn check, unless an account number was
asked for. Nine digits grouped in threes are masked even when they fail the check, because a
mistyped SIN still gives eight digits of it away; there, too, an account number that was asked for
must pass it to be masked. Telephone numbers, dates and ticket references are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from unicodedata import decimal

CARD, SIN = "card number", "SIN"
MASKS = {CARD: "[card number masked]", SIN: "[SIN masked]"}
CARD_LENGTHS = range(13, 20)
SIN_LENGTH = 9
LONGEST_TELEPHONE = 15

# Spaces and dashes of every width, dots, and characters that nobody sees.
_SPACE = r"[^\S\r\n]|[\u00ad\u200b-\u200d\u2060\ufeff]"
_DASH = r"[-_.\u2010-\u2015\u2212]"
_SAME_LINE = re.compile(rf"(?:{_SPACE}|{_DASH}){{1,4}}")
_NEXT_LINE = re.compile(rf"(?:{_SPACE}|{_DASH}){{0,4}}(?:\r\n|\r|\n)(?:{_SPACE}|{_DASH}|>){{0,4}}")
_REFERENCE = re.compile(
    rf"\bPD-?[0-9A-Z]{{4}}-?[0-9A-Z]{{4}}\b(?!(?:{_SPACE}|{_DASH})*\d)", re.IGNORECASE
)
_WORDS = r"(?:s\.?i\.?n\.?|n\.?a\.?s\.?|social[\s-]+insurance|assurance[\s-]+sociale)"
_NAMED = rf"(?<![^\W_]){_WORDS}(?![^\W_])(?! masked\])"
_BEFORE = re.compile(rf"{_NAMED}[^\d.!?]{{0,40}}$", re.IGNORECASE)
_AFTER = re.compile(rf"^[^\d.!?]{{0,40}}{_NAMED}", re.IGNORECASE)
_NEAR = 80
# Each digit's double with its own digits added, as characters: 5 -> 10 -> 1.
_DOUBLED = bytes.maketrans(b"0123456789", b"0246813579")


@dataclass(frozen=True, slots=True)
class Redaction:
    """A text without card numbers and SINs; `found` has "card number" or "SIN" for each masked."""

    text: str
    found: tuple[str, ...]


@dataclass(slots=True)
class _Group:
    """Digits in a row, where they stand, and whether the group before is on an earlier line."""

    start: int
    end: int
    digits: str
    new_line: bool = False
    signed: bool = False
    known: bool = field(default=False)
    """Already accounted for: part of a mask, a telephone number, a date."""


def redact(text: str, account_asked: bool = False) -> Redaction:
    """Mask the card numbers and SINs of a text. Masking a masked text changes nothing.

    `account_asked` says that the person was asked for an account number, which may look like a
    SIN: nine digits then stay, unless they stand beside the word or are a valid SIN in threes.
    """
    masks: list[tuple[int, int, str]] = []
    for run in _runs(text):
        _set_aside(run)
        masks += _cards(run)
        masks += _sins(text, run, account_asked)
    masks.sort()
    parts: list[str] = []
    position = 0
    for start, end, kind in masks:
        parts += (text[position:start], MASKS[kind])
        position = end
    return Redaction("".join((*parts, text[position:])), tuple(kind for _, _, kind in masks))


def passes_luhn(digits: str) -> bool:
    """Tell whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    reverse = digits[::-1].encode("ascii")
    return (
        sum(reverse[::2]) + sum(reverse[1::2].translate(_DOUBLED)) - 48 * len(reverse)
    ) % 10 == 0


def _runs(text: str) -> Iterator[list[_Group]]:
    """Yield groups of digits that nothing but separators parts; ticket references are none."""
    scanned = _REFERENCE.sub(lambda found: "#" * len(found.group()), text)
    run: list[_Group] = []
    for found in re.finditer(r"\d+", scanned):
        start, end = found.span()
        digits = "".join(str(decimal(character)) for character in found.group())
        group = _Group(start, end, digits, signed=text[start - 1 : start] == "+")
        gap = text[run[-1].end : start] if run else ""
        if run and _NEXT_LINE.fullmatch(gap):
            group.new_line = True
        elif run and not _SAME_LINE.fullmatch(gap):
            yield run
            run = []
        run.append(group)
    if run:
        yield run


def _set_aside(run: Sequence[_Group]) -> None:
    """Mark telephone numbers and dates, which are neither cards nor SINs."""
    for index, group in enumerate(run):
        rest = _same_line(run[index : index + LONGEST_TELEPHONE + 1])
        if group.signed:
            size = _telephone_abroad(rest)
        else:
            size = 0 if group.known else _telephone(rest) or _date(rest)
        for innocent in rest[:size]:
            innocent.known = True


def _same_line(groups: Sequence[_Group]) -> Sequence[_Group]:
    for index, group in enumerate(groups[1:], start=1):
        if group.new_line:
            return groups[:index]
    return groups


def _telephone_abroad(groups: Sequence[_Group]) -> int:
    """Count the groups after a plus sign that make a telephone number (ITU-T E.164)."""
    size = 0
    total = 0
    for group in groups:
        total += len(group.digits)
        if total > LONGEST_TELEPHONE:
            break
        size += 1
        if groups[0].digits[0] == "1" and total == 11:
            break
    whole = "".join(group.digits for group in groups)
    card = len(whole) > LONGEST_TELEPHONE and len(whole) in CARD_LENGTHS and passes_luhn(whole)
    return 0 if card else size


def _telephone(groups: Sequence[_Group]) -> int:
    """Count the groups that make a North American telephone number: 416 555 0134, 1-416-..."""
    skip = 1 if groups[0].digits == "1" else 0
    for shape in ((3, 3, 4), (3, 7)):
        chosen = groups[skip : skip + len(shape)]
        if tuple(len(group.digits) for group in chosen) == shape:
            digits = "".join(group.digits for group in chosen)
            if digits[0] >= "2" and digits[3] >= "2":
                return skip + len(shape)
    return 0


def _date(groups: Sequence[_Group]) -> int:
    """Count the groups that make a date: 2026-12-04, 04.12.2026."""
    parts = [group.digits for group in groups[:3]]
    if len(parts) == 3 and [len(part) for part in parts] in ([4, 2, 2], [2, 2, 4]):
        year, *others = parts if len(parts[0]) == 4 else parts[::-1]
        numbers = sorted(int(other) for other in others)
        if year[:2] in {"19", "20"} and 1 <= numbers[0] <= 12 and numbers[1] <= 31:
            return 3
    return 0


def _free_stretches(run: Sequence[_Group]) -> Iterator[list[_Group]]:
    stretch: list[_Group] = []
    for group in run:
        if group.known:
            if stretch:
                yield stretch
            stretch = []
        else:
            stretch.append(group)
    if stretch:
        yield stretch


def _windows(stretch: Sequence[_Group], lengths: Sequence[int]) -> Iterator[Sequence[_Group]]:
    """Yield stretches of neighbouring groups with that many digits, longer ones first."""
    for first in range(len(stretch)):
        total = 0
        ends = []
        for last in range(first, len(stretch)):
            total += len(stretch[last].digits)
            if total > lengths[-1]:
                break
            if total in lengths:
                ends.append(last + 1)
        yield from (stretch[first:end] for end in reversed(ends))


def _cards(run: Sequence[_Group]) -> list[tuple[int, int, str]]:
    fitting = [
        (window, digits)
        for stretch in _free_stretches(run)
        for window in _windows(stretch, CARD_LENGTHS)
        if passes_luhn(digits := "".join([group.digits for group in window]))
    ]
    issued = [window for window, digits in fitting if _ISSUED.fullmatch(digits)]
    # Numbers on lines of their own are joined only when the result looks like an issuer's.
    others = [window for window, _ in fitting if not any(group.new_line for group in window[1:])]
    # Where windows overlap, the card is all that stands together, else what an issuer would issue.
    alone = [window for window in others if len(window) == len(run)]
    return [
        _mask(window, CARD)
        for window in (*alone, *issued, *others)
        if not any(group.known for group in window)
    ]


# Leading digits and lengths of the payment networks (ISO/IEC 7812 issuer ranges as published).
_ISSUED = re.compile(
    r"4\d{12}(?:\d{3}){0,2}"  # Visa: 13, 16, 19
    r"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"  # Mastercard: 16
    r"|3[47]\d{13}"  # American Express: 15
    r"|3(?:0[0-59]|[689]\d)\d{11}(?:\d\d)?"  # Diners Club: 14, 16
    r"|35(?:2[89]|[3-8]\d)\d{12,15}"  # JCB: 16 to 19
    r"|6(?:011|4[4-9]\d|5\d\d|2\d\d)\d{12,15}"  # Discover, UnionPay: 16 to 19
)


def _mask(window: Sequence[_Group], kind: str) -> tuple[int, int, str]:
    for group in window:
        group.known = True
    return (window[0].start, window[-1].end, kind)


def _sins(text: str, run: Sequence[_Group], account_asked: bool) -> list[tuple[int, int, str]]:
    masks = []
    for stretch in list(_free_stretches(run)):
        for window in _windows(stretch, (SIN_LENGTH,)):
            if any(group.known for group in window):
                continue
            whole = len(window) == len(stretch)
            if _is_named(text, window) or _is_sin(text, window, whole, account_asked):
                masks.append(_mask(window, SIN))
    return masks


def _is_named(text: str, window: Sequence[_Group]) -> bool:
    start, end = window[0].start, window[-1].end
    before, after = text[max(0, start - _NEAR) : start], text[end : end + _NEAR]
    return bool(_BEFORE.search(before) or _AFTER.search(after))


def _is_sin(text: str, window: Sequence[_Group], whole: bool, account_asked: bool) -> bool:
    digits = "".join(group.digits for group in window)
    valid = passes_luhn(digits)
    if len(window) == 1:
        return valid and not account_asked and not _inside_word(text, window[0])
    if [len(group.digits) for group in window] != [3, 3, 3]:
        return False
    gaps = [text[left.end : right.start] for left, right in pairwise(window)]
    written_as_sin = whole and not any("." in gap or "\n" in gap or "\r" in gap for gap in gaps)
    return valid or (written_as_sin and not account_asked)


def _inside_word(text: str, group: _Group) -> bool:
    return (
        text[group.start - 1 : group.start].isalpha() or text[group.end : group.end + 1].isalpha()
    )
