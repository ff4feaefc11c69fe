"""The operator's window shows what a conversation brought: further words, a withdrawal, a rating, an attachment."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # As before: how it went and where it stands, never anybody's words. Any later message may seal a complaint, so its
    # first event no longer says whether it is.
    op.execute("""
        CREATE OR REPLACE VIEW bus.journey AS
        SELECT o.subject AS complaint_id, f.value->>'ticket' AS ticket, s.sealed,
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
                   'author', o.value->'author', 'rule', NULLIF(o.value->'rule', '""'),
                   'asks', NULLIF(o.value->'asks', '[]'), 'answers', NULLIF(o.value->'answers', '[]'),
                   'emergency', NULLIF(o.value->'emergency', 'false'),
                   'standby', NULLIF(o.value->'standby', 'false'),
                   'change', o.value->'change', 'rating', o.value->'rating',
                   'attachment', CASE WHEN o.type LIKE 'complaint.attachment_settled.%' THEN jsonb_build_object(
                       'kind', o.value->'attachment'->'kind', 'state', o.value->'state', 'problem', o.value->'problem'
                   ) END,
                   'place', CASE WHEN s.sealed THEN NULL ELSE o.value->'place'->'detected' END,
                   'reasons', CASE WHEN s.sealed THEN NULL ELSE o.value->'reasons' END
               )) AS facts
        FROM bus.outbox AS o
        JOIN bus.outbox AS f ON f.subject = o.subject AND f.topic = o.topic AND f.sequence = 1
        CROSS JOIN LATERAL (
            SELECT coalesce(bool_or((e.value->>'sealed')::boolean), false) AS sealed FROM bus.outbox AS e
            WHERE e.subject = o.subject AND e.topic = o.topic
        ) AS s
        WHERE o.topic = 'complaints.v1'
    """)
