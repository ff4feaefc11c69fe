"""A database's address: `postgresql://role:password@host:port/database?sslmode=verify-full&sslrootcert=/path/ca.pem`.

asyncpg alone reads it, with libpq's meanings (PostgreSQL's manual, "SSL Support", table "SSL Mode Descriptions"), for
services, migrations and commands alike: SQLAlchemy would take it apart in its own way and does not know `sslmode`.
"""

import ssl
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.core.settings import SettingsError

SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_FORM = "write postgresql://role:password@host:port/database"
_FILES = ("sslrootcert", "sslcert", "sslkey")


def make_engine(url: str, *, connect_args: dict[str, Any] | None = None, **options: Any) -> AsyncEngine:
    """Make an engine on asyncpg whose text shows no address; raises `SettingsError` as `check_address` does."""
    check_address(url)
    return create_async_engine(
        "postgresql+asyncpg://", connect_args={"dsn": url, **(connect_args or {})}, hide_parameters=True, **options
    )


def check_address(url: str) -> None:
    """Refuse what would otherwise look like a database that is away; raises `SettingsError`, which quotes nothing."""
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        _ = parts.port
    except ValueError:  # its text may quote the password
        raise SettingsError(f"A database URL cannot be read; {_FORM}.") from None
    if parts.scheme not in {"postgresql", "postgres"}:
        raise SettingsError(f"A database URL has another beginning than postgresql://; {_FORM}.")
    mode = query.get("sslmode", ["prefer"])[-1]
    if mode not in SSL_MODES:
        raise SettingsError(f"A database URL has an unknown sslmode; known are {', '.join(SSL_MODES)}.")
    if mode.startswith("verify") and "sslrootcert" not in query:
        raise SettingsError(
            f"A database URL says sslmode={mode} and not whom to trust; add &sslrootcert=/path/to/the/ca.pem."
        )
    for name in _FILES:
        if name in query:
            _check_file(name, query[name][-1])


def _check_file(name: str, path: str) -> None:
    try:
        if name == "sslrootcert":
            ssl.create_default_context().load_verify_locations(cafile=path)
        else:
            with open(path, "rb"):  # noqa: PTH123 - a look whether we may
                pass
    except OSError as error:  # ssl.SSLError is one
        raise SettingsError(
            f"A database URL's {name} cannot be used: {path} ({type(error).__name__}). It must be a PEM file."
        ) from None
