"""Evidence of a follow-up: contents that officers add to a complaint, apart from what its citizen sent."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column(
        "attachment",
        "message_id",
        existing_type=sa.Uuid(),
        nullable=True,
        comment="what it came with; null for an officer's evidence",
        schema="intake",
    )
    op.add_column(
        "attachment",
        sa.Column("uploaded_by", sa.Uuid(), comment="account of the officer whose evidence of a follow-up it is"),
        schema="intake",
    )
    op.create_check_constraint(
        "attachment_of_somebody", "attachment", "(message_id IS NULL) = (uploaded_by IS NOT NULL)", schema="intake"
    )
    # Casework sees of intake what it may refer to, and nothing else; what it refers to is kept from then on.
    op.execute("""
        CREATE FUNCTION intake.evidence_of(about uuid, wanted uuid[])
        RETURNS TABLE (id uuid, kind text, media_type text, sha256 text, size bigint)
        LANGUAGE sql SECURITY DEFINER SET search_path = intake, pg_temp AS $$
            UPDATE attachment AS a SET keep_until = NULL
            WHERE a.id = ANY(wanted) AND a.complaint_id = about AND a.uploaded_by IS NOT NULL AND a.state = 'stored'
            RETURNING a.id, a.kind, a.media_type, a.sha256, a.size
        $$
    """)
    op.execute("REVOKE ALL ON FUNCTION intake.evidence_of(uuid, uuid[]) FROM PUBLIC")
    op.execute("GRANT USAGE ON SCHEMA intake TO ntbcare_casework")
    op.execute("GRANT EXECUTE ON FUNCTION intake.evidence_of(uuid, uuid[]) TO ntbcare_casework")
