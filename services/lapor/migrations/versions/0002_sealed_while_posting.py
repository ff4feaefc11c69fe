"""A complaint that is sealed while it is being posted loses its words at once; only a queued one needs them."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NAME = "mirror_only_verified_ones_leave"


def upgrade() -> None:
    op.drop_constraint(_NAME, "mirror", schema="lapor")
    op.create_check_constraint(
        _NAME,
        "mirror",
        "(state NOT IN ('queued', 'posting') OR verified_at IS NOT NULL) AND (state <> 'queued' OR text IS NOT NULL)",
        schema="lapor",
    )
