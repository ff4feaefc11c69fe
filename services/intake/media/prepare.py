"""From a content as it came to a content that may be kept, beside the event loop."""

import asyncio
import ctypes
import hashlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from services.intake.media.boxes import clean_recording
from services.intake.media.check import ContentRefusedError, check
from shared.channels import AttachmentKind

_threads = ThreadPoolExecutor(1, thread_name_prefix="media")
"""One photo at a time: an ordinary one of 12 million pixels takes 0.4 s and 100 MB for a moment."""
_IN_BOXES = frozenset({"video/mp4", "video/quicktime", "video/3gpp", "audio/mp4"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A content that is kept: nothing hidden in it, its type as its bytes show it."""

    content: bytes = field(repr=False)
    media_type: str
    sha256: str
    size: int
    hints: Mapping[str, Any] | None = field(default=None, repr=False)
    """`latitude`, `longitude`, `taken_at`; only with the citizen's consent."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A content that is not kept, and why (a stable snake_case name). Its message is."""

    reason: str


async def prepare(
    content: bytes, *, kind: AttachmentKind, claimed: str | None, largest: int, keep_hints: bool = False
) -> Prepared | Refusal:
    """Check a content and take out what is hidden in it; other requests go on meanwhile.

    `largest` in bytes (`MediaPolicy.largest`). Never raises for what a sender made.
    """
    work = partial(prepare_now, content, kind=kind, claimed=claimed, largest=largest, keep_hints=keep_hints)
    return await asyncio.get_running_loop().run_in_executor(_threads, work)


def prepare_now(
    content: bytes, *, kind: AttachmentKind, claimed: str | None, largest: int, keep_hints: bool = False
) -> Prepared | Refusal:
    """Do the same in this thread."""
    try:
        media_type = check(content, kind=kind, claimed=claimed, largest=largest)
        cleaned, hints = _clean(content, media_type)
    except ContentRefusedError as error:
        return Refusal(error.reason)
    return Prepared(
        content=cleaned,
        media_type=media_type,
        sha256=hashlib.sha256(cleaned).hexdigest(),
        size=len(cleaned),
        hints=hints if keep_hints and hints else None,
    )


def _clean(content: bytes, media_type: str) -> tuple[bytes, Mapping[str, Any]]:
    if media_type in _IN_BOXES:
        return clean_recording(content), {}
    if not media_type.startswith("image/"):
        return content, {}
    from services.intake.media.photo import clean_photo  # noqa: PLC0415 - Pillow, only where a photo comes

    try:
        photo = clean_photo(content, media_type)
    finally:
        _give_back_memory()
    return photo.content, photo.hints


def _give_back_memory() -> None:
    """Have glibc return what a decoded photo took: it keeps some 50 MB otherwise, for as long as the process lives."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
