"""What people write in Slack, taken into conversations with the desk, and answered where they are.

A direct message is answered there. A mention is answered in its thread when the policy answers it
for everyone; what is personal is answered to that person alone, who goes on in a direct message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import structlog

from bot.channels.slack import blocks as kit
from bot.channels.slack.answers import Message, answer_messages, plain_message
from bot.channels.slack.api import SlackTrouble
from bot.channels.slack.outbox import Outbox
from bot.channels.slack.people import Roster
from bot.channels.slack.ports import Inbox, Talk
from bot.channels.slack.threads import MAIN, Threads, is_direct
from bot.channels.slack.under_letters import UnderLetters, says_more
from bot.conversation import Said
from bot.desk import DISCLOSURE
from bot.domain.errors import InvalidInput
from bot.domain.forms import Form
from bot.domain.people import Person
from bot.domain.slack import Delivery

log = structlog.get_logger(__name__)

PERSONAL = {
    "complaint", "access_request", "correction", "consent_withdrawal", "breach_report",
    "ticket_status", "talk_to_human",
}  # fmt: skip
IN_PRIVATE = (
    "This is about you, so nobody else here reads it. Let us go on in a direct message: what you "
    "wrote counts from now."
)
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
    forms: Mapping[str, Form]
    page_url: str
    policy_version: str
    pool: Executor
    under_letters: UnderLetters

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
        return await self._moved(row, channel, str(history[0]["text"]), first)

    async def mention(self, row: Delivery) -> bool:
        person = await self._person(row)
        said = await self._say(row, person, text=row.text or "help")
        return await self._answered(row, said)

    async def command(self, row: Delivery, word: str, text: str) -> bool:
        """`/privacy ask` and `/privacy disclose`, answered to this person alone."""
        person = await self._person(row)
        if word == "disclose" and not person.role.is_staff:
            self._respond(row, [plain_message(STAFF_ONLY)])
            return True
        about = DISCLOSURE if word == "disclose" else None
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
        await asyncio.to_thread(self._place, row, said)
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
    ) -> bool:
        """Say something in the direct message that was begun elsewhere."""
        person = await self._person(row)
        conversation = await asyncio.to_thread(
            self.threads.find_or_open, person, row.team, channel, MAIN, row.user
        )
        said = await self._said(row, conversation, text, payload, first)
        return await self._answered(row, said)

    async def _answered(self, row: Delivery, said: Said) -> bool:
        begun = row.kind in {"mention", "command"} and said.waiting_for is not None
        if begun and not said.pending:
            # Nothing personal is begun where others read along.
            await self.talk.say(
                said.conversation, payload="/cancel_request", source_key=f"{row.key}:cancel"
            )
        await asyncio.to_thread(self._place, row, said)
        if said.pending:
            await asyncio.to_thread(self.inbox.wait, row.id)
        return not said.pending

    def _place(self, row: Delivery, said: Said) -> None:
        """Plan the answer where it belongs: the direct message, the thread, or this person."""
        if row.kind == "command":
            self._to_command(row, said)
        elif row.kind == "mention":
            self._to_thread(row, said)
        else:
            own = is_direct(row.channel)
            channel = row.channel if own else row.user
            added = self.under_letters.take(row, said)
            messages = self._messages(row, said) if not added or says_more(said) else []
            if added:
                messages = [plain_message(added), *messages]
            self._post(row, channel, row.thread_ts if own else "", messages, said)

    def _messages(self, row: Delivery, said: Said, *, public: bool = False) -> list[Message]:
        return answer_messages(
            said.replies,
            page_url=self.page_url,
            row=row.id,
            forms=self.forms,
            policy_version=self.policy_version,
            busy=said.waiting_for is not None or said.pending,
            late=said.late,
            public=public,
        )

    def _post(
        self, row: Delivery, channel: str, thread: str, messages: Sequence[Message], said: Said
    ) -> None:
        name = "apology" if said.pending else "answer"
        for number, message in enumerate(messages):
            self.outbox.post(f"{name}:{row.id}:{number}", channel, message.to_body(), thread=thread)

    def _to_thread(self, row: Delivery, said: Said) -> None:
        thread = row.thread_ts or row.ts
        if not is_personal(said):
            messages = self._messages(row, said, public=True)
            self._post(row, row.channel, thread, messages, said)
            return
        message = self._private(row)
        self.outbox.whisper(f"answer:{row.id}:0", row.channel, row.user, message.to_body(), thread)

    def _to_command(self, row: Delivery, said: Said) -> None:
        if is_personal(said) and not _has_verdict(said):
            self._respond(row, [self._private(row)])
            return
        name = "apology" if said.pending else "answer"
        self._respond(row, self._messages(row, said, public=said.pending), name)

    def _private(self, row: Delivery) -> Message:
        go_on = kit.button("Continue in a direct message", "continue", str(row.id), style="primary")
        return Message(IN_PRIVATE, (*kit.paragraphs(IN_PRIVATE), *kit.actions([go_on])))

    def _respond(self, row: Delivery, messages: Sequence[Message], name: str = "answer") -> None:
        url = str(row.data.get("response_url") or "")
        for number, message in enumerate(messages):
            self.outbox.respond(f"{name}:{row.id}:{number}", url, row.user, message.to_body())

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


def is_personal(said: Said) -> bool:
    """Tell whether an answer is for nobody else: a request, a status, advice, masked numbers."""
    if said.waiting_for is not None or said.pending:
        return True
    return any(
        reply.get("ticket") or reply.get("verdict") or reply.get("intent") in PERSONAL
        for reply in said.replies
    )


def _has_verdict(said: Said) -> bool:
    return said.waiting_for is None and any(reply.get("verdict") for reply in said.replies)


def _place_of(row: Delivery) -> tuple[str, str]:
    """The channel and the thread that name the conversation of a row."""
    if row.kind == "command":
        return "command", MAIN
    if is_direct(row.channel):
        return row.channel, row.thread_ts or MAIN
    return row.channel, row.thread_ts or row.ts
