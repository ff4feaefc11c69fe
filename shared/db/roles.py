"""Login roles: one per service, each reaching its own schema and the outbox; one for the operator's commands."""

from collections.abc import Mapping

import asyncpg

OPERATOR = "ntbcare_operator"


def role_of(service: str) -> str:
    """Return the login role of a service."""
    return f"ntbcare_{service}"


async def prepare_roles(admin_url: str, passwords: Mapping[str, str]) -> None:
    """Create the login roles that are missing and set their passwords. `passwords` by role name."""
    connection = await asyncpg.connect(admin_url)
    try:
        for role, password in passwords.items():
            if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
                await connection.execute(f'CREATE ROLE "{role}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE')
            quoted = await connection.fetchval("SELECT quote_literal($1::text)", password)
            await connection.execute(f'ALTER ROLE "{role}" PASSWORD {quoted}')
    finally:
        await connection.close()
