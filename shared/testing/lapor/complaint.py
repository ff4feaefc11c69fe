"""One complaint as LAPOR! holds it, and all of them with an index by ticket."""

from collections import Counter, UserDict, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.testing.lapor.payloads import TICKET, Incoming, NewComplaint

FIRST_STATUS = "Belum Terverifikasi"
NO_TICKET = "(none)"
_CODES = {FIRST_STATUS: 1, "Terverifikasi": 2, "Dalam Proses": 3, "Selesai": 4, "Diarsipkan": 5, "Ditolak": 6}
_OTHER_CODE = 99


@dataclass(slots=True, kw_only=True)
class Complaint:
    """One complaint: told by an integrator, or filed by a citizen at LAPOR! itself."""

    id: int
    sent: NewComplaint | Incoming
    created_at: datetime
    disposition_id: int
    status: str = FIRST_STATUS
    logs: list[dict[str, Any]] = field(default_factory=list)
    followups: list[dict[str, Any]] = field(default_factory=list)
    per_content: Counter[str] = field(default_factory=Counter)
    """How many follow-ups of an integrator there are with exactly these words: more than one must never be."""
    passed_on: int = 0
    steps_taken: int = 0
    ticket: str | None = field(init=False)
    """The sender's own number, from the head of the content."""

    def __post_init__(self) -> None:
        """Read the ticket. A citizen's own complaint has none, whatever it begins with."""
        found = None if self.incoming else TICKET.match(self.sent.content)
        self.ticket = found[1] if found else None

    @property
    def incoming(self) -> bool:
        """Whether a citizen filed it at LAPOR! itself."""
        return isinstance(self.sent, Incoming)

    @property
    def status_code(self) -> int:
        """A number for the status; LAPOR!'s own are unknown."""
        return _CODES.get(self.status, _OTHER_CODE)


class Complaints(UserDict[int, Complaint]):
    """All complaints by number, the oldest first, and by the ticket under which an integrator told them."""

    def __init__(self) -> None:
        """Begin with none."""
        self._by_ticket: defaultdict[str, dict[int, None]] = defaultdict(dict)
        super().__init__()

    def __setitem__(self, number: int, complaint: Complaint) -> None:
        """Hold one more."""
        super().__setitem__(number, complaint)
        if not complaint.incoming:
            self._by_ticket[complaint.ticket or NO_TICKET][number] = None

    def __delitem__(self, number: int) -> None:
        """Hold it no longer."""
        ticket = self.data[number].ticket or NO_TICKET
        super().__delitem__(number)
        self._by_ticket[ticket].pop(number, None)
        if not self._by_ticket[ticket]:
            del self._by_ticket[ticket]

    def of(self, ticket: str) -> list[int]:
        """Return the numbers under which a ticket is held."""
        return list(self._by_ticket.get(ticket, ()))

    def per_ticket(self) -> dict[str, int]:
        """Return how many there are of each ticket."""
        return {ticket: len(numbers) for ticket, numbers in self._by_ticket.items()}

    def twice(self) -> list[str]:
        """Return the tickets that are held more than once."""
        return [ticket for ticket, times in self.per_ticket().items() if times > 1 and ticket != NO_TICKET]
