"""Direct messages, mentions and the rows behind them."""

from __future__ import annotations

from tests.channels.slack.office import Office
from tests.fakes.slack import ALICE


def test_a_question_is_answered_with_the_clause_its_number_and_a_link(desk: Office) -> None:
    desk.write(ALICE, "When do you need my consent?")
    [answer] = desk.answers(ALICE)
    assert "Clause 3.6" in answer.text
    assert any("https://desk.example/policy#3.6" in str(b) for b in answer.body["blocks"])
    assert answer.body["unfurl_links"] is False
    assert answer.body["metadata"]["event_payload"].keys() == {"outbox_id"}
