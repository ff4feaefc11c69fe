"""What becomes of a complaint at SP4N-LAPOR!."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.events.base import UtcTime
from shared.events.complaint import ComplaintEvent
from shared.events.values import Actor, AgencyRef

LAPOR = "lapor"
"""SP4N-LAPOR! as the channel by which something came, and as the id of an actor of the kind `channel`."""


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
    since: UtcTime | None = Field(None, description="By LAPOR!'s own log, where it says so.")


class ComplaintMirrorFollowedUp(ComplaintEvent):
    """An institution wrote a follow-up (tindak lanjut) at SP4N-LAPOR!. An echo of what we wrote there is none."""

    source = "/services/lapor"

    type: Literal["complaint.mirror_followed_up.v1"] = "complaint.mirror_followed_up.v1"
    lapor_id: str
    follow_up_id: UUID = Field(description="Ours; the same whenever the same follow-up is read again.")
    institution: str = Field(description="Who wrote it, by the name that it has at LAPOR!; empty where it says none.")
    agency: AgencyRef | None = Field(description="Which agency of ours that is; None where no mapping names it.")
    text: str = Field(description="At most 10,000 characters.")
    files: int = Field(0, ge=0, description="How many files stand with it at LAPOR!.")
    written_at: UtcTime
