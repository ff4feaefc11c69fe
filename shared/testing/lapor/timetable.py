"""Times as LAPOR! writes them, and statuses that come by themselves."""

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import TypeAlias

Timetable: TypeAlias = Sequence[tuple[float, str]]
"""Seconds after the creation, and the status from then on."""

WIB = timezone(timedelta(hours=7), "WIB")


def parse_timetable(text: str) -> Timetable:
    """Read `2:Terverifikasi,5:Dalam Proses`; raises `ValueError`."""
    steps = [step.partition(":") for step in text.split(",") if step.strip()]
    table = [(float(seconds), status.strip()) for seconds, _, status in steps]
    if any(not status for _, status in table) or table != sorted(table, key=lambda step: step[0]):
        raise ValueError("write SECONDS:STATUS,SECONDS:STATUS, the earliest first")
    return table


def log_time(time: datetime) -> str:
    """Write a time as the logs do, without a zone: WIB."""
    return time.astimezone(WIB).strftime("%Y-%m-%d %H:%M:%S")


def followup_time(time: datetime) -> str:
    """Write a time as the follow-ups do, without a zone: WIB."""
    return time.astimezone(WIB).strftime("%d-%m-%Y %H:%M:%S")
