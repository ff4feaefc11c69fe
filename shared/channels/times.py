"""Times as providers write them, and whether they can be believed."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST = datetime(2010, 1, 1, tzinfo=UTC)
_TOLERANCE = timedelta(days=1)
_FIRST_IN_MILLISECONDS = 10**11
_LARGEST = 10**14


def read_time(value: object, received_at: datetime) -> datetime | None:
    """Read a time in seconds (below 10^11), in milliseconds, as text of either, or in ISO 8601 (UTC when no zone).

    Returns None for anything else, and for a clock that cannot be believed: before 2010, or more than a day after
    we received it.
    """
    moment = _parse(value)
    if moment is None or not _EARLIEST <= moment <= received_at + _TOLERANCE:
        return None
    return moment.astimezone(UTC)


def _parse(value: object) -> datetime | None:
    if isinstance(value, str):
        return _parse_text(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _LARGEST:
        return None
    return _EPOCH + (timedelta(seconds=value) if value < _FIRST_IN_MILLISECONDS else timedelta(milliseconds=value))


def _parse_text(text: str) -> datetime | None:
    try:
        return _parse(int(text)) if text.isdecimal() else _with_zone(datetime.fromisoformat(text))
    except ValueError:
        return None


def _with_zone(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
