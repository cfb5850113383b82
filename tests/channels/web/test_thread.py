"""Letters into the conversation on the web page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.channels.web.thread import ThreadNotifier
from bot.conversation import Talk
from bot.domain.people import Channel
from bot.domain.tickets import Step
from bot.notices import Ladder, Notice, NoticeError, Sort
from bot.reminders import Sweeper
from bot.store.db import Store
from tests.channels.notifier_contract import NotifierContract, Way
from tests.fakes.assistant import ScriptedAssistant
from tests.fakes.desks import set_time
from tests.fakes.notifier import RecordingNotifier
from tests.fakes.threads import MONDAY, OFFICER, filing, wired
from tests.people import ALICE

LADDER = Ladder((OFFICER,), letters_by=frozenset({"web"}))


@pytest.fixture
def talk(sqlite_url: str) -> Iterator[Talk]:
    store = Store(sqlite_url, shiftable=True)
    set_time(store, MONDAY)
    yield Talk(store, wired(store, LADDER), ScriptedAssistant())
    store.close()


class TestContract(NotifierContract):
    @pytest.fixture
    def way(self, talk: Talk) -> Way:
        conversation = talk.open(ALICE)

        def seen() -> list[str]:
            found = talk.history(conversation)
            return [r["lead"] for message in found for r in message["replies"] or ()]

        return Way(ThreadNotifier(talk), conversation, seen)

    def test_a_repeat_says_so(self, way: Way) -> None:
        """A repeat is not seen here at all: the same key is in the conversation once."""
        letter = Notice("7:requester:reply:1", way.to, "Our reply", "Done.", sort=Sort.LETTER)
        way.notifier.send(letter)
        way.notifier.send(letter)
        assert way.seen() == ["Our reply\n\nDone."]


def test_a_conversation_that_is_gone_is_a_lasting_failure(talk: Talk) -> None:
    with pytest.raises(NoticeError) as failed:
        ThreadNotifier(talk).send(Notice("k", "no such", "Our reply", "Done."))
    assert failed.value.permanent


def test_who_wrote_on_the_page_reads_reply_and_closing_there(talk: Talk) -> None:
    conversation = talk.open(ALICE)
    assert ALICE.channel is Channel.WEB
    ticket = talk.desk.open_request(filing(ALICE, conversation=conversation))
    talk.desk.tickets.reply(ticket.reference, "We stopped the calls.", who="officer")
    talk.desk.tickets.take(ticket.reference, Step.RESOLVE, who="officer")
    ways = {"web": ThreadNotifier(talk), "e-mail": RecordingNotifier()}
    Sweeper(talk.desk.intake, ways, LADDER, "https://desk.example").sweep()
    leads = [r["lead"] for m in talk.history(conversation) for r in m["replies"] or ()]
    assert [("stopped the calls" in lead, "is closed" in lead) for lead in leads] == [
        (True, False), (False, True),
    ]  # fmt: skip
