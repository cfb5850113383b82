"""Files that belong to a ticket: which are taken, judged by their content and never by their name.

What lives here: the rules. What does not: where files are kept, who may have them.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from bot.domain.errors import InvalidInput

LARGEST = 5 * 1024 * 1024
"""Bytes of one file."""
MOST_FILES = 20
LONGEST_NAME = 100

PDF, PNG, JPEG, TEXT = "application/pdf", "image/png", "image/jpeg", "text/plain"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"

# The type of a file's content, and the endings that a name of such a file may have.
ENDINGS: Mapping[str, tuple[str, ...]] = {
    PDF: ("pdf",),
    PNG: ("png",),
    JPEG: ("jpg", "jpeg"),
    TEXT: ("txt", "csv", "md"),
    DOCX: ("docx",),
    XLSX: ("xlsx",),
    ODT: ("odt",),
}
TAKEN = "PDF, PNG, JPEG, plain text, Word, Excel or OpenDocument text"

_MAGIC = ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG))
_OFFICE = (("word/document.xml", DOCX), ("xl/workbook.xml", XLSX))
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a ticket, without its content. `shared`: its requester may have it."""

    id: str
    name: str
    media_type: str
    size: int
    added_at: datetime
    who: str
    shared: bool

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "media_type": self.media_type,
            "size": self.size,
            "added_at": self.added_at.isoformat(),
            "who": self.who,
            "shared": self.shared,
        }


def sniff(content: bytes) -> str | None:
    """The media type of this content; None for one that is not taken.

    An office document with macros in it is not taken.
    """
    for magic, media_type in _MAGIC:
        if content.startswith(magic):
            return media_type
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    return TEXT if _is_text(content) else None


def _office(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            if any("vbaproject" in name.lower() or name.startswith("Basic/") for name in names):
                return None
            first = archive.infolist()[0]
            if first.filename == "mimetype" and first.file_size == len(ODT):
                return ODT if archive.read(first) == ODT.encode() else None
    except (zipfile.BadZipFile, IndexError, RuntimeError, NotImplementedError, OSError):
        return None
    return next((media_type for name, media_type in _OFFICE if name in names), None)


def _is_text(content: bytes) -> bool:
    try:
        return not _CONTROL.search(content.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def accepted(name: str, content: bytes) -> tuple[str, str]:
    """Give the name and the media type under which a file is kept.

    Raises InvalidInput for one that is empty, too large, of a type that is not taken, or named as
    something that it is not.
    """
    if not content:
        raise InvalidInput("That file is empty.")
    if len(content) > LARGEST:
        raise InvalidInput(f"A file may have {LARGEST // 2**20} MB.")
    media_type = sniff(content)
    if media_type is None:
        raise InvalidInput(f"That sort of file is not taken. What is: {TAKEN}.")
    plain = plain_name(name)
    ending = PurePosixPath(plain).suffix.lower().removeprefix(".")
    if ending not in ENDINGS[media_type]:
        raise InvalidInput("The file's name does not fit what is in it.")
    return plain, media_type


def plain_name(name: str) -> str:
    """A name without folders, control characters and marks that mean something elsewhere."""
    last = re.split(r"[/\\]", name)[-1]
    clean = re.sub(r"[^\w .()+-]", "_", last).strip(" .")
    stem, dot, ending = clean.rpartition(".")
    shortened = f"{stem[: LONGEST_NAME - len(ending) - 1]}{dot}{ending}"
    return (shortened if dot else clean)[-LONGEST_NAME:] or "file"
