"""What the stand-in holds: complaints, their logs and follow-ups, files."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from shared.testing.lapor.payloads import TICKET, NewComplaint
from shared.testing.lapor.timetable import Timetable, followup_time, log_time

FIRST_STATUS = "Belum Terverifikasi"
_CODES = {FIRST_STATUS: 1, "Terverifikasi": 2, "Dalam Proses": 3, "Selesai": 4, "Diarsipkan": 5, "Ditolak": 6}
_OTHER_CODE = 99
_FIRST_NUMBER = 9165801


@dataclass(slots=True, kw_only=True)
class Complaint:
    """One complaint as LAPOR! holds it."""

    id: int
    sent: NewComplaint
    created_at: datetime
    status: str = FIRST_STATUS
    logs: list[dict[str, Any]] = field(default_factory=list)
    followups: list[dict[str, Any]] = field(default_factory=list)
    steps_taken: int = 0

    @property
    def ticket(self) -> str | None:
        """The sender's own number, from the head of the content."""
        found = TICKET.match(self.sent.content)
        return found[1] if found else None

    @property
    def status_code(self) -> int:
        """A number for the status; LAPOR!'s own are unknown."""
        return _CODES.get(self.status, _OTHER_CODE)


class Held:
    """Everything, in memory: a stand-in that is stopped has forgotten."""

    def __init__(self, timetable: Timetable, clock: Callable[[], datetime]) -> None:
        """Begin empty; each complaint's status moves by the timetable."""
        self._timetable = timetable
        self._clock = clock
        self._numbers = count(1)
        self._complaint_numbers = count(_FIRST_NUMBER)
        self.complaints: dict[int, Complaint] = {}
        self.files: set[int] = set()
        self.calls: Counter[str] = Counter()

    def add(self, sent: NewComplaint) -> Complaint:
        """Hold a new complaint."""
        complaint = Complaint(id=next(self._complaint_numbers), sent=sent, created_at=self._clock())
        self.complaints[complaint.id] = complaint
        self._log(complaint, "", FIRST_STATUS, complaint.created_at)
        return complaint

    def add_file(self) -> int:
        """Hold a file; its contents are nobody's business."""
        number = next(self._numbers)
        self.files.add(number)
        return number

    def find(self, number: int) -> Complaint | None:
        """Return a complaint as it stands at this moment."""
        complaint = self.complaints.get(number)
        if complaint is not None:
            self._catch_up(complaint)
        return complaint

    def move(self, complaint: Complaint, status: str, at: datetime | None = None) -> None:
        """Give a complaint another status."""
        before, complaint.status = complaint.status, status
        self._log(complaint, before, status, at or self._clock())

    def follow_up(self, complaint: Complaint, **values: Any) -> int:
        """Add a follow-up; return its number."""
        number = next(self._numbers)
        complaint.followups.append({"id": number, "created_at": followup_time(self._clock()), **values})
        return number

    def all(self) -> list[Complaint]:
        """Return every complaint as it stands at this moment."""
        return [found for number in self.complaints if (found := self.find(number)) is not None]

    def per_ticket(self) -> dict[str, int]:
        """Return how many complaints there are of each ticket: more than one is what must never be."""
        return dict(Counter(complaint.ticket or "(none)" for complaint in self.complaints.values()))

    def _catch_up(self, complaint: Complaint) -> None:
        for after_s, status in self._timetable[complaint.steps_taken :]:
            at = complaint.created_at + timedelta(seconds=after_s)
            if at > self._clock():
                return
            complaint.steps_taken += 1
            self.move(complaint, status, at)

    def _log(self, complaint: Complaint, before: str, status: str, at: datetime) -> None:
        complaint.logs.append(
            {
                "id": next(self._numbers),
                "date": log_time(at),
                "content": "Status berubah dari {{status_old}} menjadi {{status_new}}",
                "institution_from_id": complaint.sent.disposition_id,
                "institution_to": None,
                "status_old": before,
                "status_new": status,
                "data": json.dumps({"status_old": before, "status_new": status}),
            }
        )
