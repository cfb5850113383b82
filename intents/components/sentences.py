"""Cuts text into sentences, as spans of characters."""

from __future__ import annotations

import re
from typing import List, Tuple

Span = Tuple[int, int]

# A run of marks is looked at from its beginning alone, or thousands of them would take seconds.
END = re.compile(r"(?:(?<![.!?…])[.!?…]+[\"'”’)]*(?=\s)|\n+|;(?=\s*\n))")
ABBREVIATED = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|mr|mrs|ms|dr|st|no|vs|inc|ltd|approx|dept|ext|acct|jan|feb|aug|sept?|oct"
    r"|nov|dec)|\b[A-Za-z])\.$",
    re.IGNORECASE,
)
# The longest of these with its mark and what stands before it.
LAST_CHARACTERS = 12


def sentence_spans(text: str) -> List[Span]:
    """Return the spans of the sentences in order; blank ones are left out."""
    spans: List[Span] = []
    start = 0
    for match in END.finditer(text):
        broken = "\n" in match.group()
        last = text[max(start, match.end() - LAST_CHARACTERS) : match.end()]
        if not broken and ABBREVIATED.search(last):
            continue
        spans.append((start, match.end()))
        start = match.end()
    spans.append((start, len(text)))
    return [trimmed(text, span) for span in spans if text[span[0] : span[1]].strip()]


def trimmed(text: str, span: Span) -> Span:
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def pieces(text: str, longest: int) -> List[Span]:
    """Sentences, with those beyond `longest` characters cut at a blank: nothing is lost."""
    found: List[Span] = []
    for start, end in sentence_spans(text):
        while end - start > longest:
            blank = text.rfind(" ", start + 1, start + longest)
            cut = blank if blank > start else start + longest
            found.append(trimmed(text, (start, cut)))
            start = cut
        found.append(trimmed(text, (start, end)))
    return [span for span in found if span[0] < span[1]]
