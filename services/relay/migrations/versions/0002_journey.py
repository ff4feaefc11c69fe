"""The operator's window on a complaint's way shows verification, the mirror and the replies too."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # As before: how it went and where it stands, never a citizen's or an officer's words, and of a sealed complaint not
    # even the reasons. `state` is ours alone (LAPOR!'s status has its own), `reason` only why a reply failed.
    op.execute("""
        CREATE OR REPLACE VIEW bus.journey AS
        SELECT o.subject AS complaint_id, f.value->>'ticket' AS ticket, (f.value->>'sealed')::boolean AS sealed,
               o.event_id, o.sequence, o.type, o.source, o.time, o.stored_at, o.published_at, o.refused_reason,
               o.traceparent,
               jsonb_strip_nulls(jsonb_build_object(
                   'channel', o.value->'channel', 'account', o.value->'account', 'received_at', o.value->'received_at',
                   'agency', o.value->'agency', 'affair', o.value->'affair', 'level', o.value->'level',
                   'confidence', o.value->'confidence', 'previous', o.value->'previous',
                   'state', CASE WHEN o.type LIKE 'complaint.status_changed.%' THEN o.value->'state' END,
                   'version', o.value->'version', 'actor', o.value->'actor',
                   'lapor_id', o.value->'lapor_id', 'lapor_status', o.value->'status',
                   'template', o.value->'template', 'outcome', o.value->'outcome',
                   'reason', CASE WHEN o.type LIKE 'reply.%' THEN o.value->'reason' END,
                   'place', CASE WHEN (f.value->>'sealed')::boolean THEN NULL ELSE o.value->'place'->'detected' END,
                   'reasons', CASE WHEN (f.value->>'sealed')::boolean THEN NULL ELSE o.value->'reasons' END
               )) AS facts
        FROM bus.outbox AS o JOIN bus.outbox AS f ON f.subject = o.subject AND f.topic = o.topic AND f.sequence = 1
        WHERE o.topic = 'complaints.v1'
    """)
