"""Load a past: all of a file or nothing of it, and as often as one likes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.monitoring.past import repository
from services.monitoring.past.rules import Past, only_ran_out
from shared.core.errors import ExplainedError
from shared.db import UnitOfWork

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of a file. `absent`: known of this source from before, and not in the file; they stay."""

    new: int
    changed: int
    unchanged: int
    absent: int


async def load(tx: UnitOfWork, source: str, rows: Sequence[Past], now: datetime, *, update: bool, dry: bool) -> Loaded:
    """Load the rows of a source; `dry` writes nothing. Raises `ExplainedError` for changes that nobody asked for.

    The same source and id is the same complaint. One that says something else than before is written again with
    `update` only: a wrong file shall not change what was reported, unnoticed. That a limit ran out since is none.
    """
    await repository.lock_past(tx)
    known = await repository.known(tx, source)
    new = [row for row in rows if row.external_id not in known]
    again = {known[row.external_id][0]: row for row in rows if row.external_id in known}
    changed = {id_: row for id_, row in again.items() if row != known[row.external_id][1]}
    unasked = [row.external_id for row in changed.values() if not only_ran_out(known[row.external_id][1], row)]
    if unasked and not (update or dry):
        raise _unasked(source, unasked)
    if not dry:
        repository.add(tx, source, new, now)
        await repository.change(tx, changed, now)
    return Loaded(len(new), len(changed), len(again) - len(changed), len(known) - len(again))


def _unasked(source: str, ids: Sequence[str]) -> ExplainedError:
    shown = ", ".join([*ids[:_SHOWN], *(["…"] if len(ids) > _SHOWN else [])])
    return ExplainedError(
        f"{len(ids)} complaints of {source} say something else than before ({shown}). Nothing was loaded.\n"
        "If the file is right, load it with --update; if it is another past, give it another --source."
    )
