"""The operator's commands compare the outbox with messages and with Kafka: ids, order and times, and nobody's words."""

from alembic import op

from shared.db.roles import OPERATOR

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE VIEW bus.ledger AS
        SELECT event_id, subject, topic, sequence, type, stored_at, published_at, refused_reason,
               (value->>'message_id')::uuid AS message_id
        FROM bus.outbox
    """)
    op.execute(f'GRANT SELECT ON bus.ledger TO "{OPERATOR}"')
