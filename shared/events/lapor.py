"""What becomes of a complaint at SP4N-LAPOR!."""

from typing import Literal

from pydantic import Field

from shared.events.base import UtcTime
from shared.events.complaint import ComplaintEvent
from shared.events.values import Actor


class ComplaintMirrored(ComplaintEvent):
    """SP4N-LAPOR! holds the complaint, under a number of its own."""

    source = "/services/lapor"

    type: Literal["complaint.mirrored.v1"] = "complaint.mirrored.v1"
    lapor_id: str
    actor: Actor = Field(description="The mirror itself, or an officer who typed the number in.")
    mirrored_at: UtcTime


class ComplaintMirrorStatusChanged(ComplaintEvent):
    """SP4N-LAPOR! shows another status than when we looked before."""

    source = "/services/lapor"

    type: Literal["complaint.mirror_status_changed.v1"] = "complaint.mirror_status_changed.v1"
    lapor_id: str
    status: str = Field(description="In LAPOR!'s own words, for example Dalam Proses.")
    state: str | None = Field(description="The state of ours that it means; None where we do not know the status.")
    seen_at: UtcTime
