"""Times as gateways of all kinds write them."""

import re
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.channels.times import read_time

_LOST_PLUS = re.compile(r"(:[0-9]{2}(?:\.[0-9]+)?) ([0-9]{2}:?[0-9]{2})$")
"""A `+` that was not escaped in a query or a form arrives as a space."""
_FRACTION = re.compile(r"[0-9]{1,14}\.[0-9]{1,9}")


def read_local_time(told: str, zone: ZoneInfo, received_at: datetime) -> datetime | None:
    """Read a time as providers write them, or as JavaScript does; None for any other form.

    What names no zone is in the gateway's.
    """
    text = _LOST_PLUS.sub(r"\1+\2", told.strip())
    if _FRACTION.fullmatch(text):
        return read_time(float(text), received_at)
    for parse in (_digits,) if text.isdecimal() else (datetime.fromisoformat, _javascript):
        moment = _try(parse, text)
        if moment is not None:
            zoned = moment if moment.tzinfo else moment.replace(tzinfo=zone)
            return read_time(zoned.isoformat(), received_at)
    return read_time(text, received_at)


def _digits(told: str) -> datetime:
    """Read year to second without anything between; as a number it would be a time centuries ahead."""
    if len(told) != len("YYYYmmddHHMMSS"):
        raise ValueError("not so many digits")
    return datetime.strptime(told, "%Y%m%d%H%M%S")  # noqa: DTZ007 - the zone is the gateway's


def _javascript(told: str) -> datetime:
    return datetime.strptime(told.partition(" (")[0], "%a %b %d %Y %H:%M:%S GMT%z")


def _try(parse: Callable[[str], datetime], told: str) -> datetime | None:
    try:
        return parse(told)
    except ValueError:
        return None
