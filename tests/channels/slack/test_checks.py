"""What doctor asks Slack, and the manifest it is held against."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from bot.channels.slack.app import COMMAND
from bot.channels.slack.checks import SCOPES, check_slack
from bot.channels.slack.desk_calls import HELP
from bot.channels.slack.listeners import FORM_COMMANDS, REPORT, SEND
from bot.channels.slack.service import SlackSettings
from bot.config import ROOT, read_settings
from bot.doctor import CHECKS
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


def test_the_manifest_asks_for_these_scopes_and_the_readme_gives_each_reason() -> None:
    manifest = json.loads((ROOT / "slack" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["oauth_config"]["scopes"] == {"bot": list(SCOPES)}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [scope for scope in SCOPES if f"| `{scope}` |" not in readme] == []
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert events == ["app_home_opened", "app_mention", "message.im"]


def test_the_manifest_has_every_surface_that_the_code_serves() -> None:
    manifest = json.loads((ROOT / "slack" / "manifest.json").read_text(encoding="utf-8"))
    features = manifest["features"]
    home = features["app_home"]
    assert home["home_tab_enabled"] and home["messages_tab_enabled"]
    assert not home["messages_tab_read_only_enabled"]
    # The Assistant container is closed to new apps.
    assert "assistant_view" not in features
    assert len(features["agent_view"]["suggested_prompts"]) <= 4
    shortcuts = {s["callback_id"]: s["type"] for s in features["shortcuts"]}
    assert shortcuts == {REPORT: "global", SEND: "message"}
    [command] = features["slash_commands"]
    words = set(command["usage_hint"].split(" | "))
    assert command["command"] == COMMAND
    assert words == {"help", "ask", "disclose", "status", *FORM_COMMANDS}
    assert [word for word in words if f"/privacy {word}" not in HELP] == []
    assert manifest["settings"]["interactivity"]["is_enabled"]
    assert manifest["settings"]["socket_mode_enabled"]


def test_the_guide_has_five_steps_each_with_a_drawing() -> None:
    folder = ROOT / "docs" / "slack"
    guide = (folder / "setup.md").read_text(encoding="utf-8")
    steps = re.findall(r"^## \d\. ", guide, re.MULTILINE)
    pictures = re.findall(r"!\[Drawing: [^]]+\]\(([^)]+)\)", guide)
    assert len(steps) == len(pictures) == 5
    assert {path.name for path in folder.glob("*.svg")} == set(pictures)
    assert "drawings of what you click, not photographs" in guide


@pytest.mark.parametrize(
    ("mode", "missing"),
    [
        ("socket", {"SLACK_APP_TOKEN", "SLACK_BOT_TOKEN"}),
        ("http", {"SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"}),
    ],
)
def test_without_tokens_slack_is_off_and_the_doctor_says_so(mode: str, missing: set[str]) -> None:
    settings = read_settings({"SLACK_MODE": mode}, None)
    assert not settings.slack_is_on
    found = {finding.part: finding for finding in dict(CHECKS)["Slack"](settings)}
    assert set(found) == missing
    assert all("Slack is off" in f.seen and f.mend for f in found.values())
