"""Digests, escalation, alarms and the calendar feed.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# The indexes of notices: their columns, and the rows that they hold.
INDEXES = {
    "ix_notices_due": (("by", "planned_for", "id"), "state = 'planned' AND form = 'card'"),
    "ix_notices_claimed": (("lease_until",), "state = 'claimed'"),
    "ix_notices_digest": (("digest_id",), "digest_id IS NOT NULL"),
}
TO_BY = "ix_notices_to_by_planned_for"


def _index(name: str, table: str, columns: tuple[str, ...], rows: str) -> None:
    where = sa.text(rows)
    op.create_index(name, table, list(columns), sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    op.create_table(
        "digests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("to", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("planned_for", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("worker", sa.String(length=32), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("failure", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digests")),
        sa.UniqueConstraint("to", "by", "day", name=op.f("uq_digests_to_by_day")),
    )
    _index("ix_digests_open", "digests", ("planned_for",), "state IN ('planned', 'claimed')")
    op.create_table(
        "alarms",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_alarms")),
    )
    op.create_table(
        "calendar_feeds",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_calendar_feeds")),
    )
    form = sa.Column("form", sa.String(length=8), nullable=False, server_default="card")
    op.add_column("notices", form)
    op.add_column("notices", sa.Column("rung", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("notices", sa.Column("digest_id", sa.Integer(), nullable=True))
    op.drop_index("ix_notices_due", table_name="notices")
    op.create_index(TO_BY, "notices", ["to", "by", "planned_for"])
    for name, (columns, rows) in INDEXES.items():
        _index(name, "notices", columns, rows)


def downgrade() -> None:
    for name in reversed(INDEXES):
        op.drop_index(name, table_name="notices")
    op.drop_index(TO_BY, table_name="notices")
    for column in ("digest_id", "rung", "form"):
        op.drop_column("notices", column)
    _index("ix_notices_due", "notices", ("planned_for",), "state = 'planned'")
    for table in ("calendar_feeds", "alarms"):
        op.drop_table(table)
    op.drop_index("ix_digests_open", table_name="digests")
    op.drop_table("digests")
