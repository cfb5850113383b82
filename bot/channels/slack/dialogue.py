"""What people write in Slack, taken into conversations with the desk.

What lives here: which conversation it goes into, and its answer, at once or late. What does not:
where the answer is placed (placing.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import structlog

from bot.channels.slack.answers import plain_message
from bot.channels.slack.api import SlackTrouble
from bot.channels.slack.outbox import Outbox
from bot.channels.slack.people import Roster
from bot.channels.slack.placing import Placing
from bot.channels.slack.ports import Inbox, Talk
from bot.channels.slack.threads import MAIN, Threads, is_direct
from bot.conversation import Said
from bot.desk import DISCLOSURE
from bot.domain.errors import InvalidInput
from bot.domain.people import Person
from bot.domain.slack import Delivery

log = structlog.get_logger(__name__)

DISCLOSE = "disclose"
WORKING = "is looking it up in the policy…"
STAFF_ONLY = "Guidance on disclosing is for the company's own staff. You can ask the policy itself."


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Takes messages into conversations and plans their answers."""

    talk: Talk
    threads: Threads
    inbox: Inbox
    outbox: Outbox
    roster: Roster
    placing: Placing
    pool: Executor

    async def message(self, row: Delivery) -> bool:
        """A direct message. True when it is answered, False when the answer comes late."""
        person = await self._person(row)
        asyncio.get_running_loop().run_in_executor(self.pool, self._show_working, row)
        said = await self._say(row, person, text=row.text)
        return await self._answered(row, said)

    async def pressed(self, row: Delivery) -> bool:
        """A quick reply: what it sends goes into the conversation it stands in.

        Under an answer that was given to this person alone it goes on in the direct message.
        """
        payload = str(row.data.get("value"))
        if not is_direct(row.channel):
            channel = await asyncio.to_thread(self._direct, row.user)
            return await self._moved(row, channel, None, row, payload)
        person = await self._person(row)
        return await self._answered(row, await self._say(row, person, payload=payload))

    async def topic(self, row: Delivery) -> bool:
        """A topic of the App Home: its question is asked and answered in the direct message."""
        channel = await asyncio.to_thread(self._direct, row.user)
        return await self._moved(row, channel, str(row.data.get("value")), row)

    async def carry_on(self, row: Delivery) -> bool:
        """What was written in a channel goes on in the direct message, with its first receipt."""
        wanted = str(row.data.get("value") or "")
        first = (
            await asyncio.to_thread(self.inbox.find, int(wanted)) if wanted.isdecimal() else None
        )
        if first is None or first.user != row.user or first.conversation is None:
            return True
        channel = await asyncio.to_thread(self._direct, row.user)
        before = (first.number or 1) - 1
        history = await asyncio.to_thread(self.talk.history, first.conversation, before)
        word = str(row.data.get("action")).partition(":")[2]
        about = DISCLOSURE if word == DISCLOSE else None
        return await self._moved(row, channel, str(history[0]["text"]), first, about=about)

    async def mention(self, row: Delivery) -> bool:
        person = await self._person(row)
        said = await self._say(row, person, text=row.text or "help")
        return await self._answered(row, said)

    async def command(self, row: Delivery, word: str, text: str) -> bool:
        """`/privacy ask` and `/privacy disclose`, answered to this person alone."""
        person = await self._person(row)
        if word == DISCLOSE and not person.role.is_staff:
            self.placing.respond(row, [plain_message(STAFF_ONLY)])
            return True
        about = DISCLOSURE if word == DISCLOSE else None
        said = await self._say(row, person, text=text, about=about)
        return await self._answered(row, said)

    async def answer_late(self, row: Delivery) -> None:
        """Plan the answer of a row whose apology was given, once the answer is there."""
        if row.conversation is None or row.number is None:
            return
        history = await asyncio.to_thread(self.talk.history, row.conversation, row.number - 1)
        found = next((m for m in history if m["number"] == row.number), None)
        if found is None or found["replies"] is None:
            return
        waiting = await asyncio.to_thread(self.talk.waiting_for, row.conversation)
        said = Said(row.conversation, row.number, tuple(found["replies"]), waiting, late=True)
        await self._placed(row, said)
        await asyncio.to_thread(self.inbox.finish, row.id)

    async def _person(self, row: Delivery) -> Person:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.pool, self.roster.person, row.team, row.user)

    async def _say(
        self,
        row: Delivery,
        person: Person,
        *,
        text: str | None = None,
        payload: str | None = None,
        about: str | None = None,
    ) -> Said:
        channel, root = _place_of(row)
        conversation = await asyncio.to_thread(
            self.threads.find_or_open, person, row.team, channel, root, row.user
        )
        return await self._said(row, conversation, text, payload, row, about)

    async def _said(
        self,
        row: Delivery,
        conversation: str,
        text: str | None,
        payload: str | None,
        first: Delivery,
        about: str | None = None,
    ) -> Said:
        try:
            said = await self.talk.say(
                conversation,
                text=text,
                payload=payload,
                source_key=row.key,
                received_at=first.received_at,
                masked=first.masked,
                about=about,
            )
        except InvalidInput as error:
            refused: Mapping[str, Any] = {"text": error.sentence, "lead": error.sentence}
            return Said(conversation, 0, (refused,), None)
        await asyncio.to_thread(self.inbox.note, row.id, conversation, said.number)
        return said

    async def _moved(
        self,
        row: Delivery,
        channel: str,
        text: str | None,
        first: Delivery,
        payload: str | None = None,
        about: str | None = None,
    ) -> bool:
        """Say something in the direct message that was begun elsewhere."""
        person = await self._person(row)
        conversation = await asyncio.to_thread(
            self.threads.find_or_open, person, row.team, channel, MAIN, row.user
        )
        said = await self._said(row, conversation, text, payload, first, about)
        return await self._answered(row, said)

    async def _answered(self, row: Delivery, said: Said) -> bool:
        await self._placed(row, said)
        if said.pending:
            await asyncio.to_thread(self.inbox.wait, row.id)
        return not said.pending

    async def _placed(self, row: Delivery, said: Said) -> None:
        begun = row.kind in {"mention", "command"} and said.waiting_for is not None
        if begun and not said.pending:
            # Nothing personal is begun where others read along.
            await self.talk.say(
                said.conversation, payload="/cancel_request", source_key=f"{row.key}:cancel"
            )
        await asyncio.to_thread(self.placing.place, row, said)

    def _direct(self, user: str) -> str:
        opened = self.outbox.api.call("conversations.open", {"users": user})
        return str(opened["channel"]["id"])

    def _show_working(self, row: Delivery) -> None:
        """Show that it is being worked on; a plan or a thread without that shows nothing."""
        shown = {"channel_id": row.channel, "thread_ts": row.thread_ts or row.ts}
        try:
            self.outbox.api.call("assistant.threads.setStatus", {**shown, "status": WORKING})
        except SlackTrouble as trouble:
            log.debug("slack_status_not_shown", reason=trouble.reason)


def _place_of(row: Delivery) -> tuple[str, str]:
    """The channel and the thread that name the conversation of a row."""
    if row.kind == "command":
        return "command", MAIN
    if is_direct(row.channel):
        return row.channel, row.thread_ts or MAIN
    return row.channel, row.thread_ts or row.ts
