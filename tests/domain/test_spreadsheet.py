"""Tables for spreadsheets: nothing in them runs."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.spreadsheet import FORMULA_STARTS, cell, csv_text

# OWASP, CSV Injection.
RISKY = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1", '=HYPERLINK("x")']


@pytest.mark.parametrize("text", RISKY)
def test_what_could_be_a_formula_begins_with_an_apostrophe(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(("value", "text"), [(-3, "-3"), (2.5, "2.5"), (None, ""), ("a=b", "a=b")])
def test_numbers_and_plain_words_stay(value: object, text: str) -> None:
    assert cell(value) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("hello;=HYPERLINK(1)", "hello;'=HYPERLINK(1)"),
        ('a; "@SUM(A1)', "a; \"'@SUM(A1)"),
        ("a\t+1", "a\t'+1"),
        ("one; two; 3-4", "one; two; 3-4"),
        ("yes, -5 degrees", "yes, -5 degrees"),
    ],
)
def test_no_formula_begins_behind_a_mark_that_may_part_cells(text: str, kept: str) -> None:
    assert cell(text) == kept


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), min_size=1))
def test_every_cell_comes_back_and_none_can_run(row: list[str]) -> None:
    written = csv_text(["heading"] * len(row), [row])
    read = list(csv.reader(io.StringIO(written, newline="")))[1]
    assert [one.replace("'", "") for one in read] == [one.replace("'", "") for one in row]
    assert not any(one.startswith(FORMULA_STARTS) for one in read)
