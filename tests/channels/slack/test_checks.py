"""What doctor asks Slack, and the manifest it is held against."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from bot.channels.slack.checks import SCOPES, check_slack
from bot.channels.slack.service import SlackSettings
from bot.config import ROOT
from tests.fakes import slack as fake
from tests.fakes.slack import DEPUTY, OFFICER, OFFICERS_CHANNEL, FakeSlack


def settings_of(slack: FakeSlack) -> SlackSettings:
    return SlackSettings(
        "socket", lambda: fake.BOT_TOKEN, lambda: fake.APP_TOKEN, None, slack.url, OFFICER, DEPUTY,
        OFFICERS_CHANNEL, False, "https://desk.example", b"x",
    )  # fmt: skip


def to_mend(slack: FakeSlack) -> dict[str, str]:
    return {check.part: check.seen for check in check_slack(settings_of(slack)) if check.mend}


def test_a_workspace_that_is_set_up_needs_no_mending(slack: FakeSlack) -> None:
    slack.scopes = ",".join(SCOPES)
    assert to_mend(slack) == {}
    assert slack.posts == []


@pytest.mark.parametrize(
    ("spoil", "part"),
    [
        (lambda s: s.tokens.discard(fake.BOT_TOKEN), "SLACK_BOT_TOKEN"),
        (lambda s: s.tokens.discard(fake.APP_TOKEN), "SLACK_APP_TOKEN"),
        (lambda s: setattr(s, "scopes", "chat:write"), "Slack scopes"),
        (lambda s: s.users.pop(OFFICER), "SLACK_OFFICER"),
        (lambda s: s.users[DEPUTY].update(deleted=True), "SLACK_DEPUTY"),
        (lambda s: s.users[DEPUTY].update(is_restricted=True), "SLACK_DEPUTY"),
        (lambda s: s.channels.pop(OFFICERS_CHANNEL), "SLACK_CHANNEL"),
        (lambda s: s.channels[OFFICERS_CHANNEL].update(is_private=False), "SLACK_CHANNEL"),
        (lambda s: s.members[OFFICERS_CHANNEL].remove(DEPUTY), "SLACK_CHANNEL"),
    ],
)
def test_what_is_wrong_is_named(
    slack: FakeSlack, spoil: Callable[[FakeSlack], object], part: str
) -> None:
    slack.scopes = ",".join(SCOPES)
    spoil(slack)
    assert list(to_mend(slack)) == [part]


def test_the_manifest_asks_for_these_scopes_and_the_guide_explains_each() -> None:
    manifest = json.loads((ROOT / "slack" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["oauth_config"]["scopes"] == {"bot": list(SCOPES)}
    guide = (ROOT / "docs" / "slack" / "setup.md").read_text(encoding="utf-8")
    assert [scope for scope in SCOPES if f"| `{scope}` |" not in guide] == []
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert events == ["app_home_opened", "app_mention", "message.im"]
    assert len(manifest["features"]["agent_view"]["suggested_prompts"]) <= 4
    names = {s["callback_id"] for s in manifest["features"]["shortcuts"]}
    assert names == {"report_incident", "send_to_officer"}
