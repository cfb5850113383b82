"""Writers take turns: nobody writes beside another, everybody comes."""

import threading
from pathlib import Path

from bot.store.write_queue import WriteQueue


def test_one_turn_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    inside, most, turns = 0, 0, 0
    guard = threading.Lock()

    def write() -> None:
        nonlocal inside, most, turns
        queue = WriteQueue(path)
        for _ in range(50):
            with queue.turn():
                with guard:
                    inside, turns = inside + 1, turns + 1
                    most = max(most, inside)
                with guard:
                    inside -= 1

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert (most, turns) == (1, 200)


def test_a_failed_turn_ends(tmp_path: Path) -> None:
    queue = WriteQueue(tmp_path / "desk.db")
    for _ in range(2):
        try:
            with queue.turn():
                raise KeyError
        except KeyError:
            continue


def test_without_a_file_every_turn_comes_at_once() -> None:
    queue = WriteQueue(None)
    with queue.turn(), queue.turn():
        assert list(Path().glob("*-door")) == []
