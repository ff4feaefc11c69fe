"""The bus: the outbox, its per-complaint sequence, and who may do what with it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.roles import OPERATOR

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stream",
        sa.Column("subject", sa.Uuid, primary_key=True),
        sa.Column("topic", sa.Text, primary_key=True),
        sa.Column("last_sequence", sa.Integer, nullable=False),
        schema="bus",
    )
    op.create_table(
        "outbox",
        sa.Column("event_id", sa.Uuid, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False, unique=True, comment="relay order; set by the trigger"),
        sa.Column("subject", sa.Uuid, nullable=False, comment="complaint id"),
        sa.Column(
            "sequence",
            sa.Integer,
            nullable=False,
            comment="per topic and complaint, from 1, no gaps; set by the trigger",
        ),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("traceparent", sa.Text),
        sa.Column("value", JSONB, nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.clock_timestamp()),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column(
            "refused_reason", sa.Text, comment="why Kafka will never take it; later events of the complaint wait"
        ),
        schema="bus",
    )
    op.create_index("outbox_subject_sequence", "outbox", ["subject", "topic", "sequence"], unique=True, schema="bus")
    op.create_index(
        "outbox_pending", "outbox", ["position"], schema="bus", postgresql_where=sa.text("published_at IS NULL")
    )
    op.create_index(
        "outbox_refused", "outbox", ["subject"], schema="bus", postgresql_where=sa.text("refused_reason IS NOT NULL")
    )
    op.execute("CREATE SEQUENCE bus.outbox_position")
    # The counter's row lock is held until the commit: whoever writes next for this complaint waits, and only then draws
    # its sequence and its position. Both therefore grow in commit order, and a reader sees no gap.
    op.execute(r"""
        CREATE FUNCTION bus.number_event() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
        BEGIN
            IF session_user LIKE 'ntbcare\_%' AND NEW.source <> '/services/' || substr(session_user, 9) THEN
                RAISE insufficient_privilege USING MESSAGE = 'a service announces its own events only';
            END IF;
            INSERT INTO stream AS s (subject, topic, last_sequence) VALUES (NEW.subject, NEW.topic, 1)
            ON CONFLICT (subject, topic) DO UPDATE SET last_sequence = s.last_sequence + 1
            RETURNING last_sequence INTO NEW.sequence;
            NEW.position := nextval('outbox_position');
            NEW.stored_at := clock_timestamp();
            NEW.published_at := NULL;
            NEW.refused_reason := NULL;
            RETURN NEW;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER number_event BEFORE INSERT ON bus.outbox
        FOR EACH ROW EXECUTE FUNCTION bus.number_event()
    """)
    op.execute("GRANT USAGE ON SCHEMA bus TO ntbcare_relay")
    op.execute("GRANT SELECT, UPDATE (published_at, refused_reason) ON bus.outbox TO ntbcare_relay")
    # What the operator's commands see of an event: how it went and where it stands, never a citizen's words, and of a
    # sealed complaint not even the reasons, which name what it is about.
    op.execute("""
        CREATE VIEW bus.journey AS
        SELECT o.subject AS complaint_id, f.value->>'ticket' AS ticket, (f.value->>'sealed')::boolean AS sealed,
               o.event_id, o.sequence, o.type, o.source, o.time, o.stored_at, o.published_at, o.refused_reason,
               o.traceparent,
               jsonb_strip_nulls(jsonb_build_object(
                   'channel', o.value->'channel', 'account', o.value->'account', 'received_at', o.value->'received_at',
                   'agency', o.value->'agency', 'affair', o.value->'affair', 'level', o.value->'level',
                   'confidence', o.value->'confidence', 'previous', o.value->'previous', 'state', o.value->'state',
                   'version', o.value->'version', 'actor', o.value->'actor',
                   'place', CASE WHEN (f.value->>'sealed')::boolean THEN NULL ELSE o.value->'place'->'detected' END,
                   'reasons', CASE WHEN (f.value->>'sealed')::boolean THEN NULL ELSE o.value->'reasons' END
               )) AS facts
        FROM bus.outbox AS o JOIN bus.outbox AS f ON f.subject = o.subject AND f.topic = o.topic AND f.sequence = 1
        WHERE o.topic = 'complaints.v1'
    """)
    op.execute("CREATE INDEX outbox_ticket ON bus.outbox ((value->>'ticket')) WHERE sequence = 1")
    op.execute(f'GRANT USAGE ON SCHEMA bus TO "{OPERATOR}"')
    op.execute(f'GRANT SELECT ON bus.journey TO "{OPERATOR}"')
