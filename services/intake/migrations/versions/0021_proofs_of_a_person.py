"""What somebody has proved is theirs is looked up with each message of theirs."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("proof_person", "proof", ["person_id"], schema="vault")
