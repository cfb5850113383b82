"""Logs: one JSON object a line, ids and kinds of error, nothing that looks personal."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bot.logs import configure_logs


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What a process of the desk writes on stderr, until its logs are put back."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level, known = root.handlers[:], root.level, structlog.get_config()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logs("INFO", "bot")
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**known)


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_line_says_what_when_and_in_which_process(written: io.StringIO) -> None:
    structlog.get_logger("test.a").warning("turn_failed", message="Zm9v", code="assistant")
    [line] = lines(written)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "process": "bot",
        "event": "turn_failed",
        "level": "warning",
        "message": "Zm9v",
        "code": "assistant",
    }


def test_other_libraries_write_the_same_way(written: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").info("started on %s", "port 8000", extra={"part": "web"})
    [line] = lines(written)
    assert (line["event"], line["level"], line["part"]) == (
        "started on port 8000", "info", "web",
    )  # fmt: skip


def test_debug_and_noise_stay_out(written: io.StringIO) -> None:
    structlog.get_logger("test.b").debug("detail")
    logging.getLogger("httpx").info("HTTP Request: POST")
    logging.getLogger("sanic.root").info("Goin' Fast")
    assert lines(written) == []


@pytest.mark.parametrize(
    "personal",
    [
        "alice@example.ca",
        "al.ice+desk@mail.example.co.uk",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "046 454 286",
        "046454286",
        "?token=s3cr3t",
    ],
)
def test_what_looks_personal_is_masked(written: io.StringIO, personal: str) -> None:
    structlog.get_logger("test.c").error("odd", value=f"got {personal} here")
    logging.getLogger("somebody").error("GET /link %s from", personal)
    assert personal not in written.getvalue()
    assert written.getvalue().count("[masked]") == 2


def test_a_token_in_an_address_is_masked_wherever_it_stands(written: io.StringIO) -> None:
    logging.getLogger("uvicorn").info('"GET /link?next=/officer&token=abc_1-2 HTTP/1.1" 200')
    [line] = lines(written)
    assert line["event"] == '"GET /link?next=/officer[masked] HTTP/1.1" 200'


def test_ids_and_times_are_left_alone(written: io.StringIO) -> None:
    structlog.get_logger("test.d").error("kept", ticket="PD-7K3M-9QXD", at="2026-11-23", n=12345678)
    [line] = lines(written)
    assert (line["ticket"], line["at"], line["n"]) == ("PD-7K3M-9QXD", "2026-11-23", 12345678)
    assert "[masked]" not in json.dumps(line)


def fail() -> None:
    raise ValueError("Alice wrote: they read my bill")


@pytest.mark.parametrize("how", ["exception", "true", "instance", "library"])
def test_of_an_error_its_kind_and_place_are_kept_and_never_its_words(
    written: io.StringIO, how: str
) -> None:
    log = structlog.get_logger("test.e")
    try:
        fail()
    except ValueError as error:
        match how:
            case "exception":
                log.exception("it_failed")
            case "true":
                log.error("it_failed", exc_info=True)
            case "instance":
                log.error("it_failed", exc_info=error)
            case _:
                logging.getLogger("library").exception("it_failed")
    [line] = lines(written)
    assert line["error"] == "ValueError"
    assert line["at"].split(" > ")[-1].startswith("fail:")
    assert "bill" not in json.dumps(line)


def test_without_an_error_none_is_named(written: io.StringIO) -> None:
    structlog.get_logger("test.f").error("it_failed", exc_info=True)
    [line] = lines(written)
    assert "error" not in line
    assert "exc_info" not in line
