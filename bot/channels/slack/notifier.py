"""Notices by Slack: a card per ticket and per ping, kept up to date as the ticket moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from bot.channels.slack.api import SlackTrouble
from bot.channels.slack.cards import STATUS_WORDS, ticket_message
from bot.channels.slack.outbox import UPDATE, Outbox
from bot.channels.slack.people import Roster, user_of
from bot.channels.slack.shown_notices import notice_messages
from bot.desk import Desk
from bot.domain.errors import NotFound
from bot.domain.tickets import Ticket
from bot.notices import Notice, NoticeError, Notifier, Sort

log = structlog.get_logger(__name__)

# Longer waits are the sweep's: the notice's lease must not end meanwhile.
LONGEST_WAIT = 20.0
NOT_PRIVATE = "no private channel that the desk is in"


@dataclass(frozen=True, slots=True)
class SlackNotifier(Notifier):
    """Tells people in Slack; what it tells someone goes to the officer channel, too."""

    outbox: Outbox
    desk: Desk
    roster: Roster
    page_url: str
    channel: str | None = None
    full: bool = False
    name: str = "slack"

    @property
    def repeats_show_once(self) -> bool:
        return True

    def send(self, notice: Notice) -> None:
        to = user_of(notice.to) or notice.to
        ticket = self._ticket(notice)
        body, *more = self._bodies(notice, ticket)
        version = ticket.version if ticket is not None and notice.sort is Sort.CARD else None
        reference = notice.reference or None
        try:
            unfit = self._unfit(to, for_staff=notice.sort is not Sort.LETTER)
            if unfit:
                raise NoticeError(f"this address is {unfit}", permanent=True)
            copied = notice.sort is Sort.CARD and self._may_stand_in_channel(to)
            self._send(_key(notice, to), to, body, reference, version)
        except SlackTrouble as trouble:
            raise _told(trouble) from None
        self._follow(notice, to, more)
        if copied and self.channel:
            self.outbox.post(
                _key(notice, self.channel), self.channel, body, reference=reference, version=version
            )

    def _unfit(self, to: str, *, for_staff: bool) -> str:
        if to == self.channel:
            return "" if self.roster.channel_is_private else NOT_PRIVATE
        return self.roster.unfit(to, for_staff=for_staff) if to[:1] in {"U", "W"} else ""

    def _may_stand_in_channel(self, to: str) -> bool:
        """Whether the officers' channel gets a copy of what this person was told."""
        return self.channel not in {None, to} and self.roster.channel_is_private

    def _bodies(self, notice: Notice, ticket: Ticket | None) -> list[dict[str, Any]]:
        shown = notice_messages(
            notice, ticket, full=self.full, page_url=self.page_url, now=self.desk.now()
        )
        return [message.to_body() for message in shown]

    def _follow(self, notice: Notice, to: str, more: Sequence[Mapping[str, Any]]) -> None:
        """What of a long letter does not fit one message comes after it, each row once."""
        for number, body in enumerate(more, start=1):
            key = f"{_key(notice, to)}:{number}"
            self.outbox.post(key, to, body, reference=notice.reference or None)

    def _send(
        self, key: str, to: str, body: dict[str, object], reference: str | None, version: int | None
    ) -> None:
        try:
            self.outbox.send_now(key, to, body, reference=reference, version=version)
        except SlackTrouble as trouble:
            if trouble.retry_after is None or trouble.retry_after > LONGEST_WAIT:
                raise
            self.outbox.sleep(trouble.retry_after)
            self.outbox.send_now(key, to, body, reference=reference, version=version)

    def has(self, notice: Notice) -> bool:
        to = user_of(notice.to) or notice.to
        try:
            sent = self.outbox.was_sent(_key(notice, to))
        except SlackTrouble as trouble:
            if trouble.permanent:
                return False
            raise _told(trouble) from None
        if sent:
            # We may have died between the first of several messages and the others.
            self._follow(notice, to, self._bodies(notice, self._ticket(notice))[1:])
        return sent

    def problems(self, addresses: Sequence[str]) -> list[str]:
        found: list[str] = []
        try:
            self.outbox.api.call("auth.test")
            channel = [self.channel] if self.channel else []
            for address in dict.fromkeys([*addresses, *channel]):
                unfit = self._unfit(user_of(address) or address, for_staff=True)
                if unfit:
                    found.append(f"An address of the settings is {unfit}.")
        except SlackTrouble as trouble:
            found.append(f"Slack refuses us: {trouble.reason}.")
        return found

    def _ticket(self, notice: Notice) -> Ticket | None:
        try:
            return self.desk.tickets.show(notice.reference) if notice.reference else None
        except NotFound:
            return None

    def refresh_cards(self) -> int:
        """Bring the cards of tickets that have moved up to date, in place. Returns how many."""
        rows = self.outbox.posts.outdated_cards()
        for row in rows:
            try:
                ticket = self.desk.tickets.show(str(row.reference))
            except NotFound:
                continue
            heading = f"{str(ticket.kind).capitalize()}: {STATUS_WORDS[ticket.status].lower()}"
            message = ticket_message(
                ticket, heading, full=self.full, page_url=self.page_url, now=self.desk.now()
            )
            body = {"channel": row.posted_in, "ts": row.ts, **_updating(message.to_body())}
            self.outbox.posts.plan(
                f"card:{row.id}:{ticket.version}", UPDATE, str(row.posted_in), body,
                reference=ticket.reference,
            )  # fmt: skip
            self.outbox.posts.showed(row.id, ticket.version)
        return len(rows)


def _updating(body: dict[str, object]) -> dict[str, object]:
    return {name: body[name] for name in ("text", "blocks")}


def _key(notice: Notice, to: str) -> str:
    return f"notice:{notice.key}:{to}"


def _told(trouble: SlackTrouble) -> NoticeError:
    return NoticeError(
        f"Slack: {trouble.reason}", permanent=trouble.permanent, retry_after=trouble.retry_after
    )
