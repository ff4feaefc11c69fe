"""The operator's commands see which complaints have a case, and nothing of what stands in it."""

from alembic import op

from shared.db.roles import OPERATOR

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(f'GRANT SELECT (complaint_id, ticket) ON casework."case" TO "{OPERATOR}"')
