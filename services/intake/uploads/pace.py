"""How many requests that bring little one device, and one address, may send: each costs a transaction and a flush."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from services.intake.uploads.errors import TooManyError
from shared.http.limits import RateLimit

LITTLE = 64 * 1024
"""Bytes. A request that brings as many pays for itself: what a device may upload in a day bounds it."""
_PLACE = "upload requests"


@dataclass(slots=True)
class Call:
    """One request, and how many bytes it brought."""

    brought: int = 0


class Pace:
    """Counts what brings little: `HEAD`, `DELETE`, a chunk that is small or was cut off, whatever came of it.

    A slow line stays far below: one that breaks every two seconds makes sixty such requests a minute, and chunks of 16
    kB come ten times a second only on a line that would carry larger ones.
    """

    def __init__(self, device: RateLimit, address: RateLimit) -> None:
        """Take the limit of one device, and the larger one of an address: an operator's customers share it."""
        self._device = device
        self._address = address

    @contextmanager
    def keep(self, address: str, device: str) -> Iterator[Call]:
        """Let a request in. Raises `TooManyError`; the address comes first, for devices are free to invent."""
        if self._address.is_spent(_PLACE, address) or self._device.is_spent(_PLACE, device):
            raise TooManyError("rate_limited", "Terlalu banyak permintaan; lanjutkan sebentar lagi dari Upload-Offset")
        call = Call()
        try:
            yield call
        finally:
            if call.brought < LITTLE:
                self._address.allows(_PLACE, address)
                self._device.allows(_PLACE, device)
