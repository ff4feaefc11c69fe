"""The words of tus 1.0.0 (https://tus.io/protocols/resumable-upload): its headers, read strictly. Pure."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from services.intake.uploads.errors import (
    VERSION,
    ChecksumError,
    NoDeviceError,
    TooLargeError,
    UploadError,
    VersionError,
    WrongTypeError,
)

EXTENSIONS = "creation,creation-with-upload,expiration,checksum,termination"
ALGORITHMS = ("sha1", "sha256")
CONTENT_TYPE = "application/offset+octet-stream"
LARGEST_SUMMED_CHUNK = 8 * 1024 * 1024
"""Bytes of a chunk with a checksum: it is kept whole or not at all, so that it waits in memory."""

_DEVICE = re.compile(r"[\x21-\x7e]{22,255}")
_NUMBER = re.compile(r"[0-9]{1,15}")
_LONGEST_METADATA = 2_000
_KEY = re.compile(r"[\x21-\x2b\x2d-\x7e]+")


def check_version(headers: Mapping[str, str]) -> None:
    """Raise `VersionError` for any other version."""
    if headers.get("tus-resumable") != VERSION:
        raise VersionError("tus_version", f"Kirim header Tus-Resumable: {VERSION}")


def device_of(headers: Mapping[str, str]) -> str:
    """Return `X-Device-Id`; raises `NoDeviceError`."""
    device = headers.get("x-device-id", "").strip()
    if not _DEVICE.fullmatch(device):
        raise NoDeviceError("device_id_invalid", "Kirim header X-Device-Id: 22 sampai 255 karakter ASCII acak")
    return device


def length_of(headers: Mapping[str, str], *, largest: int) -> int:
    """Return `Upload-Length`; raises `UploadError` 400 or `TooLargeError`."""
    given = headers.get("upload-length", "")
    if not _NUMBER.fullmatch(given):
        raise UploadError("upload_length_invalid", "Kirim header Upload-Length: banyaknya byte seluruh berkas")
    if int(given) > largest:
        raise TooLargeError("upload_too_large", f"Berkas paling besar {largest / 1024 / 1024:g} MB")
    return int(given)


def offset_of(headers: Mapping[str, str]) -> int:
    """Return `Upload-Offset`; raises `UploadError` 400."""
    given = headers.get("upload-offset", "")
    if not _NUMBER.fullmatch(given):
        raise UploadError("upload_offset_invalid", "Kirim header Upload-Offset: byte yang sudah kami terima")
    return int(given)


def metadata_of(headers: Mapping[str, str]) -> str | None:
    """Return `Upload-Metadata` as it came, if it is well formed; raises `UploadError` 400."""
    given = headers.get("upload-metadata")
    if not given:
        return None
    pairs = [pair.strip().split(" ") for pair in given.split(",")]
    keys = [pair[0] for pair in pairs]
    fine = len(given) <= _LONGEST_METADATA and len(set(keys)) == len(keys)
    if not fine or not all(_is_pair(pair) for pair in pairs):
        raise UploadError("upload_metadata_invalid", "Header Upload-Metadata tidak dapat dibaca")
    return given


def _is_pair(pair: list[str]) -> bool:
    if len(pair) > 2 or not _KEY.fullmatch(pair[0]):  # noqa: PLR2004 - a key and its value
        return False
    try:
        base64.b64decode(pair[1] if pair[1:] else "", validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Chunk:
    """What the headers say of a body: how many bytes it has (None where it does not say) and what they sum up to."""

    size: int | None
    checksum: "Checksum | None"


@dataclass(frozen=True, slots=True)
class Checksum:
    """A digest that the bytes of one request must have."""

    algorithm: str
    digest: bytes

    def check(self, content: bytes) -> None:
        """Raise `ChecksumError` when it is another."""
        actual = hashlib.new(self.algorithm, content, usedforsecurity=False).digest()
        if not hmac.compare_digest(actual, self.digest):
            raise ChecksumError("checksum_mismatch", "Isi yang tiba bukan yang dikirim; kirim potongan ini lagi")


def chunk_of(headers: Mapping[str, str]) -> Chunk:
    """Read what comes along; raises `WrongTypeError`, `TooLargeError`, or `UploadError` 400."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() != CONTENT_TYPE:
        raise WrongTypeError("upload_content_type", f"Kirim Content-Type: {CONTENT_TYPE}")
    told = headers.get("content-length", "")
    size = int(told) if _NUMBER.fullmatch(told) else None
    checksum = _checksum(headers["upload-checksum"]) if "upload-checksum" in headers else None
    if checksum is not None and (size or 0) > LARGEST_SUMMED_CHUNK:
        raise TooLargeError("chunk_too_large", "Potongan dengan Upload-Checksum paling besar 8 MB")
    return Chunk(size, checksum)


def _checksum(given: str) -> Checksum:
    algorithm, _, encoded = given.partition(" ")
    try:
        digest = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if algorithm not in ALGORITHMS or not digest:
        raise UploadError("checksum_unusable", f"Upload-Checksum: {' atau '.join(ALGORITHMS)}, lalu base64")
    return Checksum(algorithm, digest)


def answered(*, received: int | None = None, expires_at: datetime | None = None) -> dict[str, str]:
    """Return the headers of an answer."""
    headers = {"tus-resumable": VERSION, "cache-control": "no-store"}
    if received is not None:
        headers["upload-offset"] = str(received)
    if expires_at is not None:
        headers["upload-expires"] = format_datetime(expires_at, usegmt=True)
    return headers
