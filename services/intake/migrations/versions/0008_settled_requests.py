"""A request that was taken in stays so: whoever breaks into a door cannot call it parked, and read it for a replay."""

from alembic import op

from shared.db.roles import OPERATOR, role_of

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE FUNCTION intake.stay_settled() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE insufficient_privilege USING MESSAGE = 'a request that was taken in or dropped stays so';
        END $$
    """)
    op.execute(f"""
        CREATE TRIGGER stay_settled BEFORE UPDATE OF state ON intake.raw_request FOR EACH ROW
        WHEN (OLD.state NOT IN ('parked', 'ignored') AND NEW.state IN ('parked', 'ignored')
              AND current_user IN ('{role_of("intake")}', '{OPERATOR}'))
        EXECUTE FUNCTION intake.stay_settled()
    """)
