"""Where the answer to a request goes, in one form, so that a request that came twice is found.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("tickets") as table:
        table.add_column(sa.Column("contact", sa.String(length=300), nullable=True))
    op.create_index(op.f("ix_tickets_contact_id"), "tickets", ["contact", "id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_tickets_contact_id"), "tickets")
    with op.batch_alter_table("tickets") as table:
        table.drop_column("contact")
