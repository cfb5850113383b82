"""Notices by e-mail, over SMTP as `SMTP_URL` says."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.utils import make_msgid
from html import escape
from urllib.parse import parse_qs, unquote, urlsplit

from bot.domain.translation import mark
from bot.notices import Notice, NoticeError, Notifier

REPEAT = mark("Repeat: this may have reached you before.")
# For each step of the talk with the server; all of them together take less than a sweep's lease.
SECONDS = 8.0
PERMANENT = range(500, 600)
# Answers to EHLO, MAIL and the login that are about us, not about one recipient.
SERVICE_AWAY = {421, 454}


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
        message = self._message(notice)
        try:
            with self._connected() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            permanent = all(code in PERMANENT for code in codes)
            raise NoticeError("the address was refused", permanent=permanent) from error
        except smtplib.SMTPResponseException as error:
            permanent = error.smtp_code in PERMANENT
            away = error.smtp_code in SERVICE_AWAY
            raise NoticeError(
                f"the mail server answered {error.smtp_code}", permanent=permanent, whole_way=away
            ) from error
        except (OSError, smtplib.SMTPException) as error:
            why = f"the mail server cannot be used ({type(error).__name__})"
            raise NoticeError(why, permanent=False, whole_way=True) from error

    def _message(self, notice: Notice) -> EmailMessage:
        """The message of a notice, to one address and no more. Raises NoticeError."""
        message = EmailMessage()
        try:
            message["From"], message["To"] = self._sender, notice.to
            message["Subject"] = _subject(notice)
        except ValueError:
            # A line break in an address or a subject would begin a header of somebody else's.
            raise NoticeError("address and subject are one line each", permanent=True) from None
        if len(message["To"].addresses) != 1:
            raise NoticeError("a notice goes to one address", permanent=True)
        message["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2])
        message["X-Privacy-Desk-Notice"] = notice.key
        message.set_content(notice.text)
        message.add_alternative(as_html(notice), subtype="html")
        return message

    def problems(self, addresses: Sequence[str]) -> list[str]:
        """Ask the server for each address, by its place in the list, and send nothing."""
        try:
            with self._connected() as server:
                code, _ = server.mail(self._sender)
                if code in PERMANENT:
                    return [f"the mail server refuses MAIL_FROM ({code})"]
                answers = [server.rcpt(address)[0] for address in addresses]
                server.rset()
        except NoticeError as error:
            return [error.sentence]
        except smtplib.SMTPResponseException as error:
            return [f"the mail server answered {error.smtp_code}"]
        except (OSError, smtplib.SMTPException) as error:
            return [f"the mail server cannot be used ({type(error).__name__})"]
        return [
            f"the mail server refuses address {place} ({code})"
            for place, code in enumerate(answers, start=1)
            if code in PERMANENT
        ]

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        server = smtplib.SMTP(self._host, self._port, timeout=SECONDS)
        try:
            self._secure(server)
            if self._user:
                server.login(self._user, self._password)
            server.ehlo_or_helo_if_needed()
            yield server
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
            raise NoticeError("the mail server offers no TLS", permanent=False, whole_way=True)


def as_html(notice: Notice) -> str:
    """The same words for readers that show HTML: paragraphs, and a link to press.

    Every word of the notice is text, never markup; nothing is loaded from anywhere.
    """
    parts = [_block(block) for block in notice.text.split("\n\n")]
    if notice.link:
        link = escape(notice.link, quote=True)
        parts.append(f'<p><a href="{link}" style="{BUTTON}">Open it on the officer page</a></p>')
    repeat = f"<p><strong>{escape(notice.tr(REPEAT))}</strong></p>"
    body = (repeat if notice.repeated else "") + "".join(parts)
    return (
        f'<!doctype html><html lang="{notice.tr.language}"><head><meta charset="utf-8"><title>'
        f'{escape(notice.subject)}</title></head><body style="{BODY}"><h1 style="{HEADING}">'
        f"{escape(notice.subject)}</h1>{body}</body></html>"
    )


def _subject(notice: Notice) -> str:
    return f"[{notice.tr('Repeat')}] {notice.subject}" if notice.repeated else notice.subject


def _block(block: str) -> str:
    """One paragraph, its lines kept apart."""
    return f"<p>{'<br>'.join(escape(line) for line in block.splitlines())}</p>"


BODY = "font-family:system-ui,sans-serif;font-size:16px;line-height:1.5;max-width:40em"
HEADING = "font-size:20px"
BUTTON = (
    "display:inline-block;padding:10px 16px;border:2px solid #1a4fa0;border-radius:6px;"
    "color:#1a4fa0;text-decoration:underline"
)
