"""Intake writes its looks into the same log, and asks where a case is: nothing else of casework's is open to it.

What intake shows may have no complaint, or one whose case is not open yet. Besides, the queue's: what an officer has
taken, what has a rare kind, urgency, channel or affair, and where a citizen was heard since an officer's last act.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

DOORS = ("record_looks(uuid, text, text, uuid, uuid[])", "regency_of(uuid)")
_QUEUE = ["urgent", "received_at", "complaint_id"]


def upgrade() -> None:
    _looks()
    _doors()
    _news()
    taken = sa.text("taken_by IS NOT NULL")
    op.create_index("case_mine", "case", ["taken_by", *_QUEUE], schema="casework", postgresql_where=taken)
    op.create_index("case_rare", "case", ["urgency", "kind", "channel", "affair"], schema="casework")


def _news() -> None:
    op.add_column(
        "case",
        sa.Column(
            "news",
            sa.Boolean(),
            nullable=False,
            server_default=sa.text("false"),
            comment="the citizen was heard since an officer last did something with it",
        ),
        schema="casework",
    )
    op.execute("""
        UPDATE casework."case" AS c SET news = true WHERE c.news_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM casework.transition AS t WHERE t.complaint_id = c.complaint_id AND t.actor_kind = 'officer'
                AND t.at >= c.news_at AND coalesce(t.move, '') NOT IN ('join', 'separate')
        )
    """)
    op.create_index("case_news", "case", _QUEUE, schema="casework", postgresql_where=sa.text("news"))
    op.execute('GRANT UPDATE (news) ON casework."case" TO ntbcare_casework')


def _looks() -> None:
    op.drop_constraint("look_complaint_id_fkey", "look", schema="casework", type_="foreignkey")
    op.alter_column(
        "look",
        "complaint_id",
        schema="casework",
        nullable=True,
        comment="its case may not be open yet; none where a message has no complaint",
    )
    op.alter_column(
        "look",
        "what",
        schema="casework",
        comment="reporter or sealed_case; of what intake keeps, attachment or message",
        existing_comment="reporter or sealed_case",
    )
    op.add_column(
        "look", sa.Column("subject_id", sa.Uuid(), comment="which attachment or message of intake's"), schema="casework"
    )


def _doors() -> None:
    op.execute("""
        CREATE FUNCTION casework.record_looks(account uuid, role text, what text, complaint uuid, subjects uuid[])
        RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = casework, pg_temp AS $$
        BEGIN
            IF what IS NULL OR what NOT IN ('attachment', 'message') THEN
                RAISE check_violation USING MESSAGE = 'a look at what intake does not keep';
            END IF;
            INSERT INTO look (account_id, role, what, complaint_id, subject_id)
            SELECT account, role, what, complaint, one FROM unnest(subjects) AS one;
        END $$
    """)
    op.execute("""
        CREATE FUNCTION casework.regency_of(complaint uuid) RETURNS text
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = casework, pg_temp AS
        'SELECT regency FROM "case" WHERE complaint_id = complaint'
    """)
    op.execute('GRANT USAGE ON SCHEMA "casework" TO ntbcare_intake')
    for door in DOORS:
        op.execute(f"REVOKE ALL ON FUNCTION casework.{door} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION casework.{door} TO ntbcare_intake")
