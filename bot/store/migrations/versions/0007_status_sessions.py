"""Browsers in which a requester has opened their ticket.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "status_sessions",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_status_sessions_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_status_sessions")),
    )
    op.create_index(op.f("ix_status_sessions_ticket_id"), "status_sessions", ["ticket_id"])
    op.create_index(op.f("ix_status_sessions_expires_at"), "status_sessions", ["expires_at"])


def downgrade() -> None:
    op.drop_table("status_sessions")
