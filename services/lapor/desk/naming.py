"""What LAPOR! calls the ids that are told it: by its own lists, otherwise by the directory's tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from services.lapor.desk import repository as desk
from services.lapor.keeping import Policy
from services.lapor.outward.telling import report_with
from services.lapor.wire.port import Report
from shared.core.times import WITA
from shared.db import UnitOfWork
from shared.directory import directory
from shared.directory.lapor import Kind
from shared.directory.regions import is_region, path_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """LAPOR!'s numbers of what no table names, from the settings."""

    classification_id: int
    location_id: int


@dataclass(frozen=True, slots=True)
class Named:
    """An id of LAPOR!'s, with its name there where that is known."""

    id: int | None
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """All that LAPOR!'s form asks for; without words where they are gone, or not for this reader."""

    report: Report
    institution: Named
    topic: Named
    location: Named
    classification_id: int
    agency_key: str | None
    agency: str | None
    affair: str | None
    region: str | None


class Names:
    """The names of one answer's ids."""

    def __init__(self, policy: Policy, today: date, known: Mapping[tuple[str, str], str]) -> None:
        """`known`: by LAPOR!'s own lists."""
        self._policy = policy
        self._today = today
        self._known = known

    def named(self, kind: Kind, number: int | None) -> Named:
        """Return an id with its name."""
        if number is None:
            return Named(None, None)
        rows = self._policy.ids.rows(kind, self._today)
        ours = next((row.name for row in rows if row.lapor_id == number and row.name), None)
        return Named(number, self._known.get((kind, str(number))) or ours)

    def agency(self, key: str | None) -> str | None:
        """Return the name that an agency has here."""
        found = directory().agency_known(key, on=self._today) if key else None
        return found.name if found else None


async def forms(
    tx: UnitOfWork,
    rows: Sequence[Row[Any]],
    policy: Policy,
    defaults: Defaults,
    now: datetime,
    *,
    reports: Sequence[Report] | None = None,
) -> list[Form]:
    """Return what is to be typed of each complaint; `reports`: what was told already."""
    if reports is None:
        reports = [report_with(row, policy, now) for row in rows]
    wanted = {
        "institutions": {one.institution_id for one in reports},
        "topics": _known(one.topic_id for one in reports),
        "locations": _known(one.location_id for one in reports) | {defaults.location_id},
    }
    names = Names(policy, now.astimezone(WITA).date(), await desk.names_of(tx, wanted))
    return [_form(row, report, names, defaults) for row, report in zip(rows, reports, strict=True)]


def _known(ids: Iterable[int | None]) -> set[int]:
    return {one for one in ids if one is not None}


def _form(row: Row[Any], report: Report, names: Names, defaults: Defaults) -> Form:
    affairs = directory().affairs
    return Form(
        report=report,
        institution=names.named("institutions", report.institution_id),
        topic=names.named("topics", report.topic_id),
        location=names.named("locations", report.location_id or defaults.location_id),
        classification_id=defaults.classification_id,
        agency_key=row.agency_key,
        agency=names.agency(row.agency_key),
        affair=affairs[row.affair].name if row.affair in affairs else None,
        region=path_name(row.region_code) if row.region_code and is_region(row.region_code) else None,
    )
