"""Login roles: one per service, each reaching its own schema and the outbox; one for the operator's commands."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping

import asyncpg

from shared.db.address import check_address

OPERATOR = "ntbcare_operator"
_LOCK = 0x4E5442_02
_ITERATIONS = 4096
"""As PostgreSQL itself does (scram_iterations)."""


def role_of(service: str) -> str:
    """Return the login role of a service."""
    return f"ntbcare_{service}"


async def prepare_roles(admin_url: str, passwords: Mapping[str, str]) -> None:
    """Create the login roles that are missing, set their passwords, and let nobody else into the database.

    `passwords` by role name; they leave this process only as SCRAM verifiers, so that no server log can hold one.
    """
    check_address(admin_url)
    connection = await asyncpg.connect(admin_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
            database = await connection.fetchval("SELECT quote_ident(current_database())")
            await connection.execute(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC")
            for role, password in passwords.items():
                if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
                    await connection.execute(f'CREATE ROLE "{role}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE')
                await connection.execute(f"ALTER ROLE \"{role}\" PASSWORD '{scram_verifier(password)}'")
                await connection.execute(f'GRANT CONNECT ON DATABASE {database} TO "{role}"')
    finally:
        await connection.close()


def scram_verifier(password: str, salt: bytes | None = None) -> str:
    """Return what PostgreSQL keeps of a password (RFC 5802 with SHA-256; the format of pg_authid.rolpassword)."""
    salt = salt or secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    parts = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${_ITERATIONS}:{parts[0]}${parts[1]}:{parts[2]}"
