"""What the stand-in holds: complaints, their logs and follow-ups, files.

Everything is in memory. A journal, if there is one, has a line for each thing that happened, and is read at the start.
"""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
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
    """Everything."""

    def __init__(self, timetable: Timetable, clock: Callable[[], datetime], journal: Path | None = None) -> None:
        """Begin with what the journal tells; each complaint's status moves by the timetable."""
        self._timetable = timetable
        self._clock = clock
        self._last_number = 0
        self._complaint_numbers = count(_FIRST_NUMBER)
        self.complaints: dict[int, Complaint] = {}
        self.files: set[int] = set()
        self.calls: Counter[str] = Counter()
        self._journal: Path | None = None
        if journal is not None and journal.exists():
            for line in journal.read_text(encoding="utf-8").splitlines():
                self._happened(**json.loads(line))
        self._journal = journal

    def add(self, sent: NewComplaint, at: datetime | None = None) -> Complaint:
        """Hold a new complaint."""
        complaint = Complaint(id=next(self._complaint_numbers), sent=sent, created_at=at or self._clock())
        self._write("complaint", complaint.created_at, sent=sent.model_dump(exclude_unset=True))
        self.complaints[complaint.id] = complaint
        self._log(complaint, "", FIRST_STATUS, complaint.created_at)
        return complaint

    def add_file(self) -> int:
        """Hold a file; its contents are nobody's business."""
        self._write("file", self._clock())
        number = self._next_number()
        self.files.add(number)
        return number

    def find(self, number: int) -> Complaint | None:
        """Return a complaint as it stands at this moment."""
        complaint = self.complaints.get(number)
        if complaint is not None:
            self._catch_up(complaint, self._clock())
        return complaint

    def move(self, complaint: Complaint, status: str, at: datetime | None = None) -> None:
        """Give a complaint another status."""
        moved_at = at or self._clock()
        self._write("status", moved_at, number=complaint.id, status=status)
        self._move(complaint, status, moved_at)

    def follow_up(self, complaint: Complaint, *, at: datetime | None = None, **values: Any) -> int:
        """Add a follow-up; return its number."""
        added_at = at or self._clock()
        self._write("followup", added_at, number=complaint.id, values=values)
        number = self._next_number()
        complaint.followups.append({"id": number, "created_at": followup_time(added_at), **values})
        return number

    def all(self) -> list[Complaint]:
        """Return every complaint as it stands at this moment."""
        return [found for number in self.complaints if (found := self.find(number)) is not None]

    def per_ticket(self) -> dict[str, int]:
        """Return how many complaints there are of each ticket: more than one is what must never be."""
        return dict(Counter(complaint.ticket or "(none)" for complaint in self.complaints.values()))

    def _catch_up(self, complaint: Complaint, now: datetime) -> None:
        for after_s, status in self._timetable[complaint.steps_taken :]:
            at = complaint.created_at + timedelta(seconds=after_s)
            if at > now:
                return
            complaint.steps_taken += 1
            self._move(complaint, status, at)

    def _move(self, complaint: Complaint, status: str, at: datetime) -> None:
        before, complaint.status = complaint.status, status
        self._log(complaint, before, status, at)

    def _write(self, what: str, at: datetime, **values: Any) -> None:
        if self._journal is not None:
            line = {"what": what, "at": at.isoformat(), "after": self._last_number, **values}
            with self._journal.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def _happened(self, *, what: str, at: str, after: int, number: int = 0, **values: Any) -> None:
        """Do again what a line of the journal tells, with the numbers that it had."""
        time = datetime.fromisoformat(at)
        complaint = self.complaints.get(number)
        if complaint is not None:
            self._catch_up(complaint, time)
        self._last_number = after
        if complaint is None and what == "file":
            self.add_file()
        elif complaint is None:
            self.add(NewComplaint.model_validate(values["sent"]), time)
        elif what == "status":
            self.move(complaint, values["status"], time)
        else:
            self.follow_up(complaint, at=time, **values["values"])

    def _next_number(self) -> int:
        self._last_number += 1
        return self._last_number

    def _log(self, complaint: Complaint, before: str, status: str, at: datetime) -> None:
        complaint.logs.append(
            {
                "id": self._next_number(),
                "date": log_time(at),
                "content": "Status berubah dari {{status_old}} menjadi {{status_new}}",
                "institution_from_id": complaint.sent.disposition_id,
                "institution_to": None,
                "status_old": before,
                "status_new": status,
                "data": json.dumps({"status_old": before, "status_new": status}),
            }
        )
