"""Photos: what they are by their first bytes, how many and how large they may be."""

import re
from collections.abc import Sequence

from shared.channels.protocol import Attachment, RefusedError

MOST_PHOTOS = 5
LARGEST_PHOTO = 8 * 1024 * 1024

_MAGIC = {
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    "image/heic": re.compile(rb".{4}ftyp(hei[cxms]|hev[cxms]|mif1|msf1)", re.DOTALL),
}


def read_photos(contents: Sequence[bytes], *, keep_hints: bool) -> tuple[Attachment, ...]:
    """Return the photos as attachments, each with the type that its bytes show; raises `RefusedError` 422.

    `keep_hints`: the citizen agreed that place and time inside them are kept as hints.
    """
    if len(contents) > MOST_PHOTOS:
        raise RefusedError("too_many_photos", status=422, detail=f"Paling banyak {MOST_PHOTOS} foto.")
    return tuple(_read_photo(content, keep_hints=keep_hints) for content in contents)


def _read_photo(content: bytes, *, keep_hints: bool) -> Attachment:
    if len(content) > LARGEST_PHOTO:
        raise RefusedError("photo_too_large", status=422, detail="Setiap foto paling besar 8 MB. Perkecil foto ini.")
    found = next((media_type for media_type, magic in _MAGIC.items() if magic.match(content)), None)
    if found is None:
        raise RefusedError(
            "photo_unknown_type", status=422, detail="Berkas ini bukan foto. Kirim JPEG, PNG, WebP, atau HEIC."
        )
    return Attachment(kind="image", content=content, media_type=found, keep_hints=keep_hints)
