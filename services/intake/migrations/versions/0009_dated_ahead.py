"""What a clock that ran ahead has dated can be brought back: it waited until that date came."""

from alembic import op

from shared.db.migrations import grants

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    tables = {
        "part": "UPDATE (received_at, due_at)",
        "amendment": "UPDATE (received_at)",
        "pointer": "UPDATE (received_at)",
    }
    for statement in grants("ntbcare_intake", "intake", tables):
        op.execute(statement)
