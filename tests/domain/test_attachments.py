"""Which files are taken: by content, whatever they are called."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.attachments import (
    DOCX,
    JPEG,
    LARGEST,
    LONGEST_NAME,
    ODT,
    PDF,
    PNG,
    TEXT,
    XLSX,
    accepted,
    plain_name,
    sniff,
)
from bot.domain.errors import InvalidInput


def archive(*entries: tuple[str, str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, content in entries:
            file.writestr(name, content)
    return made.getvalue()


TAKEN = [
    ("bill.pdf", b"%PDF-1.7\n", PDF),
    ("Screen shot.PNG", b"\x89PNG\r\n\x1a\n...", PNG),
    ("photo.jpeg", b"\xff\xd8\xff\xe0", JPEG),
    ("notes.txt", "Été, 14 h\r\n\tseen".encode(), TEXT),
    ("calls.csv", b"date,number\n", TEXT),
    ("letter.docx", archive(("word/document.xml", "<w/>")), DOCX),
    ("sheet.xlsx", archive(("xl/workbook.xml", "<x/>")), XLSX),
    ("letter.odt", archive(("mimetype", ODT), ("content.xml", "<o/>")), ODT),
]

REFUSED = [
    ("empty.txt", b""),
    ("program.exe", b"MZ\x90\x00"),
    ("program.pdf", b"MZ\x90\x00"),
    ("page.html", b"<script>alert(1)</script>"),
    ("drawing.svg", b"<svg onload='alert(1)'/>"),
    ("picture.png", b"%PDF-1.7\n"),
    ("any.zip", archive(("a.txt", "a"))),
    ("macro.docx", archive(("word/document.xml", ""), ("word/vbaProject.bin", "x"))),
    ("broken.docx", b"PK\x03\x04 and no more"),
    ("latin.txt", "caf\xe9".encode("latin-1")),
    ("bell.txt", b"ring \x07"),
    ("no ending", b"words"),
    ("large.txt", b"a" * (LARGEST + 1)),
]


@pytest.mark.parametrize(("name", "content", "media_type"), TAKEN)
def test_a_file_is_what_its_content_says(name: str, content: bytes, media_type: str) -> None:
    assert accepted(name, content) == (name, media_type)


@pytest.mark.parametrize(("name", "content"), REFUSED, ids=[name for name, _ in REFUSED])
def test_what_is_not_taken_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(InvalidInput):
        accepted(name, content)


@given(st.binary(max_size=300))
def test_any_content_is_read_without_trouble(content: bytes) -> None:
    assert sniff(content) in {None, PDF, PNG, JPEG, TEXT, DOCX, XLSX, ODT}
    assert sniff(b"PK\x03\x04" + content) is None


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\folder\\bill.pdf", "bill.pdf"),
        ('a"b;c\r\n.pdf', "a_b_c__.pdf"),
        ("été.pdf", "été.pdf"),
        ("", "file"),
    ],
)
def test_names_lose_what_means_something_elsewhere(given_name: str, kept: str) -> None:
    assert plain_name(given_name) == kept


@given(st.text(max_size=400))
def test_any_name_becomes_a_short_one_without_folders(name: str) -> None:
    plain = plain_name(name)
    assert 0 < len(plain) <= LONGEST_NAME
    assert not set(plain) & set('/\\"\r\n\0<>')
