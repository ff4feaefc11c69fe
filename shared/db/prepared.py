"""Statements for the driver itself: what runs for every message does not pay for SQLAlchemy's way to it.

SQLAlchemy writes the SQL, once, at import; asyncpg runs it, on the same connection as everything else. One statement
of a door's then costs 80 µs instead of 300 (docs/benchmarks.md).
"""

from collections.abc import Mapping
from typing import Any

import asyncpg
from sqlalchemy import ClauseElement
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

_DIALECT = PGDialect_asyncpg()  # type: ignore[no-untyped-call]


class Record(asyncpg.Record):  # type: ignore[misc]  # asyncpg has no types
    """A row whose columns are attributes, as SQLAlchemy's rows have them."""

    def __getattr__(self, name: str) -> Any:
        """Return a column."""
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Prepared:
    """A statement for `UnitOfWork.fetch` or `look`: text or `insert_rows`, with all values given when it runs."""

    def __init__(self, statement: ClauseElement) -> None:
        """Compile it; raises `TypeError` for one that holds values of its own."""
        compiled = statement.compile(dialect=_DIALECT)
        if any(value is not None for value in compiled.params.values()):
            raise TypeError("a prepared statement takes its values when it runs")
        self.sql = str(compiled)
        self._names: tuple[str, ...] = tuple(getattr(compiled, "positiontup", ()) or ())

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """Put the values in the statement's order; raises `KeyError` for one that is missing."""
        return [values[name] for name in self._names]
