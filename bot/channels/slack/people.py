"""Who someone in Slack is to the desk: the officer, an employee, or a customer from outside.

The officer and the deputy are named by the settings, and whoever is in the private officer channel
helps them. An employee is a full member of the company's own workspace. Guests and people from
connected workspaces are external: they get what a customer gets.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from bot.channels.slack.api import Api, SlackTrouble
from bot.domain.people import Channel, Person, Role

log = structlog.get_logger(__name__)

KEPT_SECONDS = 300.0
# What Slack says of someone it will not tell us about: they are external.
UNKNOWN = {"user_not_found", "user_not_visible", "users_not_found", "missing_scope"}
LARGEST_CHANNEL = 1000


@dataclass(slots=True)
class Roster:
    """Roles, asked of Slack and kept for five minutes."""

    api: Api
    officers: tuple[str, ...]
    channel: str | None
    clock: Callable[[], float] = time.monotonic
    _roles: dict[str, tuple[float, Role]] = field(default_factory=dict)
    # None in it: the channel is not private, is shared outside, or is not seen.
    _members: tuple[float, frozenset[str] | None] | None = None

    def person(self, team: str, user: str) -> Person:
        """Raises SlackTrouble when Slack cannot be asked: nobody is guessed to be staff."""
        return Person(person_id(team, user), self.role(user), Channel.SLACK)

    def role(self, user: str) -> Role:
        known = self._roles.get(user)
        if known is None or self.clock() - known[0] > KEPT_SECONDS:
            known = (self.clock(), self._asked(user))
            self._roles[user] = known
        return known[1]

    def is_officer(self, user: str) -> bool:
        return self.role(user) is Role.OFFICER

    def unfit(self, user: str, *, for_staff: bool) -> str:
        """Why someone is told nothing; empty when nothing speaks against it.

        `for_staff`: what is told is the desk's own. Of whom Slack says nothing, nothing is assumed.
        """
        about = self._about(user)
        if about.get("deleted"):
            return "deactivated"
        outside = about and not is_full_member(about, self.api.whoami().get("team_id"))
        return "a guest or an outsider" if for_staff and outside else ""

    def _asked(self, user: str) -> Role:
        about = self._about(user)
        if not is_full_member(about, self.api.whoami().get("team_id")):
            return Role.CUSTOMER
        if user in self.officers or user in self._helpers():
            return Role.OFFICER
        return Role.EMPLOYEE

    def _about(self, user: str) -> Mapping[str, Any]:
        try:
            about: Mapping[str, Any] = self.api.call("users.info", {"user": user})["user"]
        except SlackTrouble as trouble:
            if trouble.reason not in UNKNOWN:
                raise
            log.warning("slack_user_unknown", reason=trouble.reason)
            return {}
        return about

    @property
    def channel_is_private(self) -> bool:
        """Whether cards may stand in the officers' channel. Raises SlackTrouble."""
        return self._in_channel() is not None

    def _helpers(self) -> frozenset[str]:
        """The members of the officers' channel, as long as it is private."""
        return self._in_channel() or frozenset()

    def _in_channel(self) -> frozenset[str] | None:
        if self.channel is None:
            return None
        if self._members is None or self.clock() - self._members[0] > KEPT_SECONDS:
            self._members = (self.clock(), self._channel_members(self.channel))
        return self._members[1]

    def _channel_members(self, channel: str) -> frozenset[str] | None:
        try:
            about = self.api.call("conversations.info", {"channel": channel})["channel"]
            if not about.get("is_private") or about.get("is_ext_shared"):
                log.warning("slack_officer_channel_not_private")
                return None
            listed = self.api.call(
                "conversations.members", {"channel": channel, "limit": LARGEST_CHANNEL}
            )
        except SlackTrouble as trouble:
            if not trouble.permanent:
                raise
            log.warning("slack_officer_channel_unknown", reason=trouble.reason)
            return None
        return frozenset(listed.get("members", ()))


def is_full_member(about: Mapping[str, Any], team: Any) -> bool:
    """Tell whether Slack's word on someone makes them a full member of our own workspace."""
    outside = ("deleted", "is_restricted", "is_ultra_restricted", "is_stranger", "is_bot")
    return about.get("team_id") == team and not any(about.get(name) for name in outside)


def person_id(team: str, user: str) -> str:
    return f"slack:{team}:{user}"


def user_of(person: str) -> str | None:
    """The Slack user behind a person's id or an officer's step, if it came from Slack."""
    parts = person.split(":")
    return parts[-1] if parts[0] == "slack" and len(parts) > 1 else None
