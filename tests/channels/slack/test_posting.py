"""What goes out: paced, never lost, shown once, looked up when nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.channels.slack.answers import plain_message
from bot.channels.slack.api import Api
from bot.channels.slack.notifier import SlackNotifier
from bot.channels.slack.outbox import Outbox
from bot.channels.slack.people import Roster
from bot.channels.slack.shown_notices import notice_messages
from bot.notices import Notice, Sort
from bot.store.db import Store
from bot.store.slack_posts import SlackPosts
from bot.store.tables import slack_marks, slack_posts
from tests.channels.notifier_contract import NotifierContract, Way
from tests.channels.slack.office import PAGE
from tests.fakes import slack as fake
from tests.fakes.desks import desk_of
from tests.fakes.slack import ALICE, BOT_TOKEN, GENERAL, OFFICER, FakeSlack, Fault


def outbox_of(slack: FakeSlack, store: Store) -> Outbox:
    return Outbox(SlackPosts(store), Api(lambda: BOT_TOKEN, slack.url))


@pytest.fixture
def outbox(slack: FakeSlack, store: Store) -> Outbox:
    return outbox_of(slack, store)


def plan(outbox: Outbox, key: str, channel: str = GENERAL) -> None:
    outbox.post(key, channel, plain_message(f"Message {key}").to_body())


def hurry(store: Store) -> None:
    """Let every wait be over: leases, pauses and the pace of channels."""
    with store.transaction() as connection:
        past = store.now(connection) - timedelta(minutes=2)
        connection.execute(slack_posts.update().values(due_at=past, lease_until=past))
        connection.execute(slack_marks.delete())


def texts(slack: FakeSlack, channel: str = GENERAL) -> list[str]:
    return [posted.text for posted in slack.messages(channel)]


def test_what_is_over_is_pruned_and_what_waits_is_not(store: Store) -> None:
    posts = SlackPosts(store)
    made = {
        key: posts.plan(key, "chat.postMessage", GENERAL, {"text": key}, held=key == "held").id
        for key in ("sent", "failed", "held", "planned")
    }
    posts.sent(made["sent"], GENERAL, "1.1")
    posts.failed(made["failed"], "gone")
    assert posts.prune(timedelta(days=1)) == 0
    assert posts.prune(timedelta(days=-1)) == 3
    assert [key for key in made if posts.find(key)] == ["planned"]


def test_one_message_a_second_a_channel_in_order(
    slack: FakeSlack, store: Store, outbox: Outbox
) -> None:
    for key in "abc":
        plan(outbox, key)
    plan(outbox, "elsewhere", ALICE)
    assert outbox.flush() == 2
    assert outbox.flush() == 0
    for _ in range(2):
        hurry(store)
        outbox.flush()
    assert texts(slack) == ["Message a", "Message b", "Message c"]


def test_a_pause_that_slack_asks_for_is_kept(
    slack: FakeSlack, store: Store, outbox: Outbox
) -> None:
    slack.faults["chat.postMessage"].append(Fault(status=429, headers={"Retry-After": "7"}))
    plan(outbox, "a")
    outbox.flush()
    with store.reading() as connection:
        now = store.now(connection)
        row = connection.execute(slack_posts.select()).mappings().one()
    assert timedelta(seconds=5) < row["due_at"] - now <= timedelta(seconds=7)
    plan(outbox, "other", ALICE)
    assert outbox.flush() == 0, "nothing goes anywhere before the time is over"
    hurry(store)
    outbox.flush()
    assert texts(slack) == ["Message a"]


@pytest.mark.parametrize(
    "fault", [Fault(drop=True), Fault(status=500), Fault(status=503), Fault(error="fatal_error")]
)
def test_an_unknown_outcome_is_looked_up_before_it_is_sent_again(
    slack: FakeSlack, store: Store, outbox: Outbox, fault: Fault
) -> None:
    slack.faults["chat.postMessage"].append(fault)
    plan(outbox, "a")
    outbox.flush()
    hurry(store)
    outbox.flush()
    assert texts(slack) == ["Message a"]
    assert slack.called("conversations.history")
    hurry(store)
    assert outbox.flush() == 0


def test_a_repeat_that_cannot_be_looked_up_says_that_it_is_one(
    slack: FakeSlack, store: Store, outbox: Outbox
) -> None:
    slack.unreadable.add(GENERAL)
    slack.faults["chat.postMessage"].append(Fault(drop=True))
    plan(outbox, "a")
    outbox.flush()
    hurry(store)
    outbox.flush()
    first, second = texts(slack)
    assert first == "Message a"
    assert second.startswith("This may be here twice")


def test_a_desk_that_died_while_sending_finds_what_it_sent(slack: FakeSlack, store: Store) -> None:
    dying = outbox_of(slack, store)
    plan(dying, "a")
    [row] = dying.posts.claim(1)
    dying._call(row, dict(row.body))
    hurry(store)
    outbox_of(slack, store).flush()
    assert texts(slack) == ["Message a"]


def test_a_refusal_for_good_is_given_up_and_does_not_block_the_channel(
    slack: FakeSlack, store: Store, outbox: Outbox
) -> None:
    slack.faults["chat.postMessage"].append(Fault(error="is_archived"))
    plan(outbox, "a")
    plan(outbox, "b")
    outbox.flush()
    hurry(store)
    outbox.flush()
    assert texts(slack) == ["Message b"]


def test_thirty_pings_at_once_are_paced_and_all_arrive(slack: FakeSlack, store: Store) -> None:
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        hurry(store)

    outbox = Outbox(SlackPosts(store), Api(lambda: BOT_TOKEN, slack.url), sleep)
    for number in range(30):
        outbox.send_now(f"ping:{number}", OFFICER, plain_message(f"{number}").to_body())
    assert [p.text for p in slack.direct(OFFICER)] == [str(n) for n in range(30)]
    assert len(waited) >= 25
    assert max(waited) <= 1.0


def test_a_long_letter_comes_whole_in_several_messages_also_after_a_crash(
    slack: FakeSlack, sqlite_store: Store
) -> None:
    outbox = outbox_of(slack, sqlite_store)
    notifier = SlackNotifier(
        outbox, desk_of(sqlite_store), Roster(outbox.api, (OFFICER,), None), PAGE
    )
    words = "".join(f"Sentence {number} of our reply. " for number in range(800)).strip()
    letter = Notice(
        "7:requester:reply:1", f"slack:{fake.TEAM}:{ALICE}", "Our reply", words, sort=Sort.LETTER
    )
    body = notice_messages(
        letter, None, full=False, page_url=PAGE, now=sqlite_store.now()
    )[0].to_body()  # fmt: skip
    # The first of them went out, and then the desk died.
    outbox.send_now(f"notice:{letter.key}:{ALICE}", ALICE, body)
    assert notifier.has(letter)
    notifier.send(letter)
    for _ in range(5):
        hurry(sqlite_store)
        outbox.flush()
    came = slack.direct(ALICE)
    assert len(came) == 3
    read = "".join(
        block["text"]["text"] for p in came for block in p.body["blocks"]
        if block["type"] == "section"
    )  # fmt: skip
    assert read == words


class TestSlackAsAWayToReachPeople(NotifierContract):
    @pytest.fixture
    def way(self, slack: FakeSlack, sqlite_store: Store) -> Iterator[Way]:
        posts = SlackPosts(sqlite_store)
        api = Api(lambda: BOT_TOKEN, slack.url)
        desk = desk_of(sqlite_store)
        quick = Outbox(posts, api, lambda _seconds: hurry(sqlite_store))
        notifier = SlackNotifier(quick, desk, Roster(api, (OFFICER,), None), PAGE)

        def break_with(fault: Fault) -> None:
            slack.faults["chat.postMessage"].extend([fault] * 50)

        def deactivate() -> None:
            slack.users[OFFICER]["deleted"] = True

        def seen() -> list[str]:
            return [f"{p.text}\n{fake.render_body(p.body)}" for p in slack.direct(OFFICER)]

        yield Way(
            notifier,
            OFFICER,
            seen,
            break_for_a_time=lambda: break_with(Fault(status=503)),
            break_for_good=deactivate,
            mend=lambda: slack.faults["chat.postMessage"].clear(),
        )
