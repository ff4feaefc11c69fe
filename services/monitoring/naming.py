"""What people read for a bucket: agencies, places and kinds by name, in Indonesian."""

from datetime import UTC, datetime

from services.monitoring.rules import NONE, OTHER, SEALED, Cut
from shared.directory import directory
from shared.directory.regions import UnknownRegionError, region
from shared.events import KIND_WORDS

_WORDS = {NONE: "Belum diketahui", SEALED: "Khusus Inspektorat", OTHER: "Lainnya (kurang dari lima)"}


def name_of(by: Cut, bucket: str) -> str:
    """Return the name of a bucket; what nobody knows keeps its key."""
    if bucket in _WORDS:
        return _WORDS[bucket]
    match by:
        case "agency":
            found = directory().agency_known(bucket, on=datetime.now(UTC).date())
            return found.name if found else bucket
        case "regency":
            return _region(bucket)
        case "affair":
            affair = directory().affairs.get(bucket)
            return affair.name if affair else bucket
        case "kind":
            return KIND_WORDS.get(bucket, bucket)
        case _:
            return bucket


def _region(code: str) -> str:
    try:
        return region(code).name
    except UnknownRegionError:
        return code
