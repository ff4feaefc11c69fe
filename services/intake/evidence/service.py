"""What an officer adds to show a follow-up. Each method runs inside one transaction of the edge."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from services.intake.evidence import repository
from services.intake.media import repository as media
from services.intake.media.check import media_type_of
from services.intake.media.prepare import Prepared, Refusal, prepare
from services.intake.repository import complaint_by_ticket, regency_of_case
from services.intake.sight import sees
from services.intake.tickets import canonical, unknown_ticket
from shared.channels import AttachmentKind, MediaPolicy
from shared.contents import AttachmentStore
from shared.core.errors import ForbiddenError, ProblemError
from shared.core.ids import new_id
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork
from shared.events import AttachmentRef
from shared.security import Principal, Role

_UNUSED = timedelta(days=1)
LARGEST = MediaPolicy(hosts=(), keep=_UNUSED).largest
"""Bytes, as of everything that citizens send along."""
_UPLOADING = frozenset({Role.LIAISON, Role.COORDINATOR, Role.INSPECTORATE})
_PDF = "application/pdf"
_WORDS = {
    "empty": "Berkas ini kosong",
    "too_large": f"Berkas ini terlalu besar; paling besar {LARGEST // 1024 // 1024} MB",
    "lies_about_type": "Isi berkas ini tidak sesuai dengan Content-Type; sebutkan jenis yang sebenarnya",
}


class UnfitEvidenceError(ProblemError):
    """A content that is not kept."""

    status = 422


async def make_ready(content: bytes, claimed: str | None) -> Prepared:
    """Check a content by its bytes and take out what is hidden in it, outside of any transaction.

    `claimed` is the Content-Type. Raises `UnfitEvidenceError` for all but pictures and PDF.
    """
    ready = await prepare(content, kind=_kind(media_type_of(content)), claimed=claimed, largest=LARGEST)
    if isinstance(ready, Refusal):
        raise UnfitEvidenceError(
            f"evidence_{ready.reason}",
            _WORDS.get(ready.reason, "Bukti berupa foto (JPEG, PNG, WebP, HEIC, GIF) atau PDF"),
        )
    return ready


class Evidence:
    """Takes evidence in."""

    def __init__(self, store: AttachmentStore, *, clock: Clock = utc_now) -> None:
        """Take the store of attachments' contents."""
        self._store = store
        self._clock = clock

    async def permit(self, tx: UnitOfWork, principal: Principal, ticket: str) -> Row[Any]:
        """Return the complaint, or raise 403 (role) or 404 (no such ticket, or not one of theirs)."""
        if principal.role not in _UPLOADING:
            raise ForbiddenError(
                "role_adds_no_evidence", "Bukti tindak lanjut ditambahkan oleh yang menangani pengaduan"
            )
        row = await complaint_by_ticket(tx, canonical(ticket))
        if row is None or not await _may_add(tx, principal, row):
            raise unknown_ticket()
        return row

    async def add(self, tx: UnitOfWork, principal: Principal, ticket: str, ready: Prepared) -> AttachmentRef:
        """Keep a content for the complaint; unless a follow-up refers to it, it is forgotten after a day.

        Raises as `permit`, and `StoreUnavailableError`.
        """
        about = await self.permit(tx, principal, ticket)
        added = AttachmentRef(
            id=new_id(), kind=_kind(ready.media_type), media_type=ready.media_type, sha256=ready.sha256, size=ready.size
        )
        await media.hold(tx, [ready.sha256])
        await self._store.keep({ready.sha256: ready.content})
        keep_until = self._clock() + _UNUSED
        await repository.add(tx, added, about, uploaded_by=principal.account_id, keep_until=keep_until)
        return added


def _kind(media_type: str | None) -> AttachmentKind:
    return "file" if media_type == _PDF else "image"


async def _may_add(tx: UnitOfWork, principal: Principal, row: Row[Any]) -> bool:
    """Tell whether it is theirs: of what they see, a liaison officer works their own agencies' alone."""
    if principal.role is Role.LIAISON and row.agency_key not in principal.agencies:
        return False
    regency = await regency_of_case(tx, row.id) if principal.regions else None
    return sees(principal, agency_key=row.agency_key, regency=regency, sealed=row.sealed)
