"""Alembic's entry: it migrates over the connection that `bot.store.migrate` hands it."""

from alembic import context

from bot.store.migrate import is_described
from bot.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    include_name=is_described,
)
with context.begin_transaction():
    context.run_migrations()
