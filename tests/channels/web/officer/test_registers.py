"""The registers' page: the officer says of each advice whether it was right."""

from __future__ import annotations

import pytest
from httpx import Client

from bot.domain.accounts import Duty
from tests.channels.web.officer.conftest import Office, advised

REGISTERS = "/officer/registers"


@pytest.fixture
def number(office: Office) -> int:
    """One advice given."""
    return advised(office)


def mark(client: Client, number: int | str, **form: str) -> tuple[int, str]:
    answer = client.post(f"{REGISTERS}/advice/{number}", data=form)
    return answer.status_code, answer.headers.get("location", "")


def test_an_advice_is_marked_and_the_mark_is_shown(office: Office, number: int) -> None:
    officer = office.signed_in()
    assert "landlord" in officer.get(REGISTERS).text
    assert "her landlord" not in officer.get(REGISTERS).text
    assert mark(officer, number, mark="ok") == (303, f"{REGISTERS}#r-advice")
    assert mark(officer, number, mark="wrong", verdict="not_allowed")[0] == 303
    assert "wrong not allowed" in officer.get(REGISTERS).text
    [given] = office.desk.advice.given()
    assert (given.review, given.right_verdict) == ("wrong", "not_allowed")
    signed = next(a for a, _ in office.desk.accounts.every() if a.duty is Duty.OFFICER)
    assert given.reviewed_by == signed.id


@pytest.mark.parametrize(
    ("which", "form", "status"),
    [
        ("999", {"mark": "ok"}, 404),
        ("9" * 30, {"mark": "ok"}, 404),
        ("-1", {"mark": "ok"}, 404),
        (None, {"mark": "perhaps"}, 400),
        (None, {"mark": "wrong", "verdict": "whatever"}, 400),
        (None, {"mark": "ok", "verdict": "allowed"}, 400),
        (None, {}, 400),
    ],
)
def test_a_mark_that_means_nothing_is_refused(
    office: Office, number: int, which: str | None, form: dict[str, str], status: int
) -> None:
    assert mark(office.signed_in(), which or number, **form)[0] == status
    [given] = office.desk.advice.given()
    assert given.review is None


def test_a_viewer_reads_and_marks_nothing(office: Office, number: int) -> None:
    viewer = office.signed_in(Duty.VIEWER)
    assert "Your mark" not in viewer.get(REGISTERS).text
    assert mark(viewer, number, mark="ok")[0] == 404
