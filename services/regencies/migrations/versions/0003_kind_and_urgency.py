"""What kind of message it is and how urgent, as routing or an officer found."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("kind", "urgency"):
        op.add_column("complaint", sa.Column(name, sa.Text), schema="regencies")
