"""A complaint as the stand-in's own addresses and pages show it: all that is known of it."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from shared.testing.lapor.complaint import Complaint
from shared.testing.lapor.held import Held
from shared.testing.lapor.payloads import NewComplaint
from shared.testing.lapor.timetable import log_time


def shown(held: Held, complaint: Complaint) -> dict[str, Any]:
    """Return it as JSON."""
    sent = complaint.sent
    return {
        "id": complaint.id,
        "ticket": complaint.ticket,
        "incoming": complaint.incoming,
        "status": complaint.status,
        "disposition_id": complaint.disposition_id,
        "disposition_name": held.masters.name("institutions", complaint.disposition_id),
        "created_at": log_time(complaint.created_at),
        "sent": sent.model_dump(exclude_unset=True),
        "files": files(held, sent.files if isinstance(sent, NewComplaint) else ()),
        "logs": complaint.logs,
        "followups": [
            {**one, "files": files(held, (file["id"] for file in one["attachments"]))} for one in complaint.followups
        ],
        "per_content": dict(complaint.per_content),
        "passed_on": complaint.passed_on,
    }


def files(held: Held, numbers: Iterable[int]) -> list[dict[str, Any]]:
    """Return what is known of these files."""
    return [{"id": number, **asdict(held.file(number))} for number in numbers]
