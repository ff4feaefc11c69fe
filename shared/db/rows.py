"""Many rows in one statement: every column goes as one array, so that a group of any size costs one round trip.

PostgreSQL takes 32,767 parameters in a statement; here their number is the number of columns.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Table,
    TableValuedAlias,
    Text,
    Update,
    bindparam,
    cast,
    column,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, Insert, insert

from shared.db.prepared import Prepared

_ALL = "all"


def insert_rows(table: Table, *names: str, given: str = _ALL) -> Insert:
    """Return an INSERT of these columns, to be executed with `columns_of(rows)`; JSON columns take JSON as text.

    `given` names the arrays where one statement inserts into several tables.
    Rows are inserted in their order. Make it once, at import: building a statement costs more than running it.
    """
    rows, wanted = _given(table, names, given)
    return insert(table).from_select(list(names), select(*wanted.values()).select_from(rows))


def update_rows(table: Table, key: str | tuple[str, ...], *names: str) -> Update:
    """Return an UPDATE of these columns of the rows with these keys, as `insert_rows`; each key occurs once."""
    keys = (key,) if isinstance(key, str) else key
    rows, wanted = _given(table, (*keys, *names), _ALL)
    same = (table.c[one] == rows.c[one] for one in keys)
    return update(table).where(*same).values({name: wanted[name] for name in names})


def _given(table: Table, names: Sequence[str], given: str) -> tuple[TableValuedAlias, dict[str, ColumnElement[Any]]]:
    """Return rows made of arrays, and each column of theirs as the table takes it."""
    types = {name: Text() if isinstance(table.c[name].type, JSONB) else table.c[name].type for name in names}
    arrays = [bindparam(_array(given, name), type_=ARRAY(kind)) for name, kind in types.items()]
    columns = [column(name, kind) for name, kind in types.items()]
    rows = func.unnest(*arrays).table_valued(*columns).render_derived()
    return rows, {
        name: cast(rows.c[name], JSONB) if isinstance(table.c[name].type, JSONB) else rows.c[name] for name in names
    }


def columns_of(
    rows: Sequence[Mapping[str, Any]], names: Iterable[str] | None = None, *, given: str = _ALL
) -> dict[str, list[Any]]:
    """Turn rows into the parameters of `insert_rows`; there may be none where the names are said."""
    return {_array(given, name): [row[name] for row in rows] for name in names or rows[0]}


class Rows:
    """What a transaction inserts into one table when it is flushed (`UnitOfWork.insert`); nothing reads it before."""

    def __init__(self, table: Table, *names: str, once: bool = False) -> None:
        """`once`: a row that stands there is left as it is. JSON columns take JSON as text."""
        self._given = f"{table.schema}_{table.name}"
        self._names = names
        inserted = insert_rows(table, *names, given=self._given)
        self.statement = inserted.on_conflict_do_nothing() if once else inserted

    def columns(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
        """Return the rows as the statement takes them."""
        return columns_of(rows, self._names, given=self._given)


@cache
def inserted_together(kinds: tuple[Rows, ...]) -> Prepared:
    """Return one statement that inserts into all these tables, in their order, for the price of one round trip.

    PostgreSQL runs what stands in WITH after the statement itself, the last one first (ExecPostprocessPlan).
    """
    first, *others = (kind.statement for kind in kinds)
    ctes = [one.cte(f"more_{number}") for number, one in enumerate(others)]
    return Prepared(first.add_cte(*reversed(ctes)))


def _array(given: str, name: str) -> str:
    return f"{given}_{name}"
