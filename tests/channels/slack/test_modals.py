"""What a step's form can tell at once to be missing."""

from __future__ import annotations

from datetime import date

import pytest

from bot.channels.slack.modals import step_problems

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("step", "why", "late", "told"),
    [
        ("resolve", "", "Say why.", {"why": "Say why."}),
        ("resolve", "  ", "Say why.", {"why": "Say why."}),
        ("resolve", "The file was in the archive", "Say why.", {}),
        ("resolve", "", None, {}),
    ],
)
def test_a_late_step_without_its_reason_is_told_by_that_field(
    step: str, why: str, late: str | None, told: dict[str, str]
) -> None:
    assert step_problems(step, {"why": why, "justified": "no"}, TODAY, late=late) == told
