"""LAPOR!'s addresses that change nothing."""

from collections.abc import Callable
from typing import Any, TypeAlias

from fastapi import Request

from shared.testing.lapor.answers import WrongError, as_object, envelope, number_in, page_of
from shared.testing.lapor.complaint import Complaint
from shared.testing.lapor.held import Held
from shared.testing.lapor.masters import TEMPLATES, Kind
from shared.testing.lapor.payloads import Incoming, NewComplaint
from shared.testing.lapor.timetable import followup_time

Show: TypeAlias = Callable[[Request], dict[str, Any]]

_FOLLOWUP = (
    "id",
    "created_at",
    "template_code",
    "template_content",
    "content",
    "institution_from_name",
    "institution_to_name",
)


class Reading:
    """What is shown of what is held, in whichever shape is switched on."""

    def __init__(self, held: Held) -> None:
        """Take what is held."""
        self._held = held

    def addresses(self) -> tuple[tuple[str, Show], ...]:
        """Return each address and what answers there."""
        return (
            ("/masters/institutions/external", self._master("institutions")),
            ("/masters/templates", self.templates),
            ("/masters/categories", self._master("categories", switched=True)),
            ("/masters/locations", self._master("locations", switched=True)),
            ("/complaints/list", self.everything),
            ("/complaints/{number}/complaint", self.complaint),
            ("/complaints/{number}/followups", self.followups),
        )

    def templates(self, request: Request) -> dict[str, Any]:
        """List the templates of log lines and follow-ups."""
        return envelope(page_of(request, list(TEMPLATES.values())))

    def complaint(self, request: Request) -> dict[str, Any]:
        """Show where a complaint stands."""
        complaint = self.find(request.path_params["number"])
        logs = self._logs(complaint)
        data = {
            **self._standing(complaint),
            "status_logs": [{"note": log["status_new"], "timestamp": log["date"]} for log in logs],
        }
        return envelope({"data": data, "data_logs": as_object(logs) if self._held.quirks.object_logs else logs})

    def followups(self, request: Request) -> dict[str, Any]:
        """List a complaint's follow-ups, page by page."""
        complaint = self.find(request.path_params["number"])
        return envelope(page_of(request, complaint.followups, self._followup))

    def everything(self, request: Request) -> dict[str, Any]:
        """List what this integrator told and what is assigned to its institutions, the newest first."""
        if not self._held.quirks.list:
            raise WrongError(404, "Not Found")
        newest = [one for one in reversed(self._held.complaints.data.values()) if self._is_for_us(one)]
        return envelope(page_of(request, newest, self._entry))

    def find(self, given: str) -> Complaint:
        """Return the complaint that a caller names, as it stands now."""
        number = number_in(given)
        complaint = None if number is None else self._held.find(number)
        if complaint is None:
            raise WrongError(404, "Pengaduan tidak ditemukan")
        return complaint

    def number(self, number: int) -> int | str:
        """Write an id as it is switched."""
        return str(number) if self._held.quirks.text_ids else number

    def _master(self, kind: Kind, *, switched: bool = False) -> Show:
        def show(request: Request) -> dict[str, Any]:
            if switched and not self._held.quirks.more_masters:
                raise WrongError(404, "Not Found")
            entries = sorted(self._held.masters.entries(kind).items())
            return envelope(page_of(request, entries, lambda one: {"id": self.number(one[0]), "name": one[1].name}))

        return show

    def _is_for_us(self, complaint: Complaint) -> bool:
        return not complaint.incoming or self._held.masters.is_ours(complaint.disposition_id)

    def _standing(self, complaint: Complaint) -> dict[str, Any]:
        return {
            "status_code": self.number(complaint.status_code),
            "status_name": complaint.status,
            "disposition_id": self.number(complaint.disposition_id),
            "disposition_name": self._held.masters.name("institutions", complaint.disposition_id),
        }

    def _entry(self, listed: Complaint) -> dict[str, Any]:
        complaint = self._held.find(listed.id) or listed
        sent = complaint.sent
        return {
            "id": self.number(complaint.id),
            "title": sent.title,
            "content": sent.content,
            "created_at": followup_time(complaint.created_at),
            **self._standing(complaint),
            "is_anonymous": sent.is_anonymous,
            "is_secret": sent.is_secret,
            **self._where_and_who(sent),
        }

    def _where_and_who(self, sent: NewComplaint | Incoming) -> dict[str, Any]:
        if isinstance(sent, NewComplaint):
            return {"location_name": self._held.masters.name("locations", sent.location_id)}
        reporter = None if sent.is_anonymous else sent.reporter
        return {"location_name": sent.location_name} | ({"reporter": reporter.model_dump()} if reporter else {})

    def _logs(self, complaint: Complaint) -> list[dict[str, Any]]:
        logs = complaint.logs
        return [*logs[1::2], *reversed(logs[::2])] if self._held.quirks.unordered_logs else list(logs)

    def _followup(self, one: dict[str, Any]) -> dict[str, Any]:
        return {name: one[name] for name in _FOLLOWUP} | {"attachments": self._attachments(one["attachments"])}

    def _attachments(self, given: list[dict[str, Any]]) -> Any:
        if not self._held.quirks.object_attachments:
            return given
        docs = [one for one in given if self._held.file(one["id"]).is_document]
        return as_object([one for one in given if one not in docs], docs=docs)
