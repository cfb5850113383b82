"""E-mail against a real SMTP server: delivered once, or failed for a time or for good."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channels import mail
from bot.channels.mail import MailNotifier
from bot.notices import Notice, NoticeError
from tests.channels.notifier_contract import NotifierContract, Way
from tests.fakes.smtp import Mailbox, smtp_server

NOTICE = Notice(
    key="7:respond:due:1",
    to="officer@example.ca",
    subject="PD-7K3M-9QXD: Due today: complaint",
    text="Due today: complaint.\nRéférence PD-7K3M-9QXD.",
)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with smtp_server(Mailbox()) as served:
        yield served


class TestContract(NotifierContract):
    @pytest.fixture
    def way(self, box: Mailbox) -> Way:
        def seen() -> list[str]:
            return [
                f"{message['Subject']}\n{message.get_body(('plain',)).get_content()}"  # type: ignore[union-attr]
                for message in box.received
            ]

        def answer(words: str | None) -> None:
            box.rcpt = words

        return Way(
            notifier(box), "officer@example.ca", seen,
            break_for_a_time=lambda: answer("451 greylisted"),
            break_for_good=lambda: answer("550 no such mailbox"),
            mend=lambda: answer(None),
        )  # fmt: skip


def test_words_are_never_markup_in_the_html_part(box: Mailbox) -> None:
    notifier(box).send(Notice("k", NOTICE.to, "<b>x</b>", '<img src=x onerror="alert(1)">'))
    page = box.received[0].get_body(("html",))
    assert page is not None
    assert "<img" not in page.get_content()
    assert "&lt;img src=x" in page.get_content()
    assert "<b>" not in page.get_content()


def notifier(box: Mailbox, tls: str = "?tls=none", user: str = "") -> MailNotifier:
    return MailNotifier(f"smtp://{user}127.0.0.1:{box.port}{tls}", "desk@example.ca")


def failure(way: MailNotifier, notice: Notice = NOTICE) -> NoticeError:
    with pytest.raises(NoticeError) as failed:
        way.send(notice)
    assert "officer@example.ca" not in str(failed.value)
    return failed.value


def test_a_notice_arrives_as_it_is(box: Mailbox) -> None:
    notifier(box).send(NOTICE)
    [message] = box.received
    assert (message["From"], message["To"]) == ("desk@example.ca", "officer@example.ca")
    assert message["Subject"] == NOTICE.subject
    assert message["X-Privacy-Desk-Notice"] == NOTICE.key
    assert message["Message-ID"].endswith("@example.ca>")
    text, page = message.iter_parts()
    assert message.get_content_type() == "multipart/alternative"
    assert text.get_content().splitlines() == NOTICE.text.splitlines()
    assert "Référence PD-7K3M-9QXD." in page.get_content()


@pytest.mark.parametrize(
    "words",
    ["a@example.ca\r\nBcc: b@evil.example", "a@example.ca\nX: y", "a@example.ca\rX: y"],
)
def test_nothing_that_is_told_begins_a_header(box: Mailbox, words: str) -> None:
    for notice in (Notice("k", words, "Subject", "Text"), Notice("k", NOTICE.to, words, "Text")):
        assert failure(notifier(box), notice).permanent
    assert box.received == []


@pytest.mark.parametrize("to", ["a@example.ca, b@evil.example", "", "Group: a@x.ca, b@x.ca;"])
def test_a_notice_goes_to_one_address_and_no_more(box: Mailbox, to: str) -> None:
    assert failure(notifier(box), Notice("k", to, "Subject", "Text")).permanent
    assert box.received == []


def test_a_repeat_says_so(box: Mailbox) -> None:
    notifier(box).send(Notice(NOTICE.key, NOTICE.to, NOTICE.subject, NOTICE.text, repeated=True))
    assert box.received[0]["Subject"] == f"[Repeat] {NOTICE.subject}"


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [
        ("550 no such mailbox", True),
        ("551 user not local", True),
        ("450 greylisted, try again later", False),
        ("451 try again", False),
        ("452 too many recipients", False),
    ],
)
def test_a_refused_recipient_is_for_good_or_for_a_time(
    box: Mailbox, answer: str, permanent: bool
) -> None:
    box.rcpt = answer
    failed = failure(notifier(box))
    assert (failed.permanent, failed.sentence) == (permanent, "the address was refused")
    assert box.received == []


@pytest.mark.parametrize(
    ("answer", "permanent"), [("554 not this one", True), ("451 the disk is full", False)]
)
def test_a_refused_message_is_for_good_or_for_a_time(
    box: Mailbox, answer: str, permanent: bool
) -> None:
    box.data = answer
    failed = failure(notifier(box))
    assert failed.permanent is permanent
    assert answer[:3] in failed.sentence


def test_greylisted_at_first_it_is_delivered_at_the_second_try(box: Mailbox) -> None:
    way = notifier(box)
    box.rcpt = "450 greylisted"
    assert not failure(way).permanent
    box.rcpt = None
    way.send(NOTICE)
    assert len(box.received) == 1


@pytest.mark.parametrize("farewell", ["421 closing", "500 what?"])
def test_what_was_accepted_is_sent_however_the_server_takes_leave(
    box: Mailbox, farewell: str
) -> None:
    box.quit = farewell
    notifier(box).send(NOTICE)
    assert len(box.received) == 1


def test_user_and_password_are_decoded_from_the_address(box: Mailbox) -> None:
    notifier(box, user="de%40sk:s3cret%2F%40@").send(NOTICE)
    assert box.logins == [("de@sk", "s3cret/@")]
    assert len(box.received) == 1


def test_a_wrong_password_is_for_good_and_not_told(box: Mailbox) -> None:
    failed = failure(notifier(box, user="desk:wrong@"))
    assert failed.permanent
    assert failed.sentence == "the mail server answered 535"


def test_a_server_that_is_away_is_for_a_time() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        box = Mailbox(port=unused.getsockname()[1])
    failed = failure(notifier(box))
    assert not failed.permanent
    assert failed.whole_way
    assert failed.sentence == "the mail server cannot be used (ConnectionRefusedError)"


def test_a_server_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        failed = failure(notifier(Mailbox(port=silent.getsockname()[1])))
    assert not failed.permanent
    assert failed.whole_way


def test_a_server_that_hangs_up_is_for_a_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as rude:
        thread = threading.Thread(target=lambda: rude.accept()[0].close())
        thread.start()
        failed = failure(notifier(Mailbox(port=rude.getsockname()[1])))
        thread.join()
    assert not failed.permanent


@pytest.mark.parametrize("tls", ["", "?tls=required"])
def test_without_tls_nothing_is_sent_unless_the_operator_said_so(box: Mailbox, tls: str) -> None:
    failed = failure(notifier(box, tls, user="desk:s3cret%2F%40@"))
    assert (failed.permanent, failed.sentence) == (False, "the mail server offers no TLS")
    assert (box.received, box.logins) == ([], [])


def test_optional_tls_goes_without_where_there_is_none(box: Mailbox) -> None:
    notifier(box, "?tls=optional").send(NOTICE)
    assert box.over_tls == [False]


@pytest.mark.parametrize("tls", ["?tls=required", "?tls=optional"])
def test_a_server_whose_tls_cannot_be_trusted_gets_nothing(tls: str) -> None:
    # A server without any certificate: no cipher fits both sides.
    with smtp_server(Mailbox(), tls=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)) as box:
        failed = failure(notifier(box, tls))
    assert not failed.permanent
    assert box.received == []


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
@pytest.mark.parametrize("tls", ["", "?tls=optional"])
def test_over_tls_with_a_certificate_that_is_trusted(
    tls: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-keyout", key, "-out", certificate, "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with smtp_server(Mailbox(), tls=context) as box:
        failed = failure(notifier(box, tls))
        assert not failed.permanent
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        notifier(box, tls).send(NOTICE)
    assert box.over_tls == [True]
