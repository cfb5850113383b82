"""What every way to reach people promises: each notifier's test class derives from this one.

A class says how to make the notifier and what the other side has seen of it:

    class TestMail(NotifierContract):
        @pytest.fixture
        def way(self, box) -> Iterator[Way]: yield Way(MailNotifier(...), "officer@example.ca", ...)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import pytest

from bot.notices import DigestLine, Notice, NoticeError, Notifier, Sort

REFERENCE = "PD-7K3M-9QXD"
LINK = f"https://desk.example/officer/tickets/{REFERENCE}"
MARKUP = '<script>alert("x")</script> <!channel> & *bold* <@U1>'


@dataclass(frozen=True)
class Way:
    """A notifier under test.

    `to` is an address it can reach. `seen` gives what arrived, a text a message, complete as the
    person reads it. `break_for_a_time` and `break_for_good` make the other side fail so, until
    `mend`; None where this way cannot fail.
    """

    notifier: Notifier
    to: str
    seen: Callable[[], list[str]]
    break_for_a_time: Callable[[], None] | None = None
    break_for_good: Callable[[], None] | None = None
    mend: Callable[[], None] = lambda: None
    shows_text: bool = True


def card(to: str) -> Notice:
    return Notice(
        key="7:respond:due:1",
        to=to,
        subject=f"{REFERENCE}: Due today: complaint",
        text=f"Due today: complaint.\nSuite à votre demande {REFERENCE}.\nOpen it: {LINK}",
        reference=REFERENCE,
        kind="complaint",
        clock="respond",
        threshold="due",
        due=date(2026, 12, 11),
        owner="officer",
        summary="Complaint of a customer, received Monday 23 November 2026 by web",
        why="14 business days from receipt (policy 10.5)",
        next_step="Acknowledge it, then reply.",
        link=LINK,
        outbox=(7,),
    )


def digest(to: str) -> Notice:
    line = DigestLine(
        "Due this week", REFERENCE, "complaint", "respond", "5bd", date(2026, 12, 11),
        f"{REFERENCE}: complaint, respond by Friday 11 December 2026", LINK,
    )  # fmt: skip
    text = f"Due this week\n- {line.text}\n  {LINK}"
    return Notice(
        key="digest:3", to=to, subject="Privacy Desk, Friday 4 December 2026: 1 line", text=text,
        sort=Sort.DIGEST, lines=(line,), link="https://desk.example/officer", outbox=(8, 9),
    )  # fmt: skip


class NotifierContract:
    """The promises; see bot.notices.Notifier."""

    @pytest.mark.parametrize("make", [card, digest])
    def test_one_notice_is_one_message_with_subject_text_and_link(
        self, way: Way, make: Callable[[str], Notice]
    ) -> None:
        notice = make(way.to)
        way.notifier.send(notice)
        [message] = way.seen()
        assert notice.subject.split(": ")[-1] in message
        if way.shows_text:
            assert REFERENCE in message
            assert LINK in message

    def test_a_repeat_says_so(self, way: Way) -> None:
        way.notifier.send(replace(card(way.to), repeated=True))
        assert "repeat" in way.seen()[0].lower()

    def test_a_letter_arrives_word_for_word(self, way: Way) -> None:
        words = "We stopped the calls.\n\nIf you are not satisfied, write to us."
        letter = Notice("7:requester:reply:1", way.to, "Our reply", words, sort=Sort.LETTER)
        way.notifier.send(letter)
        if way.shows_text:
            for paragraph in words.split("\n\n"):
                assert paragraph in way.seen()[0]

    def test_words_never_become_markup(self, way: Way) -> None:
        letter = Notice("7:requester:reply:1", way.to, "Our reply", MARKUP, sort=Sort.LETTER)
        way.notifier.send(letter)
        for message in way.seen():
            assert "<script>" not in message or MARKUP in message
            assert not message.startswith("<!channel>")

    def test_a_passing_failure_is_told_apart_and_mends(self, way: Way) -> None:
        if way.break_for_a_time is None:
            pytest.skip("this way cannot fail for a time")
        way.break_for_a_time()
        failed = self.failure(way)
        assert not failed.permanent
        way.mend()
        way.notifier.send(card(way.to))
        assert len(way.seen()) == 1

    def test_a_lasting_failure_is_told_apart(self, way: Way) -> None:
        if way.break_for_good is None:
            pytest.skip("this way cannot fail for good")
        way.break_for_good()
        assert self.failure(way).permanent
        assert way.seen() == []

    def test_problems_are_found_without_sending(self, way: Way) -> None:
        assert way.notifier.problems([way.to]) == []
        if way.break_for_good is not None:
            way.break_for_good()
            found = way.notifier.problems([way.to])
            assert found
            assert all(way.to not in problem for problem in found)
        assert way.seen() == []

    def test_what_was_never_sent_is_not_there(self, way: Way) -> None:
        assert not way.notifier.has(card(way.to))

    def failure(self, way: Way) -> NoticeError:
        """The error of a send, which names neither the address nor the words."""
        with pytest.raises(NoticeError) as failed:
            way.notifier.send(card(way.to))
        assert way.to not in str(failed.value)
        assert "complaint" not in str(failed.value)
        return failed.value
