"""What the terminal shows of a reply: every word of a clause, however narrow the terminal."""

from __future__ import annotations

import pytest

from bot.commands.terminal import show_replies
from tests.fakes.desks import shipped_library


@pytest.mark.parametrize("columns", ["40", "80", "200"])
def test_every_clause_is_shown_whole(
    columns: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    for clause in shipped_library().policy.clauses.values():
        quoted = {"id": clause.id, "title": clause.title, "text": clause.text, "highlight": [0, 9]}
        show_replies([{"lead": "This is what it says:", "clauses": [quoted]}])
        shown = capsys.readouterr().out
        words = "".join(line.strip("│ ").replace(" ", "") for line in shown.splitlines())
        assert "".join(clause.text.split()) in words, clause.id


def test_a_long_sentence_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    sentence = "A sentence that a pipe may read as one line. " * 9
    show_replies([{"text": sentence.strip(), "lead": ""}])
    assert capsys.readouterr().out.splitlines() == [sentence.strip()]
