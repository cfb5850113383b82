"""What `privacydesk doctor` asks Slack: tokens, scopes, people and the officer channel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.channels.slack.api import Api, SlackTrouble
from bot.channels.slack.people import UNKNOWN, is_full_member
from bot.channels.slack.service import SlackSettings

# As in slack/manifest.json; the README says what each is for.
SCOPES = (
    "app_mentions:read", "assistant:write", "chat:write", "commands", "groups:history",
    "groups:read", "im:history", "im:read", "im:write", "users:read",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at and seen; `mend` says what to do, and is empty when all is well."""

    part: str
    seen: str
    mend: str = ""


def check_slack(settings: SlackSettings) -> Iterator[Check]:
    """Ask Slack about everything the desk needs of it. Nothing is posted."""
    api = Api(settings.bot_token, settings.api_url)
    try:
        scopes = api.scopes()
    except SlackTrouble as trouble:
        yield Check(
            "SLACK_BOT_TOKEN", f"Slack refuses it ({trouble.reason})",
            "copy the Bot User OAuth Token from Install App",
        )  # fmt: skip
        return
    yield Check("SLACK_BOT_TOKEN", "signed in")
    missing = [scope for scope in SCOPES if scope not in scopes]
    if missing:
        yield Check(
            "Slack scopes", f"missing: {', '.join(missing)}",
            "add them under OAuth & Permissions (slack/manifest.json has them), install again",
        )  # fmt: skip
    else:
        yield Check("Slack scopes", f"all {len(SCOPES)}")
    if settings.mode == "socket" and settings.app_token is not None:
        yield _app_token(api, settings.app_token())
    for name, user in (("SLACK_OFFICER", settings.officer), ("SLACK_DEPUTY", settings.deputy)):
        yield _person(api, name, user)
    yield _channel(api, settings)


def _app_token(api: Api, token: str) -> Check:
    try:
        api.opens_sockets(token)
    except SlackTrouble as trouble:
        return Check(
            "SLACK_APP_TOKEN", f"Slack refuses it ({trouble.reason})",
            "make one under Basic Information, App-Level Tokens, with connections:write",
        )  # fmt: skip
    return Check("SLACK_APP_TOKEN", "opens connections")


def _person(api: Api, name: str, user: str | None) -> Check:
    if user is None:
        return Check(name, "not set", f"set {name} to a member id (profile, Copy member ID)")
    try:
        about = api.call("users.info", {"user": user})["user"]
        ours = api.whoami().get("team_id")
    except SlackTrouble as trouble:
        known = "no such person" if trouble.reason in UNKNOWN else trouble.reason
        return Check(name, known, f"set {name} to the member id of someone who is there")
    if about.get("deleted"):
        return Check(name, "deactivated, is told nothing", f"name a successor in {name}")
    if not is_full_member(about, ours):
        return Check(name, "a guest or an outsider", f"name a full member in {name}")
    return Check(name, "a full member")


def _channel(api: Api, settings: SlackSettings) -> Check:
    name, channel = "SLACK_CHANNEL", settings.channel
    if channel is None:
        return Check(name, "not set", "set SLACK_CHANNEL to the id of a private channel")
    try:
        about = api.call("conversations.info", {"channel": channel})["channel"]
        members = api.call("conversations.members", {"channel": channel})["members"]
    except SlackTrouble as trouble:
        return Check(name, f"not seen ({trouble.reason})", "write /invite @Privacy Desk in it")
    if not about.get("is_private") or about.get("is_ext_shared"):
        return Check(name, "not private", "use a private channel that is not shared outside")
    absent = [user for user in (settings.officer, settings.deputy) if user not in {*members, None}]
    if absent:
        return Check(name, f"{len(absent)} of the officers are not in it", "invite them")
    return Check(name, "private, the desk and the officers are in it")
