"""An officer splits a complaint: why, and a further reference to the same reporter."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_ACTS = "entered, made_complaint or joined_reporters"


def upgrade() -> None:
    op.add_column("officer_act", sa.Column("reason", sa.Text(), comment="in the officer's words"), schema="intake")
    op.alter_column(
        "officer_act",
        "act",
        comment="entered, made_complaint, joined_reporters or split",
        existing_comment=_ACTS,
        existing_type=sa.Text(),
        existing_nullable=False,
        schema="intake",
    )
    # Intake reads no reporter, and so cannot write one down a second time: nothing leaves the vault here, no look.
    op.execute("""
        CREATE FUNCTION vault.refer_again(known uuid, fresh uuid) RETURNS void
        LANGUAGE sql SECURITY DEFINER SET search_path = vault, pg_temp AS $$
            INSERT INTO reporter (reference, person_id, details, address)
            SELECT fresh, r.person_id, r.details, r.address FROM reporter AS r WHERE r.reference = known
        $$
    """)
    op.execute("REVOKE ALL ON FUNCTION vault.refer_again(uuid, uuid) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION vault.refer_again(uuid, uuid) TO ntbcare_intake")
