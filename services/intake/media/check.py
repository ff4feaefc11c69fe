"""What may be kept: a content's own bytes decide; what the sender or the provider says of it is only held against it.

The types are a table of our own. Libraries that know hundreds guess where we must be sure: puremagic 1.30 does not know
the brands `mif1` and `iso5` of phones and of Meta, filetype's last release is of 2022.
"""

import re
from dataclasses import dataclass

from shared.channels import AttachmentKind

MOST_PER_MESSAGE = 20
"""Contents of one message; Messenger lets a person send thirty photos, each as one attachment."""

_FIRST_BYTES = 512
_SAYS_NOTHING = frozenset({"application/octet-stream", "binary/octet-stream"})


class ContentRefusedError(Exception):
    """A content that is not kept; its message is. `reason` is a stable snake_case name, and is counted."""

    def __init__(self, reason: str) -> None:
        """Name the reason."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Type:
    family: str
    """Of what can pass for one another: sound alone lies in the same containers as sound with pictures."""
    extension: str


TYPES = {
    "image/jpeg": _Type("image", "jpg"),
    "image/png": _Type("image", "png"),
    "image/webp": _Type("image", "webp"),
    "image/heic": _Type("image", "heic"),
    "image/gif": _Type("image", "gif"),
    "video/mp4": _Type("recording", "mp4"),
    "video/quicktime": _Type("recording", "mov"),
    "video/3gpp": _Type("recording", "3gp"),
    "audio/mp4": _Type("recording", "m4a"),
    "audio/aac": _Type("recording", "aac"),
    "audio/amr": _Type("recording", "amr"),
    "audio/ogg": _Type("recording", "ogg"),
    "audio/mpeg": _Type("recording", "mp3"),
    "application/pdf": _Type("document", "pdf"),
}
"""Everything that is kept."""

_MAGIC = (
    ("image/jpeg", re.compile(rb"\xff\xd8\xff")),
    ("image/png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("image/webp", re.compile(rb"RIFF.{4}WEBP", re.DOTALL)),
    ("image/gif", re.compile(rb"GIF8[79]a")),
    ("application/pdf", re.compile(rb"%PDF-")),
    ("audio/amr", re.compile(rb"#!AMR(-WB)?\n")),
    ("audio/ogg", re.compile(rb"OggS\x00")),
    ("audio/aac", re.compile(rb"\xff[\xf0\xf1\xf8\xf9]")),
    ("audio/mpeg", re.compile(rb"ID3|\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff]")),
)
_ARCHIVE = re.compile(
    rb"PK[\x03\x05\x07]|Rar!\x1a|7z\xbc\xaf\x27\x1c|\x1f\x8b|BZh[1-9]|\xfd7zXZ\x00|\x28\xb5\x2f\xfd|\x04\x22\x4d\x18|MSCF"
    rb"|.{257}ustar",
    re.DOTALL,
)
_BRANDS = (
    ("image/heic", re.compile(rb"hei[cmsx]|hev[cmsx]")),
    ("video/quicktime", re.compile(rb"qt  ")),
    ("video/3gpp", re.compile(rb"3g[2egprs].")),
    ("audio/mp4", re.compile(rb"M4[AB] ")),
    ("video/mp4", re.compile(rb"iso[0-9a-z]|mp4[12]|avc[1-4]|M4V[ HP]|MSNV|dash|mmp4|f4v ")),
)
"""ISO/IEC 14496-12, `ftyp`; the brands as registered at mp4ra.org."""
_IMAGE_BRANDS = frozenset({b"mif1", b"msf1"})
_FAMILIES = {"image": "image", "sticker": "image", "audio": "recording", "video": "recording"}


def media_type_of(content: bytes) -> str | None:
    """Return the type that the first bytes show; None for everything that is not kept."""
    head = content[:_FIRST_BYTES]
    if head[4:8] == b"ftyp":
        return _of_brands(head)
    return next((media_type for media_type, magic in _MAGIC if magic.match(head)), None)


def _of_brands(head: bytes) -> str | None:
    end = min(int.from_bytes(head[:4], "big"), len(head))
    major, compatible = head[8:12], [head[at : at + 4] for at in range(16, end, 4)]
    for brand in (major, *(compatible if major in _IMAGE_BRANDS else ())):
        for media_type, brands in _BRANDS:
            if brands.fullmatch(brand):
                return media_type
    return None


def check(content: bytes, *, kind: AttachmentKind, claimed: str | None, largest: int) -> str:
    """Return the type of a content that may be kept, or raise `ContentRefusedError`; decodes nothing.

    Reasons: `empty`, `too_large`, `archive`, `unknown_type`, `lies_about_type`.
    """
    if not content:
        raise ContentRefusedError("empty")
    if len(content) > largest:
        raise ContentRefusedError("too_large")
    media_type = media_type_of(content)
    if media_type is None:
        raise ContentRefusedError("archive" if _ARCHIVE.match(content[:_FIRST_BYTES]) else "unknown_type")
    if TYPES[media_type].family not in _claimed_families(kind, claimed, TYPES[media_type].family):
        raise ContentRefusedError("lies_about_type")
    return media_type


def _claimed_families(kind: AttachmentKind, claimed: str | None, actual: str) -> set[str]:
    """Return the one family that kind and claimed type leave; none where they contradict each other."""
    families = {_FAMILIES.get(kind, actual)}
    said = (claimed or "").split(";")[0].strip().lower()
    if said and said not in _SAYS_NOTHING:
        known = TYPES.get(said)
        families &= {known.family if known else _FAMILIES.get(said.split("/")[0], "document")}
    return families
