"""Every SQL statement about an imported past."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from services.monitoring.models import past
from services.monitoring.past.rules import Past
from shared.db import Prepared, Rows, UnitOfWork, columns_of, update_rows

_LOCK = 0x4E5442_06
_FIELDS = tuple(Past.__dataclass_fields__)
_ADD = Rows(past, "source", *_FIELDS, "loaded_at")
_CHANGE = Prepared(update_rows(past, "id", *_FIELDS, "loaded_at"))


async def lock_past(tx: UnitOfWork) -> None:
    """Let nobody else load until the transaction ends."""
    await tx.execute(select(func.pg_advisory_xact_lock(_LOCK)))


async def known(tx: UnitOfWork, source: str) -> dict[str, tuple[int, Past]]:
    """Return what a source has brought before, by its own ids."""
    rows = await tx.execute(select(past).where(past.c.source == source))
    return {row["external_id"]: (row["id"], _past(row)) for row in map(dict, rows.mappings())}


def add(tx: UnitOfWork, source: str, rows: Sequence[Past], now: datetime) -> None:
    """Write complaints that are new."""
    tx.insert(_ADD, [{"source": source, "loaded_at": now, **_values(row)} for row in rows])


async def change(tx: UnitOfWork, rows: Mapping[int, Past], now: datetime) -> None:
    """Write complaints again that say something else now."""
    if rows:
        written = [{"id": id_, "loaded_at": now, **_values(row)} for id_, row in rows.items()]
        await tx.fetch(_CHANGE, columns_of(written))


def _past(row: Mapping[str, Any]) -> Past:
    return Past(**{name: row[name] for name in _FIELDS})


def _values(row: Past) -> dict[str, Any]:
    return asdict(row) | {"clocks": json.dumps(dict(row.clocks))}
