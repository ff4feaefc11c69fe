"""Rows as an officer may see them: an operator without a word of them."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.lapor import rules
from services.lapor.desk.access import sees_words
from services.lapor.desk.naming import Form
from services.lapor.desk.schemas import (
    AgencyOut,
    AttachmentOut,
    MirrorOut,
    NamedOut,
    StepOut,
    ToldOut,
)
from shared.security import Principal

_FOUND = re.compile(r"\[[A-Z]+(?:_[0-9]+)?\]")


def found_in(text: str | None) -> list[str]:
    """Return what masking put in the place of something, each once."""
    return sorted(set(_FOUND.findall(text or "")))


def mirror_out(row: Row[Any], reader: Principal) -> MirrorOut:
    """Show how a complaint stands."""
    return MirrorOut(**standing(row, reader))


def standing(row: Row[Any], reader: Principal) -> dict[str, Any]:
    """Return the fields of how a complaint stands."""
    return {
        "ticket": row.ticket,
        "state": row.state,
        "reason": row.reason,
        "number": row.lapor_id,
        "status": row.status,
        "status_since": row.status_since,
        "institution": NamedOut(id=row.institution_id, name=row.institution or None),
        "incoming": row.incoming,
        "verified_at": row.verified_at,
        "released_at": row.released_at,
        "reviewed_at": row.reviewed_at,
        "posted_at": row.posted_at,
        "mirrored_at": row.mirrored_at,
        "looked_at": row.looked_at,
        "next_at": row.due_at,
        "attempts": row.attempts,
        "taken_at": row.taken_at if row.taken_by else None,
        "taken_by_you": row.taken_by == reader.account_id,
    }


def told_out(row: Row[Any], form: Form, reader: Principal) -> ToldOut:
    """Show what is typed, or was told."""
    report = form.report
    words = row.text is not None and sees_words(reader)
    return ToldOut(
        title=report.title if words else None,
        content=report.content if words else None,
        classification_id=form.classification_id,
        institution=NamedOut.model_validate(form.institution),
        agency=AgencyOut(key=form.agency_key, name=form.agency) if form.agency_key else None,
        topic=NamedOut.model_validate(form.topic),
        affair=form.affair,
        location=NamedOut.model_validate(form.location),
        region=form.region,
        happened_on=report.happened_on,
        anonymous=report.anonymous,
        secret=report.secret,
    )


def words_out(row: Row[Any], reader: Principal) -> dict[str, Any]:
    """Return the fields of a complaint's words."""
    if row.text is None or not sees_words(reader):
        return {"text": None, "found": [], "digest": None}
    return {"text": row.text, "found": found_in(row.text), "digest": rules.digest(row.text)}


def attachments_out(files: Sequence[Mapping[str, Any]] | None) -> list[AttachmentOut]:
    """Show what came along, without its content."""
    return [
        AttachmentOut(
            id=UUID(one["id"]),
            kind=one["kind"],
            media_type=one.get("media_type"),
            size=one.get("size"),
            fits=rules.is_fitting(one),
            link=f"/v1/attachments/{one['id']}/link",
        )
        for one in files or ()
    ]


def step_out(row: Row[Any], reader: Principal, institution: NamedOut | None = None) -> StepOut:
    """Show one step."""
    payload = row.payload or {}
    words = payload.get("content", payload.get("words")) if sees_words(reader) else None
    target = payload.get("institution_id")
    files = [payload] if row.kind == "upload" and payload else payload.get("files")
    return StepOut(
        id=row.id,
        kind=row.kind,
        part=row.part,
        state=row.state,
        reason=row.reason,
        reference=row.reference,
        attempts=row.attempts,
        due_at=row.due_at,
        made_at=row.made_at,
        settled_at=row.settled_at,
        words=words,
        institution=institution or (NamedOut(id=target, name=None) if target else None),
        attachments=attachments_out(files),
    )


def since_of(row: Row[Any]) -> datetime | None:
    """Return since when something waits."""
    since: datetime | None = row.since
    return since
