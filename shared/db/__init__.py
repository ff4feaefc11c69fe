"""Postgres: one database, a schema and a login role per service, one transaction per request or event."""

from shared.db.bus_tables import inbox_table, outbox, parked_table
from shared.db.database import Database, DatabaseUnavailableError, UnitOfWork, is_unavailable, sqlstate

__all__ = [
    "Database",
    "DatabaseUnavailableError",
    "UnitOfWork",
    "inbox_table",
    "is_unavailable",
    "outbox",
    "parked_table",
    "sqlstate",
]
