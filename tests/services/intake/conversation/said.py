"""Messages and situations for the tables of the conversation's rules."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.intake.conversation import Decision, Latest, Said, Situation, decide
from shared.channels import Attachment, GivenPlace, InboundMessage, Sender

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
COMPLAINT = UUID("0190b5a0-0000-7000-8000-000000000001")
TICKET = "NTB-79E7-3T8DN"


def message(text: str = "", *, surface: Any = "direct_message", **values: Any) -> InboundMessage:
    kinds = values.pop("attachments", ())
    return InboundMessage(
        provider_message_id="m1",
        account="page",
        surface=surface,
        sender=Sender(id="7", kind="psid"),
        text=text,
        attachments=tuple(Attachment(kind=kind) for kind in kinds),
        **values,
    )


def latest(*, ago: timedelta = timedelta(minutes=5), **values: Any) -> Latest:
    known: dict[str, Any] = {
        "complaint_id": COMPLAINT,
        "ticket": TICKET,
        "finished": False,
        "last_message_at": NOW - ago,
    }
    if values.get("asked") and "asked_at" not in values:
        known["asked_at"] = NOW - ago
    return Latest(**(known | values))


def judge(text: str = "", situation: Situation | None = None, **values: Any) -> Decision:
    return decide(Said(message=message(text, **values), at=NOW), situation or Situation())


def place(**values: Any) -> GivenPlace:
    return GivenPlace(**values)
