"""Take `multipart/form-data` (RFC 7578) apart, with limits."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from shared.channels.protocol import RefusedError

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

_MOST_PARTS = 16


@dataclass(slots=True)
class Part:
    """One part: the name of its form field and its bytes. What it says of its own type is not believed."""

    name: str = ""
    content: bytearray = field(default_factory=bytearray)


def read_parts(body: bytes, boundary: bytes) -> list[Part]:
    """Return all parts of a complete body; raises `RefusedError` 400 for a broken or truncated one."""
    collector = _Collector()
    try:
        parser = MultipartParser(boundary, collector.callbacks())
        parser.write(body)
        parser.finalize()
    except FormParserError:
        raise _broken() from None
    if not collector.complete:
        raise _broken()
    return collector.parts


class _Collector:
    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.complete = False
        self._header = [bytearray(), bytearray()]

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_begin": self._begin_header,
            "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
            "on_header_end": self._end_header,
            "on_part_data": lambda data, start, end: self.parts[-1].content.extend(data[start:end]),
            "on_end": self._end,
        }

    def _begin(self) -> None:
        if len(self.parts) == _MOST_PARTS:
            raise RefusedError("too_many_parts", status=400, detail=f"Paling banyak {_MOST_PARTS} bagian.")
        self.parts.append(Part())

    def _begin_header(self) -> None:
        self._header = [bytearray(), bytearray()]

    def _end_header(self) -> None:
        name, value = (bytes(part).decode("latin-1") for part in self._header)
        if name.strip().lower() == "content-disposition":
            _, options = parse_options_header(value)
            self.parts[-1].name = options.get(b"name", b"").decode("latin-1")

    def _end(self) -> None:
        self.complete = True


def _broken() -> RefusedError:
    return RefusedError(
        "bad_multipart", status=400, detail="Isi permintaan terpotong atau rusak. Kirim ulang dengan kunci yang sama."
    )
