"""Files as LAPOR! takes them: five at most, 5 MB each, and what they say they are by their first bytes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from starlette.datastructures import UploadFile

from shared.testing.lapor.answers import WrongError

FileKind: TypeAlias = Literal[
    "image/jpeg",
    "image/png",
    "application/pdf",
    "application/msword",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
]
MOST_FILES = 5
_LARGEST_FILE = 5 * 1024 * 1024
PICTURES = ("image/jpeg", "image/png")
_BEGINNINGS: dict[str, bytes] = {
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "application/pdf": b"%PDF-",
    "application/msword": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": b"PK\x03\x04",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What is kept of a file: enough to know it again."""

    name: str = ""
    kind: str = ""
    size: int = 0
    sha256: str = ""

    @property
    def is_document(self) -> bool:
        """Whether LAPOR! lists it apart from pictures."""
        return self.kind not in {"", *PICTURES}


async def read_files(given: Sequence[object]) -> list[File]:
    """Judge files by what is in them."""
    if len(given) > MOST_FILES:
        raise WrongError(422, f"At most {MOST_FILES} files")
    return [await _read(one) for one in given]


async def _read(given: object) -> File:
    kind = given.content_type if isinstance(given, UploadFile) else None
    if not isinstance(given, UploadFile) or kind not in _BEGINNINGS:
        raise WrongError(422, "A file is doc, docx, pdf, jpg or png")
    content = await given.read(_LARGEST_FILE + 1)
    if len(content) > _LARGEST_FILE:
        raise WrongError(422, "A file has at most 5 MB")
    if not content.startswith(_BEGINNINGS[kind]):
        raise WrongError(422, f"A file is not the {kind} that it says it is")
    digest = hashlib.sha256(content).hexdigest()
    return File(name=given.filename or "", kind=kind, size=len(content), sha256=digest)
