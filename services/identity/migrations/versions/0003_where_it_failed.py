"""From where a sign-in failed, hashed: strangers who guess shut themselves out, and not the officer."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column(
        "address", sa.LargeBinary, comment="from where, hashed under NTBCARE_IDENTITY_VAULT_KEYS with the account"
    )
    op.add_column("failed_sign_in", column, schema="identity")
