"""What the stand-in holds: complaints, their logs and follow-ups, files, masters, switches.

Everything is in memory. A journal, if there is one, has a line for each thing that happened, and is read at the start.
Whatever changes goes through `_tell`: the line first, then the deed; a line that is read does the same deed again.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from shared.testing.lapor.complaint import FIRST_STATUS, Complaint, Complaints
from shared.testing.lapor.files import File
from shared.testing.lapor.journal import Journal, JournalError
from shared.testing.lapor.masters import TEMPLATES, Entry, Kind, Masters
from shared.testing.lapor.payloads import Incoming, NewComplaint
from shared.testing.lapor.quirks import Quirks
from shared.testing.lapor.timetable import Timetable, followup_time, log_time
from shared.testing.lapor.ways import Way

_FIRST_NUMBER = 9165801
_LOGS_APART = 10_000
_STATUS_LOG = "Status berubah dari {{status_old}} menjadi {{status_new}}"


class Held:
    """Everything."""

    def __init__(
        self,
        timetable: Timetable,
        clock: Callable[[], datetime],
        journal: Path | None = None,
        *,
        quirks: Quirks | None = None,
        masters: Masters | None = None,
    ) -> None:
        """Begin with what the journal tells; each complaint's status moves by the timetable."""
        self._timetable = timetable
        self._clock = clock
        self._last_number = 0
        self._complaint_numbers = count(_FIRST_NUMBER)
        self.quirks = quirks or Quirks()
        self.masters = masters or Masters()
        self.complaints = Complaints()
        self.files: dict[int, File] = {}
        self.calls: Counter[str] = Counter()
        self.dealt: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._deeds: dict[str, Callable[..., Any]] = {
            "complaint": self._add,
            "incoming": self._add_incoming,
            "file": self._add_file,
            "status": self._give_status,
            "followup": self._follow_up,
            "passed_on": self._pass_on,
            "master": self._set_master,
            "quirks": self._change_quirks,
            "dealt": self._deal,
        }
        self._journal: Journal | None = None
        if journal is not None:
            opened = Journal(journal)
            for line in opened.lines():
                self._happened(**line)
            self._journal = opened

    def close(self) -> None:
        """Close the journal."""
        if self._journal is not None:
            self._journal.close()

    def add(self, sent: NewComplaint | Incoming, at: datetime | None = None) -> Complaint:
        """Hold a new complaint."""
        what = "incoming" if isinstance(sent, Incoming) else "complaint"
        added: Complaint = self._tell(what, at, sent=sent.model_dump(exclude_unset=True))
        return added

    def add_file(self, file: File | None = None) -> int:
        """Hold a file; of its content only what tells it from others."""
        number: int = self._tell("file", **(asdict(file) if file else {}))
        return number

    def file(self, number: int) -> File:
        """Return what is known of a file; nothing of one that a test made up."""
        return self.files.get(number, File())

    def find(self, number: int) -> Complaint | None:
        """Return a complaint as it stands at this moment."""
        complaint = self.complaints.get(number)
        if complaint is not None:
            self._catch_up(complaint, self._clock())
        return complaint

    def move(self, complaint: Complaint, status: str, at: datetime | None = None) -> None:
        """Give a complaint another status."""
        self._tell("status", at, number=complaint.id, status=status)

    def follow_up(
        self,
        complaint: Complaint,
        *,
        at: datetime | None = None,
        files: Sequence[File] = (),
        status: str | None = None,
        **values: Any,
    ) -> int:
        """Add a follow-up with its files, and perhaps another status in the same breath; return its number."""
        kept = [asdict(file) for file in files]
        number: int = self._tell("followup", at, number=complaint.id, values=values, files=kept, status=status)
        return number

    def pass_on(self, complaint: Complaint, institution: int, reason: str) -> None:
        """Give a complaint to another institution."""
        ids = (complaint.disposition_id, institution)
        names = [self.masters.name("institutions", number) for number in ids]
        self._tell("passed_on", number=complaint.id, institution=institution, names=names, reason=reason)

    def set_master(self, kind: Kind, number: int, entry: Entry | None) -> None:
        """Add an entry to a list, give it another name, or remove it."""
        self._tell("master", kind=kind, id=number, entry=None if entry is None else list(entry))

    def change_quirks(self, changes: dict[str, Any]) -> None:
        """Turn switches; raises `ValidationError` and turns none."""
        Quirks.model_validate(self.quirks.model_dump() | changes)
        if changes:
            self._tell("quirks", changes=changes)

    def deal(self, call: str, way: Way, switch: str | None = None) -> None:
        """Count a call that went wrong, by chance or by a switch."""
        self._tell("dealt", call=call, way=way, switch=switch)

    def all(self) -> list[Complaint]:
        """Return every complaint as it stands at this moment."""
        return [found for number in self.complaints if (found := self.find(number)) is not None]

    def per_ticket(self) -> dict[str, int]:
        """Return how many complaints there are of each ticket: more than one is what must never be."""
        return self.complaints.per_ticket()

    def _tell(self, what: str, at: datetime | None = None, **values: Any) -> Any:
        told_at = at or self._clock()
        if self._journal is not None:
            self._journal.write({"what": what, "at": told_at.isoformat(), "after": self._last_number, **values})
        return self._deeds[what](told_at, **values)

    def _happened(self, *, what: str, at: str, after: int, **values: Any) -> None:
        """Do again what a line of the journal tells, with the numbers that it had."""
        if what not in self._deeds:
            raise JournalError(f"The journal tells of a {what}, which this stand-in does not know")
        self._last_number = after
        self._deeds[what](datetime.fromisoformat(at), **values)

    def _add(self, at: datetime, *, sent: dict[str, Any]) -> Complaint:
        told = NewComplaint.model_validate(sent)
        return self._hold(at, told, told.disposition_id)

    def _add_incoming(self, at: datetime, *, sent: dict[str, Any]) -> Complaint:
        filed = Incoming.model_validate(sent)
        return self._hold(at, filed, filed.institution_id)

    def _hold(self, at: datetime, sent: NewComplaint | Incoming, institution: int) -> Complaint:
        number = next(self._complaint_numbers)
        complaint = Complaint(id=number, sent=sent, created_at=at, disposition_id=institution)
        self.complaints[number] = complaint
        self._log(complaint, "", FIRST_STATUS, at)
        return complaint

    def _add_file(self, _at: datetime, **values: Any) -> int:
        self._last_number += 1
        self.files[self._last_number] = File(**values)
        return self._last_number

    def _give_status(self, at: datetime, *, number: int, status: str) -> None:
        complaint = self.complaints[number]
        self._catch_up(complaint, at)
        self._move(complaint, status, at)

    def _follow_up(
        self,
        at: datetime,
        *,
        number: int,
        values: dict[str, Any],
        files: Sequence[dict[str, Any]] = (),
        status: str | None = None,
    ) -> int:
        complaint = self.complaints[number]
        self._catch_up(complaint, at)
        attachments = [{"id": self._add_file(at, **file)} for file in files]
        self._last_number += 1
        when = {"id": self._last_number, "created_at": followup_time(at)}
        complaint.followups.append({**when, "attachments": attachments, **values})
        if values.get("by") == "integrator":
            complaint.per_content[values["content"]] += 1
        if status is not None:
            self._move(complaint, status, at)
        return self._last_number

    def _pass_on(self, at: datetime, *, number: int, institution: int, names: list[str], reason: str) -> None:
        complaint = self.complaints[number]
        self._catch_up(complaint, at)
        words = {"institution_from": names[0], "institution_to": names[1], "reason": reason}
        content = TEMPLATES["disposition"]["content"]
        self._log(complaint, complaint.status, complaint.status, at, content, words)
        complaint.disposition_id = institution
        complaint.passed_on += 1

    def _set_master(self, _at: datetime, *, kind: Kind, id: int, entry: list[Any] | None) -> None:  # noqa: A002 - a line's name
        if entry is None:
            self.masters.remove(kind, id)
        else:
            self.masters.set(kind, id, Entry(*entry))

    def _change_quirks(self, _at: datetime, *, changes: dict[str, Any]) -> None:
        self.quirks.change(changes)

    def _deal(self, _at: datetime, *, call: str, way: str, switch: str | None) -> None:
        self.dealt[call][way] += 1
        if switch is not None:
            self.quirks.take(switch)

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

    def _log(
        self,
        complaint: Complaint,
        before: str,
        status: str,
        at: datetime,
        content: str = _STATUS_LOG,
        words: dict[str, str] | None = None,
    ) -> None:
        """Write a line; its number tells nothing of when somebody looked, so that a restart gives the same again."""
        complaint.logs.append(
            {
                "id": complaint.id * _LOGS_APART + len(complaint.logs),
                "date": log_time(at),
                "content": content,
                "institution_from_id": complaint.disposition_id,
                "institution_to": words["institution_to"] if words else None,
                "status_old": before,
                "status_new": status,
                "data": json.dumps({"status_old": before, "status_new": status, **(words or {})}, ensure_ascii=False),
            }
        )
