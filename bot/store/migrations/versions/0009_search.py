"""What tickets are searched by, and an index over any part of it.

Revision ID: 0009
Revises: 0008
"""

import json

import sqlalchemy as sa
from alembic import op

from bot.domain.search import searchable

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ROWS_AT_ONCE = 1_000

# The index keeps no text of its own; `detail=none`: it knows which rows hold a piece, not where.
SQLITE = (
    "CREATE VIRTUAL TABLE ticket_search_index USING fts5("
    "words, content='ticket_search', content_rowid='ticket_id', tokenize='trigram', "
    "detail='none', columnsize=0)",
    "CREATE TRIGGER ticket_search_added AFTER INSERT ON ticket_search BEGIN "
    "INSERT INTO ticket_search_index(rowid, words) VALUES (new.ticket_id, new.words); END",
    "CREATE TRIGGER ticket_search_deleted AFTER DELETE ON ticket_search BEGIN "
    "INSERT INTO ticket_search_index(ticket_search_index, rowid, words) "
    "VALUES ('delete', old.ticket_id, old.words); END",
    "CREATE TRIGGER ticket_search_changed AFTER UPDATE ON ticket_search BEGIN "
    "INSERT INTO ticket_search_index(ticket_search_index, rowid, words) "
    "VALUES ('delete', old.ticket_id, old.words); "
    "INSERT INTO ticket_search_index(rowid, words) VALUES (new.ticket_id, new.words); END",
)
# No extension is needed. The cost keeps the planner from working the pieces out row by row.
POSTGRESQL = (
    "CREATE FUNCTION ticket_search_grams(words text) RETURNS text[] LANGUAGE sql "
    "IMMUTABLE PARALLEL SAFE COST 10000 AS $$ "
    "SELECT coalesce(array_agg(DISTINCT gram), '{}') FROM ("
    "SELECT c || lead(c, 1) OVER w || lead(c, 2) OVER w AS gram "
    "FROM unnest(string_to_array($1, NULL)) WITH ORDINALITY AS letter(c, n) "
    "WINDOW w AS (ORDER BY n)) AS pieces WHERE gram IS NOT NULL $$",
    "CREATE INDEX ticket_search_index ON ticket_search USING gin (ticket_search_grams(words))",
)


def upgrade() -> None:
    op.create_table(
        "ticket_search",
        sa.Column("ticket_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_search_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_ticket_search")),
    )
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.get_bind().exec_driver_sql(statement)
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    """Enter the tickets that are there, some at a time."""
    some = sa.text(
        "SELECT id, person, CAST(fields AS text) AS fields FROM tickets "
        "WHERE id > :last ORDER BY id LIMIT :most"
    )
    enter = sa.text("INSERT INTO ticket_search (ticket_id, words) VALUES (:id, :words)")
    last = 0
    while rows := connection.execute(some, {"last": last, "most": ROWS_AT_ONCE}).all():
        connection.execute(
            enter,
            [{"id": r.id, "words": searchable(r.person, json.loads(r.fields))} for r in rows],
        )
        last = rows[-1].id


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE ticket_search_index")
    op.drop_table("ticket_search")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION ticket_search_grams(text)")
