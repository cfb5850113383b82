"""Whether someone has seen a notice that reached nobody: with the notice itself.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

UNSEEN = sa.text("seen_at IS NULL AND (state = 'failed' OR (\"by\" = 'log' AND state = 'sent'))")
JOINED = sa.text("duplicate_of IS NOT NULL")


def upgrade() -> None:
    op.drop_table("seen_notices")
    op.add_column("notices", sa.Column("seen_at", UtcDateTime(), nullable=True))
    op.add_column("notices", sa.Column("seen_by", sa.String(length=200), nullable=True))
    op.create_index(
        "ix_notices_unseen", "notices", ["id"], sqlite_where=UNSEEN, postgresql_where=UNSEEN
    )
    op.create_index(
        "ix_tickets_duplicate_of", "tickets", ["duplicate_of"], sqlite_where=JOINED,
        postgresql_where=JOINED,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_tickets_duplicate_of", "tickets")
    op.drop_index("ix_notices_unseen", "notices")
    op.drop_column("notices", "seen_by")
    op.drop_column("notices", "seen_at")
    op.create_table(
        "seen_notices",
        sa.Column("notice_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name=op.f("fk_seen_notices_notice_id_notices")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_seen_notices_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_seen_notices")),
    )
    op.create_index(op.f("ix_seen_notices_ticket_id"), "seen_notices", ["ticket_id"])
