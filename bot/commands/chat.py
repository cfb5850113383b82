"""`chat`: the same conversation in a terminal, for people and for programs."""

from __future__ import annotations

import asyncio
import getpass
import hashlib
import hmac
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer

from bot.commands.desk import with_assistant
from bot.commands.terminal import emit, say, show_replies
from bot.conversation import Said, new_token
from bot.domain.errors import DeskError, InvalidInput
from bot.domain.people import Channel, Person, Role
from bot.keys import rasa_secret
from bot.wiring import Application

LATE_SECONDS = 120.0


class Teller:
    """One person in one conversation, in the terminal."""

    def __init__(
        self,
        application: Application,
        role: Role,
        person: str | None = None,
        label: str | None = None,
    ) -> None:
        self.talk = application.talk
        self.name = person or getpass.getuser()
        who = Person(f"terminal:{self.name}", role, Channel.TERMINAL)
        self.token = _token(application, who, label) if label else new_token()
        known = self.talk.by_token(self.token) if label else None
        self.conversation = known.id if known else self.talk.open(who, self.token)
        self.pending: set[int] = set()

    async def say(
        self, *, text: str | None = None, payload: str | None = None, about: str | None = None
    ) -> Said:
        """Take one message. An answer that comes late is owed, and found by `late`."""
        if text is not None:
            # What the terminal could not decode is no text that a database keeps.
            text = text.encode("utf-8", "replace").decode()
        said = await self.talk.say(self.conversation, text=text, payload=payload, about=about)
        if said.pending:
            self.pending.add(said.number)
        return said

    def late(self) -> list[Mapping[str, Any]]:
        """The replies that have come since to messages that were answered with an apology."""
        if not self.pending:
            return []
        messages = self.talk.history(self.conversation, after=min(self.pending) - 1)
        came = [m for m in messages if m["number"] in self.pending and m["replies"] is not None]
        self.pending -= {m["number"] for m in came}
        return [reply for message in came for reply in message["replies"]]


def _token(application: Application, person: Person, label: str) -> str:
    """A token that only this desk can work out: the label finds its conversation again."""
    words = json.dumps([person.id, person.role, label])
    secret = rasa_secret(application.settings)
    return hmac.new(secret.encode(), words.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of input: what is said, and by whom in which conversation when it says so."""

    text: str | None
    payload: str | None
    label: str | None = None
    person: str | None = None
    role: Role | None = None


def read_line(line: str) -> Line:
    """Read text, or an object with message or payload. Raises InvalidInput."""
    stripped = line.strip()
    if not stripped.startswith("{"):
        return Line(line.rstrip("\n"), None)
    try:
        given = json.loads(stripped)
    except ValueError:
        return Line(stripped, None)
    if ("message" in given) == ("payload" in given):
        raise InvalidInput('an object needs either "message" or "payload"')
    try:
        role = Role(given["role"]) if given.get("role") else None
    except ValueError:
        raise InvalidInput("a role is customer or employee") from None
    text, payload = given.get("message"), given.get("payload")
    return Line(
        None if text is None else str(text),
        None if payload is None else str(payload),
        str(given["conversation"]) if given.get("conversation") else None,
        str(given["person"]) if given.get("person") else None,
        role,
    )


@dataclass(slots=True)
class Terminal:
    """The conversations of one `chat` command, by label, person and role."""

    application: Application
    role: Role
    person: str | None
    as_json: bool
    _tellers: dict[tuple[str | None, str | None, Role], Teller] = field(default_factory=dict)
    _buttons: list[str] = field(default_factory=list)

    async def run(self) -> None:
        """Take lines from stdin until it ends. A line that cannot be used is told, not fatal."""
        if not self.as_json:
            say(self.application.library.notice)
            say("(Type a message, or the number of a button. Ctrl-D ends the conversation.)")
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, _next_line):
            if not line.strip() and not self.as_json:
                continue
            try:
                await self._take(read_line(line))
            except DeskError as error:
                self._tell_error(error)
        await self._tell_late()
        await self.application.assistant.close()

    async def _take(self, line: Line) -> None:
        teller = self._teller(line)
        text, payload = line.text, line.payload
        if not self.as_json and text and text.strip().isdigit():
            number = int(text)
            if 1 <= number <= len(self._buttons):
                text, payload = None, self._buttons[number - 1]
        said = await teller.say(text=text, payload=payload)
        self._show(teller, line.label, said.replies, said.waiting_for)

    def _teller(self, line: Line) -> Teller:
        key = (line.label, line.person or self.person, line.role or self.role)
        if key not in self._tellers:
            self._tellers[key] = Teller(self.application, key[2], key[1], key[0])
        return self._tellers[key]

    def _show(
        self, teller: Teller, label: str | None, replies: Any, waiting_for: str | None
    ) -> None:
        if self.as_json:
            emit(
                {
                    "conversation": label or teller.conversation,
                    "person": teller.name,
                    "replies": list(replies),
                    "waiting_for": waiting_for,
                }
            )
            return
        self._buttons = [b["payload"] for r in replies for b in r.get("quick_replies") or ()]
        show_replies(replies)

    async def _tell_late(self) -> None:
        """Wait for answers that are still owed, and give them as lines of their own."""
        waited = 0.0
        owing = {key: t for key, t in self._tellers.items() if t.pending}
        while owing and waited < LATE_SECONDS:
            await self.application.talk.catch_up()
            for key, teller in list(owing.items()):
                replies = teller.late()
                if replies:
                    waiting = teller.talk.waiting_for(teller.conversation)
                    self._show(teller, key[0], replies, waiting)
                if not teller.pending:
                    del owing[key]
            await asyncio.sleep(0.5)
            waited += 0.5
        await self.application.talk.finish()

    def _tell_error(self, error: DeskError) -> None:
        if self.as_json:
            emit({"error": error.code, "detail": error.sentence})
        else:
            say(error.sentence)


def _next_line() -> str:
    if sys.stdin.isatty():
        sys.stderr.write("> ")
        sys.stderr.flush()
    return sys.stdin.readline()


def chat(
    role: Annotated[Role, typer.Option(help="Who is writing.")] = Role.CUSTOMER,
    person: Annotated[str | None, typer.Option(help="A name for the person.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines out.")] = False,
) -> None:
    """Talk with the desk: lines in, replies out."""
    with with_assistant() as application:
        asyncio.run(Terminal(application, role, person, as_json).run())
