"""What an officer hid is known here too: a complaint that is split later inherits it."""

from alembic import op

from shared.db.migrations import grants

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in grants("ntbcare_intake", "intake", {"complaint": "UPDATE (anonymous, secret)"}):
        op.execute(statement)
