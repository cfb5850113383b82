"""Notices by e-mail, over SMTP as `SMTP_URL` says."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.utils import make_msgid
from urllib.parse import parse_qs, unquote, urlsplit

from bot.notices import Notice, NoticeError, Notifier

SECONDS = 10.0
PERMANENT = range(500, 600)


class MailNotifier(Notifier):
    """Sends one message a notice; `tls` in the address is required (default), optional or none."""

    name = "e-mail"

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or "127.0.0.1"
        self._port = parts.port or 587
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password or "")
        self._tls = parse_qs(parts.query).get("tls", ["required"])[0]
        self._sender = sender

    def send(self, notice: Notice) -> None:
        """Deliver to the server. Raises NoticeError, permanent for a refused recipient."""
        message = EmailMessage()
        message["From"], message["To"] = self._sender, notice.to
        message["Subject"] = f"{'[Repeat] ' if notice.repeated else ''}{notice.subject}"
        message["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2])
        message["X-Privacy-Desk-Notice"] = notice.key
        message.set_content(notice.text)
        try:
            self._deliver(message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            permanent = all(code in PERMANENT for code in codes)
            raise NoticeError("the address was refused", permanent=permanent) from error
        except smtplib.SMTPResponseException as error:
            permanent = error.smtp_code in PERMANENT
            raise NoticeError(
                f"the mail server answered {error.smtp_code}", permanent=permanent
            ) from error
        except (OSError, smtplib.SMTPException) as error:
            why = f"the mail server cannot be used ({type(error).__name__})"
            raise NoticeError(why, permanent=False) from error

    def _deliver(self, message: EmailMessage) -> None:
        server = smtplib.SMTP(self._host, self._port, timeout=SECONDS)
        try:
            self._secure(server)
            if self._user:
                server.login(self._user, self._password)
            server.send_message(message)
            # Accepted is sent: a server that takes leave badly must not make us send it again.
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
        finally:
            server.close()

    def _secure(self, server: smtplib.SMTP) -> None:
        if self._tls == "none":
            return
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        elif self._tls == "required":
            raise NoticeError("the mail server offers no TLS", permanent=False)
