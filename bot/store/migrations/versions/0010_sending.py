"""Whether a notice, or a digest, may have been sent: noted before it is, doubted after a crash.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("notices", "digests"):
        op.add_column(
            table, sa.Column("sending", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        # Of what is on its way while this runs nobody knows.
        op.execute(f"UPDATE {table} SET sending = true WHERE state = 'claimed'")  # noqa: S608


def downgrade() -> None:
    for table in ("notices", "digests"):
        op.drop_column(table, "sending")
