"""The migrations make the tables that the code describes, and unmake them, with data in them."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, inspect, select, text

from bot.domain.tickets import Kind
from bot.store.db import Store
from bot.store.migrate import is_described, migrate
from bot.store.tables import metadata, tickets
from tests.fakes.desks import NOON, desk_of, file, set_time


def test_the_tables_are_those_of_the_code(store: Store) -> None:
    with store.reading() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": is_described}
        )
        assert compare_metadata(context, metadata) == []


def test_down_and_up_with_data(store: Store) -> None:
    set_time(store, NOON)
    desk = desk_of(store)
    for kind in (Kind.COMPLAINT, Kind.ACCESS):
        desk.tickets.reply(file(desk, kind).reference, "Yes.", who="officer")
    migrate(store, "base")
    with store.reading() as connection:
        assert set(inspect(connection).get_table_names()) == {"alembic_version"}
    migrate(store)
    set_time(store, NOON)
    file(desk)
    with store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(tickets)).scalar() == 1
        if store.is_sqlite:
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
