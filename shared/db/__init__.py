"""Postgres: one database, a schema and a login role per service, one transaction per request or event."""

from shared.db.bus_tables import inbox_table, outbox, parked_table
from shared.db.database import Database, UnitOfWork, is_unavailable

__all__ = ["Database", "UnitOfWork", "inbox_table", "is_unavailable", "outbox", "parked_table"]
