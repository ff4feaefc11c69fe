"""The tables of the bus; they are defined where every service can see them."""

from shared.db.bus_tables import bus_metadata as metadata
from shared.db.bus_tables import outbox, stream

__all__ = ["metadata", "outbox", "stream"]
