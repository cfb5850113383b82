"""A real SMTP server on loopback, that refuses what the test tells it to."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult


@dataclass
class Mailbox:
    """What came in, and the answers that the test wants instead of the usual ones."""

    rcpt: str | None = None
    data: str | None = None
    quit: str | None = None
    port: int = 0
    received: list[EmailMessage] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    over_tls: list[bool] = field(default_factory=list)

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.rcpt:
            return self.rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:
        if self.data:
            return self.data
        parsed = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.received.append(parsed)
        self.over_tls.append(session.ssl is not None)
        return "250 OK"

    async def handle_QUIT(self, _server: Any, _session: Any, _envelope: Any) -> str:
        return self.quit or "221 Bye"

    def login(
        self, _server: Any, _session: Any, _envelope: Any, _how: str, data: Any
    ) -> AuthResult:
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password == b"s3cret/@", handled=False)


@contextmanager
def smtp_server(mailbox: Mailbox, *, tls: ssl.SSLContext | None = None) -> Iterator[Mailbox]:
    """Serve the mailbox in a thread; `tls` is offered by STARTTLS."""
    loop = asyncio.new_event_loop()

    sessions: list[SMTP] = []

    def session() -> SMTP:
        made = SMTP(
            mailbox,
            hostname="localhost",
            loop=loop,
            tls_context=tls,
            authenticator=mailbox.login,
            auth_require_tls=False,
        )
        sessions.append(made)
        return made

    server = loop.run_until_complete(loop.create_server(session, "127.0.0.1", 0))
    mailbox.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield mailbox
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    server.close()
    for task in asyncio.all_tasks(loop):
        task.cancel()
    for made in sessions:
        if made.transport is not None:
            made.transport.close()
    loop.run_until_complete(asyncio.sleep(0.05))
    loop.close()
