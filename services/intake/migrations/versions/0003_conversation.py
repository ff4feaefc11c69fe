"""Conversations: messages without a complaint, further messages of one, parts, edits, pointers; attachments' states."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.migrations import grants
from shared.db.roles import OPERATOR

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _conversations()
    _messages()
    _attachments()
    _waiting()
    _vault()
    _grants()


def _add(table: str, column: "sa.Column[Any]") -> None:
    op.add_column(table, column, schema="intake")


def _conversations() -> None:
    _add("conversation", sa.Column("thread", sa.Text(), nullable=False, server_default="", comment="public thread; empty in private"))
    _add("conversation", sa.Column("latest_complaint_id", sa.Uuid(), comment="the newest complaint that was opened in it"))
    _add("conversation", sa.Column("last_message_at", _TIME, comment="when its citizen last added to that complaint"))
    _add("conversation", sa.Column("asked", sa.Text(), comment="what that complaint still lacks: what, where, when, comma between"))
    _add("conversation", sa.Column("asked_at", _TIME))
    _add("conversation", sa.Column("prompted_at", _TIME, comment="when we last asked for words"))
    _add("conversation", sa.Column("announced_at", _TIME, comment="when they last said that they want to complain"))
    _add("conversation", sa.Column("waiting", sa.Integer(), nullable=False, server_default="0", comment="messages that are held"))
    _add("conversation", sa.Column("window_started_at", _TIME, comment="of the count that tells a flood"))
    _add("conversation", sa.Column("window_count", sa.Integer(), nullable=False, server_default="0"))
    op.drop_constraint("conversation_key", "conversation", schema="intake")
    op.create_unique_constraint(
        "conversation_key", "conversation", ["person_id", "channel", "account", "thread"], schema="intake"
    )
    op.execute("""
        UPDATE intake.conversation AS c SET latest_complaint_id = newest.id, last_message_at = newest.received_at
        FROM (SELECT DISTINCT ON (conversation_id) conversation_id, id, received_at FROM intake.complaint
              ORDER BY conversation_id, received_at DESC) AS newest
        WHERE newest.conversation_id = c.id
    """)
    op.add_column(
        "complaint",
        sa.Column("emergency", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        schema="intake",
    )
    op.add_column("complaint", sa.Column("withdrawn_at", _TIME, comment="its citizen said BATAL"), schema="intake")


    # Intake seals when later words call for it; only the Inspectorate will ever unseal.
    op.execute("""
        CREATE FUNCTION intake.stay_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.sealed AND NOT NEW.sealed THEN
                RAISE insufficient_privilege USING MESSAGE = 'what is sealed stays sealed';
            END IF;
            RETURN NEW;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER stay_sealed BEFORE UPDATE OF sealed ON intake.complaint
        FOR EACH ROW EXECUTE FUNCTION intake.stay_sealed()
    """)


def _messages() -> None:
    # Both are written in the transaction of their message, and a check at each commit would cost the door dearly.
    op.drop_constraint("message_raw_request_id_fkey", "message", schema="intake")
    op.drop_index("ix_intake_message_raw_request_id", "message", schema="intake")
    op.drop_constraint("message_complaint_id_fkey", "message", schema="intake")
    op.create_foreign_key(
        None, "message", "complaint", ["complaint_id"], ["id"], source_schema="intake", referent_schema="intake"
    )
    op.alter_column("message", "complaint_id", nullable=True, schema="intake")
    _add("message", sa.Column("conversation_id", sa.Uuid(), sa.ForeignKey("intake.conversation.id"), comment="null: agency's"))
    _add("message", sa.Column("author", sa.Text(), nullable=False, server_default="citizen", comment="citizen or agency"))
    _add(
        "message",
        sa.Column(
            "disposition",
            sa.Text(),
            nullable=False,
            server_default="opened",
            comment="opened, appended, held (waits) or kept (no complaint)",
        )
    )
    _add("message", sa.Column("rule", sa.Text(), nullable=False, server_default="", comment="the rule that decided"))
    _add("message", sa.Column("reporter", sa.Uuid(), comment="a reference into the vault; null where it is only added"))
    _add("message", sa.Column("place", JSONB(), comment="as given with this message"))
    _add("message", sa.Column("due_at", _TIME, comment="until when it is held"))
    _add("message", sa.Column("edited_at", _TIME))
    _add("message", sa.Column("withdrawn_at", _TIME, comment="its author took it back"))
    op.execute("""
        UPDATE intake.message AS m SET conversation_id = c.conversation_id
        FROM intake.complaint AS c WHERE c.id = m.complaint_id
    """)
    op.create_index("message_conversation", "message", ["conversation_id", "received_at"], schema="intake")
    op.create_index(
        "message_held", "message", ["due_at"], schema="intake", postgresql_where=sa.text("disposition = 'held'")
    )
    op.create_index(
        "message_kept",
        "message",
        ["received_at"],
        schema="intake",
        postgresql_where=sa.text("disposition IN ('held', 'kept')"),
    )


def _attachments() -> None:
    op.alter_column("attachment", "complaint_id", nullable=True, schema="intake")
    _add("attachment", sa.Column("channel", sa.Text(), nullable=False, server_default=""))
    _add("attachment", sa.Column("account", sa.Text(), nullable=False, server_default=""))
    _add("attachment", sa.Column("note", sa.Text(), comment="what is known where nothing can be fetched"))
    _add(
        "attachment",
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            server_default="none",
            comment="wanted, fetching, stored, refused, failed, expired; none: there is nothing to keep",
        )
    )
    _add("attachment", sa.Column("problem", sa.Text(), comment="why there is no content"))
    _add("attachment", sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"))
    _add("attachment", sa.Column("due_at", _TIME, comment="of the next attempt to fetch"))
    _add("attachment", sa.Column("keep_until", _TIME))
    _add("attachment", sa.Column("keep_hints", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    _add("attachment", sa.Column("hints", JSONB(), comment="place and time inside a photo, with its citizen's consent"))
    op.execute("""
        UPDATE intake.attachment AS a
        SET channel = m.channel, account = m.account,
            state = CASE WHEN sha256 IS NOT NULL THEN 'stored' WHEN source_url IS NOT NULL THEN 'wanted' ELSE 'none' END,
            due_at = CASE WHEN sha256 IS NULL AND source_url IS NOT NULL THEN now() END
        FROM intake.message AS m WHERE m.id = a.message_id
    """)
    op.create_index("attachment_message", "attachment", ["message_id"], schema="intake")
    op.create_index(
        "attachment_due",
        "attachment",
        ["due_at"],
        schema="intake",
        postgresql_where=sa.text("state IN ('wanted', 'fetching')"),
    )
    op.create_index("attachment_content", "attachment", ["sha256"], schema="intake")
    op.create_index(
        "attachment_expiry", "attachment", ["keep_until"], schema="intake", postgresql_where=sa.text("state = 'stored'")
    )


def _waiting() -> None:
    op.create_table(
        "part",
        sa.Column("channel", sa.Text(), primary_key=True),
        sa.Column("account", sa.Text(), primary_key=True),
        sa.Column("provider_message_id", sa.Text(), primary_key=True),
        sa.Column("line", sa.LargeBinary(), nullable=False, comment="keyed hash of sender, reference and total"),
        sa.Column("number", sa.Integer(), nullable=False, comment="from 1"),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False, comment="encrypted: the part as it was understood"),
        sa.Column("raw_request_id", sa.Uuid(), sa.ForeignKey("intake.raw_request.id", deferrable=True, initially="DEFERRED"), nullable=False),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column("due_at", _TIME, nullable=False, comment="from then on the rest goes on without the missing"),
        sa.Column("joined_at", _TIME),
        sa.Column("joined_as", sa.Text(), comment="the provider message id of the whole"),
        schema="intake",
    )
    op.create_index("part_waiting", "part", ["line", "number"], schema="intake", postgresql_where=sa.text("joined_at IS NULL"))
    op.create_table(
        "amendment",
        sa.Column("channel", sa.Text(), primary_key=True),
        sa.Column("account", sa.Text(), primary_key=True),
        sa.Column("provider_message_id", sa.Text(), primary_key=True),
        sa.Column("change", sa.Text(), primary_key=True, comment="edited or withdrawn"),
        sa.Column("version", sa.LargeBinary(), primary_key=True, comment="hash of the new words"),
        sa.Column("text", sa.Text()),
        sa.Column(
            "message", sa.LargeBinary(), comment="encrypted: the whole message as it is now, where the provider tells"
        ),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("raw_request_id", sa.Uuid(), sa.ForeignKey("intake.raw_request.id", deferrable=True, initially="DEFERRED"), nullable=False),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column("applied_at", _TIME, comment="null while its message is not there"),
        schema="intake",
    )
    op.create_index("amendment_open", "amendment", ["received_at"], schema="intake", postgresql_where=sa.text("applied_at IS NULL"))
    op.create_table(
        "pointer",
        sa.Column("channel", sa.Text(), primary_key=True),
        sa.Column("account", sa.Text(), primary_key=True),
        sa.Column("provider_message_id", sa.Text(), primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("media", sa.Text()),
        sa.Column("fallback", sa.LargeBinary(), comment="encrypted: what is accepted when the provider tells no more"),
        sa.Column("raw_request_id", sa.Uuid(), sa.ForeignKey("intake.raw_request.id", deferrable=True, initially="DEFERRED"), nullable=False),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column("state", sa.Text(), nullable=False, server_default="wanted", comment="wanted, resolved or given_up"),
        sa.Column("problem", sa.Text()),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("due_at", _TIME, nullable=False),
        schema="intake",
    )
    op.create_index("pointer_due", "pointer", ["due_at"], schema="intake", postgresql_where=sa.text("state = 'wanted'"))
    op.create_table(
        "account_notice",
        sa.Column("id", sa.BigInteger(), primary_key=True, autoincrement=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("received_at", _TIME, nullable=False),
        schema="intake",
    )
    op.add_column("delivery_report", sa.Column("provider_message_id", sa.Text()), schema="intake")
    op.create_index(
        "delivery_report_message", "delivery_report", ["channel", "provider_message_id"], schema="intake"
    )


def _vault() -> None:
    op.add_column("person", sa.Column("silenced_at", _TIME, comment="said STOP: hears nothing from us"), schema="vault")
    op.add_column(
        "person",
        sa.Column("joined_to", sa.Uuid(), sa.ForeignKey("vault.person.id"), comment="the same human elsewhere"),
        schema="vault",
    )
    # A look that its maker rolls back leaves no row (PostgreSQL has no transactions inside transactions): the server's
    # log has it all the same. Who said STOP is not found, but for the word that confirms it.
    op.execute("""
        CREATE OR REPLACE FUNCTION vault.return_address(wanted uuid, why text) RETURNS bytea
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = vault, pg_temp AS $$
        BEGIN
            RAISE LOG 'vault: % looked up the address % for %', session_user, wanted, why;
            INSERT INTO look (reference, role, purpose) VALUES (wanted, session_user, why);
            RETURN (SELECT r.address FROM reporter AS r JOIN person AS p ON p.id = r.person_id
                    WHERE r.reference = wanted AND (p.silenced_at IS NULL OR why = 'stopped'));
        END $$
    """)


def _grants() -> None:
    tables = {
        "conversation": (
            "UPDATE (latest_complaint_id, last_message_at, asked, asked_at, prompted_at, announced_at, waiting,"
            " window_started_at, window_count)"
        ),
        "complaint": "UPDATE (sealed, emergency, withdrawn_at)",
        "message": "UPDATE (complaint_id, disposition, rule, due_at, edited_at, withdrawn_at)",
        "attachment": (
            "SELECT, UPDATE (complaint_id, state, problem, attempts, due_at, keep_until, sha256, size, media_type, hints)"
        ),
        "part": "SELECT, INSERT, UPDATE (joined_at, joined_as)",
        "amendment": "SELECT, INSERT, UPDATE (applied_at)",
        "pointer": "SELECT, INSERT, UPDATE (state, problem, attempts, due_at)",
        "account_notice": "SELECT, INSERT",
    }
    vault = {"person": "SELECT (joined_to, silenced_at), UPDATE (joined_to, silenced_at)"}
    for statement in (
        *grants("ntbcare_intake", "intake", tables),
        *grants("ntbcare_intake", "vault", vault),
        "GRANT USAGE ON SEQUENCE intake.account_notice_id_seq TO ntbcare_intake",
        f'GRANT SELECT (channel, account, provider_message_id, number, total, received_at, due_at, joined_at, joined_as)'
        f' ON intake.part TO "{OPERATOR}"',
        f'GRANT SELECT ON intake.account_notice TO "{OPERATOR}"',
    ):
        op.execute(statement)
