"""What comes in from Slack and goes out to it.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "slack_inbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("message_key", sa.String(length=80), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("user", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("ts", sa.String(length=32), nullable=False),
        sa.Column("thread_ts", sa.String(length=32), nullable=False),
        sa.Column("lane", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("masked", sa.JSON(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("conversation", sa.String(length=32), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slack_inbox")),
        sa.UniqueConstraint("key", name=op.f("uq_slack_inbox_key")),
        sa.UniqueConstraint("message_key", name=op.f("uq_slack_inbox_message_key")),
    )
    op.create_index(op.f("ix_slack_inbox_channel_ts"), "slack_inbox", ["channel", "ts"])
    op.create_index(op.f("ix_slack_inbox_received_at"), "slack_inbox", ["received_at"])
    _partial_index("ix_slack_inbox_open", "slack_inbox", ["due_at"], "state != 'done'")
    op.create_table(
        "slack_posts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("outbox_id", sa.String(length=32), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempted_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("posted_in", sa.String(length=40), nullable=True),
        sa.Column("ts", sa.String(length=32), nullable=True),
        sa.Column("failure", sa.String(length=200), nullable=True),
        sa.Column("reference", sa.String(length=16), nullable=True),
        sa.Column("shown_version", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slack_posts")),
        sa.UniqueConstraint("key", name=op.f("uq_slack_posts_key")),
        sa.UniqueConstraint("outbox_id", name=op.f("uq_slack_posts_outbox_id")),
    )
    unsent = "state IN ('planned', 'sending')"
    _partial_index("ix_slack_posts_open", "slack_posts", ["channel", "id"], unsent)
    _partial_index("ix_slack_posts_cards", "slack_posts", ["reference"], "reference IS NOT NULL")
    op.create_table(
        "slack_marks",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_slack_marks")),
    )


def _partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    chosen = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=chosen, postgresql_where=chosen)


def downgrade() -> None:
    op.drop_table("slack_marks")
    op.drop_table("slack_posts")
    op.drop_table("slack_inbox")
