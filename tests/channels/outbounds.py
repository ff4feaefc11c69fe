"""Replies to send: what a test does not name is an ordinary one."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.channels.sending import Outbound, ReturnAddress

NOW = datetime(2026, 9, 29, 3, 0, tzinfo=UTC)
REPLY = UUID("0190a000-0000-7000-8000-0000000000a1")
COMPLAINT = UUID("0190a000-0000-7000-8000-0000000000c1")
TICKET = "NTB-79E7-3T8DN"
TEXT = f"Terima kasih, laporan Anda kami terima dengan tiket {TICKET}."


def outbound(channel: str, **told: Any) -> Outbound:
    """Return a reply to a direct message (or `surface="comment"`), or to a text message."""
    address = {
        "facebook": {"account": "1001", "recipient": "7001", "recipient_kind": "psid", "message_id": "m_1"},
        "instagram": {"account": "2001", "recipient": "7001", "recipient_kind": "igsid", "message_id": "mid-1"},
        "sms": {"account": "1708", "recipient": "+6281234567890", "recipient_kind": "msisdn", "message_id": "u-1"},
    }[channel]
    surface = "sms" if channel == "sms" else "direct_message"
    given = {name: told.pop(name) for name in list(told) if name in ReturnAddress.__slots__}
    fields: dict[str, Any] = {
        "reply_id": REPLY,
        "complaint_id": COMPLAINT,
        "text": TEXT,
        "confidential": False,
        "by_officer": False,
        "written_to_us_at": NOW,
    }
    where = ReturnAddress(**{"channel": channel, "surface": surface, **address, **given})
    return Outbound(address=where, **{**fields, **told})
