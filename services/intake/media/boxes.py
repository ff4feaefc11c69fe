"""Take hidden places out of HEIC, MP4 and MOV without decoding them: metadata is overwritten with zeros where it lies.

They are trees of boxes (ISO/IEC 14496-12): 4 bytes of length, 4 letters of type, content. The picture stays as it was
to the byte, and every other box where it was. A decoder for HEIC would bring 30 MB and x265, which is GPL.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from services.intake.media.check import ContentRefusedError

_HEADER = 8
_LARGE_HEADER = 16
_DESCRIPTIVE = frozenset({b"udta", b"meta", b"uuid"})
"""User data (places of Android and QuickTime), keys and values (Apple), foreign data (XMP, cameras)."""
_PARENTS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"moof", b"traf", b"edts"})
_HIDDEN_ITEMS = frozenset({b"Exif", b"mime", b"uri "})
_DEEPEST = 8
_MOST = 50_000
"""Boxes, or pieces of items; a recording of hours in fragments has some thousands. More are there to keep us busy."""


@dataclass(frozen=True, slots=True)
class _Box:
    type: bytes
    start: int
    body: int
    end: int


class _Patience:
    """Counts what is looked at, and ends with `broken` when it is too much."""

    def __init__(self, most: int = _MOST) -> None:
        self._left = most

    def spend(self, amount: int = 1) -> None:
        self._left -= amount
        if self._left < 0:
            raise ContentRefusedError("broken")


def clean_recording(content: bytes) -> bytes:
    """Return a video or a recording with user data, keys and foreign data turned into empty space (`free`).

    Raises `ContentRefusedError` (`broken`) for one that was made to keep us busy.
    """
    cleaned = bytearray(content)
    _blank_descriptive(cleaned, 0, len(cleaned), depth=0, left=_Patience())
    return bytes(cleaned)


def clean_heic(content: bytes) -> tuple[bytes, bytes | None]:
    """Return a HEIC photo with Exif and XMP zeroed, and the Exif data (TIFF) that was in it.

    Raises `ContentRefusedError` (`broken`) when its tables cannot be read: a place may be left in it.
    """
    cleaned = bytearray(content)
    exif, left, blanked = None, _Patience(), _Patience(len(content))
    try:
        top = list(_boxes(content, 0, len(content), left))
        meta = next(box for box in top if box.type == b"meta")
        inside = {box.type: box for box in _boxes(content, meta.body + 4, meta.end, left)}
        hidden = _hidden_items(content, inside[b"iinf"], left)
        data = inside[b"idat"].body if b"idat" in inside else None
        for item, (start, length) in _extents(content, inside[b"iloc"], data):
            left.spend()
            if item in hidden:
                blanked.spend(length)
                if hidden[item] == b"Exif" and exif is None:
                    exif = content[start : start + length]
                cleaned[start : start + length] = bytes(length)
    except (StopIteration, LookupError, struct.error, ValueError):
        raise ContentRefusedError("broken") from None
    for box in top:
        if box.type == b"uuid":
            _blank(cleaned, box)
        elif box.type in _PARENTS:  # a photo that moves
            _blank_descriptive(cleaned, box.body, box.end, depth=1, left=left)
    return bytes(cleaned), None if exif is None else _tiff(exif)


def _boxes(content: bytes | bytearray, start: int, end: int, left: _Patience) -> Iterator[_Box]:
    """Yield the boxes side by side in a range; one that claims to end beyond it ends with it, as in a cut-off file."""
    while start + _HEADER <= end:
        length, body = int.from_bytes(content[start : start + 4], "big"), start + _HEADER
        if length == 1:
            length, body = int.from_bytes(content[body : body + 8], "big"), start + _LARGE_HEADER
        elif length == 0:
            length = end - start
        if length < body - start:
            return
        stop = min(start + length, end)
        left.spend()
        yield _Box(bytes(content[start + 4 : start + 8]), start, body, stop)
        start = stop


def _blank_descriptive(content: bytearray, start: int, end: int, *, depth: int, left: _Patience) -> None:
    for box in list(_boxes(content, start, end, left)):
        if box.type in _DESCRIPTIVE:
            _blank(content, box)
        elif box.type in _PARENTS and depth < _DEEPEST:
            _blank_descriptive(content, box.body, box.end, depth=depth + 1, left=left)


def _blank(content: bytearray, box: _Box) -> None:
    content[box.start + 4 : box.start + 8] = b"free"
    if box.body < box.end:
        content[box.body : box.end] = bytes(box.end - box.body)


def _hidden_items(content: bytes, iinf: _Box, left: _Patience) -> dict[int, bytes]:
    """Return the items that are no picture (ISO/IEC 23008-12): Exif, XMP (`mime`) and their kind."""
    start = iinf.body + (6 if content[iinf.body] == 0 else 8)
    items = {}
    for box in _boxes(content, start, iinf.end, left):
        if box.type == b"infe":
            version = content[box.body]
            if version not in {2, 3}:
                raise ValueError("an entry of an older kind")
            item, _, kind = struct.unpack_from(">HH4s" if version == 2 else ">IH4s", content, box.body + 4)  # noqa: PLR2004 - the format's
            if kind in _HIDDEN_ITEMS:
                items[item] = kind
    return items


def _extents(content: bytes, iloc: _Box, data: int | None) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield where each item's bytes lie (ISO/IEC 14496-12, `iloc`); raises `ValueError` for what lies nowhere."""
    version = content[iloc.body]
    sizes = int.from_bytes(content[iloc.body + 4 : iloc.body + 6], "big")
    offset_size, length_size, base_size, index_size = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    fields = _Fields(content, iloc.body + 6, iloc.end)
    wide = 4 if version == 2 else 2  # noqa: PLR2004 - the format's
    for _ in range(fields.take(wide)):
        item = fields.take(wide)
        method = fields.take(2) & 15 if version else 0
        fields.take(2)
        base = fields.take(base_size)
        for _ in range(fields.take(2)):
            if version:
                fields.take(index_size)
            start, length = base + fields.take(offset_size), fields.take(length_size)
            if method == 1:
                start += _known(data)
            if method > 1 or length == 0 or start + length > len(content):
                raise ValueError("bytes of an item that lie elsewhere")
            yield item, (start, length)


def _known(data: int | None) -> int:
    if data is None:
        raise ValueError("no idat")
    return data


class _Fields:
    """Reads big-endian numbers one after the other."""

    def __init__(self, content: bytes, at: int, end: int) -> None:
        self._content = content
        self._at = at
        self._end = end

    def take(self, size: int) -> int:
        """Return the next number of so many bytes; none is 0."""
        if self._at + size > self._end:
            raise ValueError("cut off")
        self._at += size
        return int.from_bytes(self._content[self._at - size : self._at], "big")


def _tiff(exif: bytes) -> bytes:
    """Return the TIFF data behind the four bytes that say how much stands before it."""
    return exif[4 + int.from_bytes(exif[:4], "big") :]
