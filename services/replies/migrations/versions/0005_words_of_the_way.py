"""What takes another way, and was sent nowhere yet, is said in the words of that place: a text message is paid by parts."""

from alembic import op

from shared.db.migrations import grants

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in grants("ntbcare_replies", "replies", {"reply": "UPDATE (text, place)"}):
        op.execute(statement)
