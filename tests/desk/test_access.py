"""A reference opens nothing; a secret link or a code to the address on file does."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.desk import Desk
from bot.desk.access import CODE_LIVES, CODE_TRIES, CODES_AN_HOUR, LINK_LIVES, IssuedCode
from bot.domain.errors import NotFound
from bot.store.db import Store
from bot.store.tables import ticket_codes, ticket_links
from tests.fakes.desks import NOON, desk_of, file, set_time


@pytest.fixture
def desk(store: Store) -> Desk:
    set_time(store, NOON)
    return desk_of(store)


def issued(desk: Desk, reference: str) -> IssuedCode:
    code = desk.access.issue_code(reference)
    assert code is not None
    return code


def other(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_a_link_opens_its_ticket_and_is_kept_as_a_hash(desk: Desk, store: Store) -> None:
    ticket = file(desk)
    file(desk)
    secret = desk.access.issue_link(ticket.reference, who="officer")
    assert len(secret) >= 22
    assert desk.access.by_link(secret).reference == ticket.reference
    with store.reading() as connection:
        assert secret not in connection.execute(select(ticket_links.c.hash)).scalars().all()
    for wrong in (ticket.reference, secret[:-1], ""):
        with pytest.raises(NotFound):
            desk.access.by_link(wrong)


def test_a_link_ends_with_its_time_or_when_revoked(desk: Desk, store: Store) -> None:
    ticket = file(desk)
    first = desk.access.issue_link(ticket.reference, who="officer")
    desk.access.revoke_links(ticket.reference, who="officer")
    second = desk.access.issue_link(ticket.reference, who="officer")
    with pytest.raises(NotFound):
        desk.access.by_link(first)
    set_time(store, NOON + LINK_LIVES + timedelta(minutes=1))
    with pytest.raises(NotFound):
        desk.access.by_link(second)


def test_a_code_goes_to_the_address_on_file_and_works_once(desk: Desk, store: Store) -> None:
    ticket = file(desk)
    code = issued(desk, ticket.reference)
    assert (code.email, len(code.code)) == ("pat@example.ca", 6)
    opened = desk.access.by_code(ticket.reference.lower(), f" {code.code} ")
    assert opened.reference == ticket.reference
    assert (opened.events[-1].what, opened.events[-1].after) == ("opened", {"by": "code"})
    with pytest.raises(NotFound):
        desk.access.by_code(ticket.reference, code.code)
    with store.reading() as connection:
        kept = connection.execute(select(ticket_codes.c.hash)).scalars().all()
    assert code.code not in " ".join(kept)


def test_a_code_ends_after_ten_minutes(desk: Desk, store: Store) -> None:
    ticket = file(desk)
    code = issued(desk, ticket.reference)
    set_time(store, NOON + CODE_LIVES + timedelta(minutes=1))
    with pytest.raises(NotFound):
        desk.access.by_code(ticket.reference, code.code)


def test_a_code_ends_after_five_tries(desk: Desk) -> None:
    ticket = file(desk)
    code = issued(desk, ticket.reference)
    for _ in range(CODE_TRIES):
        with pytest.raises(NotFound):
            desk.access.by_code(ticket.reference, other(code.code))
    with pytest.raises(NotFound):
        desk.access.by_code(ticket.reference, code.code)


def test_the_last_code_counts_and_only_for_its_ticket(desk: Desk) -> None:
    mine, theirs = file(desk), file(desk)
    first, second = issued(desk, mine.reference), issued(desk, mine.reference)
    if first.code != second.code:
        with pytest.raises(NotFound):
            desk.access.by_code(mine.reference, first.code)
    with pytest.raises(NotFound):
        desk.access.by_code(theirs.reference, second.code)
    assert desk.access.by_code(mine.reference, second.code).id == mine.id


def test_three_codes_an_hour(desk: Desk, store: Store) -> None:
    ticket = file(desk)
    given = [desk.access.issue_code(ticket.reference) for _ in range(CODES_AN_HOUR + 1)]
    assert [code is None for code in given] == [False] * CODES_AN_HOUR + [True]
    set_time(store, NOON + timedelta(hours=1, minutes=1))
    assert desk.access.issue_code(ticket.reference) is not None


def test_nobody_learns_which_references_exist(desk: Desk) -> None:
    silent = file(desk, email=None)
    for reference in (silent.reference, "PD-2222-2222", "nonsense"):
        assert desk.access.issue_code(reference) is None
        with pytest.raises(NotFound, match="no such thing"):
            desk.access.by_code(reference, "000000")
