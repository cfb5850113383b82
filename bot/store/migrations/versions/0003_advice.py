"""Advice on disclosures, and what a message is about when its sender said so.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "advice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("unsure", sa.JSON(), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("asked", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("verdict", sa.String(length=32), nullable=False),
        sa.Column("clauses", sa.JSON(), nullable=False),
        sa.Column("policy_version", sa.String(length=80), nullable=False),
        sa.Column("rules_version", sa.String(length=16), nullable=False),
        sa.Column("ticket", sa.String(length=16), nullable=True),
        sa.Column("review", sa.String(length=8), nullable=True),
        sa.Column("right_verdict", sa.String(length=32), nullable=True),
        sa.Column("reviewed_by", sa.String(length=200), nullable=True),
        sa.Column("reviewed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advice")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_advice_conversation_id_id"), "advice", ["conversation_id", "id"])
    op.add_column("inbox", sa.Column("about", sa.String(length=16), nullable=True))


def downgrade() -> None:
    op.drop_column("inbox", "about")
    op.drop_index(op.f("ix_advice_conversation_id_id"), table_name="advice")
    op.drop_table("advice")
