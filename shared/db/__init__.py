"""Postgres: one database, a schema and a login role per service, one transaction per request or event."""

from shared.db.bus_tables import inbox_table, outbox, parked_table
from shared.db.database import (
    Database,
    DatabaseUnavailableError,
    OvertakenError,
    UnitOfWork,
    is_unavailable,
    may_pass,
    sqlstate,
)
from shared.db.prepared import Prepared, Record
from shared.db.rows import Rows, columns_of, insert_rows, update_rows

__all__ = [
    "Database",
    "DatabaseUnavailableError",
    "OvertakenError",
    "Prepared",
    "Record",
    "Rows",
    "UnitOfWork",
    "columns_of",
    "inbox_table",
    "insert_rows",
    "is_unavailable",
    "may_pass",
    "outbox",
    "parked_table",
    "sqlstate",
    "update_rows",
]
