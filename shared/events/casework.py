"""What officers, machines and clocks do with a complaint: casework's events."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.events.base import UtcTime, Value
from shared.events.complaint import ComplaintEvent
from shared.events.values import Actor, AgencyRef, AttachmentRef, Place, Share
from shared.events.words import ACTION_WORDS, KIND_WORDS, REASON_WORDS, STATE_WORDS, URGENCY_WORDS, Level


class ComplaintAssigned(ComplaintEvent):
    """Casework gave the complaint to an agency (disposisi)."""

    source = "/services/casework"

    type: Literal["complaint.assigned.v1"] = "complaint.assigned.v1"
    agency: AgencyRef
    affair: str | None
    level: Level
    place: Place
    confidence: Share | None = Field(description="Routing's; None where a person assigned it.")
    reasons: tuple[str, ...] = Field(min_length=1)
    actor: Actor
    sealed: bool
    assigned_at: UtcTime
    kind: str | None = Field(None, description=f"One of {', '.join(KIND_WORDS)}; kinds may be added.")
    urgency: str | None = Field(None, description=f"One of {', '.join(URGENCY_WORDS)}.")


class ComplaintJoined(ComplaintEvent):
    """An officer said that the complaint is about the same matter as others: what is answered to one, all are told."""

    source = "/services/casework"

    type: Literal["complaint.joined.v1"] = "complaint.joined.v1"
    matter_id: UUID = Field(description="The same for all complaints of the matter.")
    with_tickets: tuple[str, ...] = Field(description="The other complaints of the matter, oldest first.")
    actor: Actor
    joined_at: UtcTime


class ComplaintSeparated(ComplaintEvent):
    """An officer said that the complaint is about something else than the matter that it was joined with."""

    source = "/services/casework"

    type: Literal["complaint.separated.v1"] = "complaint.separated.v1"
    matter_id: UUID
    actor: Actor
    reason: str | None = None
    separated_at: UtcTime


class ComplaintTransferRequested(ComplaintEvent):
    """The agency says that it is not competent (bukan wewenang), and whose it is; the coordinator decides."""

    source = "/services/casework"

    type: Literal["complaint.transfer_requested.v1"] = "complaint.transfer_requested.v1"
    agency: AgencyRef = Field(description="Who has it, and says that it is not theirs.")
    proposed: AgencyRef | None = Field(description="Whose it is, as they say; None where they do not know.")
    reason: str
    actor: Actor
    requested_at: UtcTime


class ComplaintInformationRequested(ComplaintEvent):
    """An officer asks the citizen for something (tunda): the clocks stand still until they answer."""

    source = "/services/casework"

    type: Literal["complaint.information_requested.v1"] = "complaint.information_requested.v1"
    agency: AgencyRef | None = Field(description="Who asks; None while it is nobody's yet.")
    question: str
    actor: Actor
    requested_at: UtcTime
    answer_by: UtcTime | None = Field(None, description="After this it counts as withdrawn; None: no such limit.")


class ComplaintFollowedUp(ComplaintEvent):
    """The agency did something about it (tindak lanjut); its words are for the citizen too.

    What was written at SP4N-LAPOR! has the actor `channel`, `lapor`: to whoever writes there it is an echo.
    """

    source = "/services/casework"

    type: Literal["complaint.followed_up.v1"] = "complaint.followed_up.v1"
    follow_up_id: UUID
    agency: AgencyRef = Field(
        description="Who did it; where that is no known agency of ours, who has the complaint, or the province's desk."
    )
    action: str = Field(description=f"One of {', '.join(ACTION_WORDS)}; actions may be added.")
    text: str = Field(description="Empty where only files stand at SP4N-LAPOR!.")
    evidence: tuple[AttachmentRef, ...] = ()
    actor: Actor
    followed_up_at: UtcTime
    institution: str | None = Field(
        None, description="Who wrote it at SP4N-LAPOR!, by the name there, where no agency of ours is known to be it."
    )

    @property
    def by(self) -> str:
        """Return who did it, by the name that people read."""
        return self.institution or self.agency.name


class ComplaintMarked(ComplaintEvent):
    """An officer changed who may see it, the reporter hidden (anonim) or the whole report (rahasia), or its emergency.

    Never less strict than its citizen wanted it (Perpres 76/2013).
    """

    source = "/services/casework"

    type: Literal["complaint.marked.v1"] = "complaint.marked.v1"
    anonymous: bool
    secret: bool
    reason: str
    actor: Actor
    marked_at: UtcTime
    emergency: bool | None = Field(None, description="Whether life or limb is in danger; None: as it was.")


class ComplaintUnsealed(ComplaintEvent):
    """The Inspectorate opened what a rule had sealed; whose it is now, the `complaint.assigned.v1` after it says.

    Only this event opens: `sealed: false` in any other does not. Later words may seal it again.
    """

    source = "/services/casework"

    type: Literal["complaint.unsealed.v1"] = "complaint.unsealed.v1"
    reason: str
    actor: Actor
    unsealed_at: UtcTime


class ComplaintNoted(ComplaintEvent):
    """An officer wrote something down for colleagues; the words stay in casework."""

    source = "/services/casework"

    type: Literal["complaint.noted.v1"] = "complaint.noted.v1"
    note_id: UUID
    actor: Actor
    noted_at: UtcTime


class Deadline(Value):
    """How one clock of a complaint stands."""

    clock: str = Field(
        description="verify, follow_up, resolve, respond, transfer, close or complete; clocks may be added."
    )
    due_at: UtcTime | None = Field(description="None while the clock stands still.")
    outcome: str = Field(
        description="running, stopped, kept, missed, cancelled, or unknown where no limit or calendar is known; what "
        "is running and was due in the past is missed."
    )


class ComplaintDeadlinesChanged(ComplaintEvent):
    """The clocks of a complaint changed: begun, stopped, gone on, settled, or computed again for another calendar.

    It first comes when the complaint goes anywhere: assigned, asked about, ended.
    """

    source = "/services/casework"

    type: Literal["complaint.deadlines_changed.v1"] = "complaint.deadlines_changed.v1"
    deadlines: tuple[Deadline, ...] = Field(description="Every clock that it has or had.")
    because: str = Field(description="moved, calendar or limits.")
    changed_at: UtcTime


class ComplaintEscalated(ComplaintEvent):
    """A step of the ladder was reached: somebody is told that a deadline is near, or was missed."""

    source = "/services/casework"

    type: Literal["complaint.escalated.v1"] = "complaint.escalated.v1"
    clock: str
    step: str = Field(description="The step's name in the ladder, for example reminder or agency_head.")
    audience: str = Field(description="liaison, leader, coordinator or inspectorate.")
    due_at: UtcTime
    escalated_at: UtcTime


class ComplaintStatusChanged(ComplaintEvent):
    """The complaint moved from one state to another."""

    source = "/services/casework"

    type: Literal["complaint.status_changed.v1"] = "complaint.status_changed.v1"
    previous: str
    state: str = Field(description=f"One of {', '.join(STATE_WORDS)}; states will be added.")
    actor: Actor
    reason: str | None = None
    reason_code: str | None = Field(
        None, description=f"Why it ended without an answer: one of {', '.join(REASON_WORDS)}; or `reopened`."
    )
    version: int = Field(ge=1, description="The case's version after this change.")
    changed_at: UtcTime


class ComplaintAnswered(ComplaintEvent):
    """The agency answered the citizen (tindak lanjut)."""

    source = "/services/casework"

    type: Literal["complaint.answered.v1"] = "complaint.answered.v1"
    agency: AgencyRef | None = Field(description="None where it is not known which agency wrote it.")
    text: str
    actor: Actor
    answered_at: UtcTime
    warnings: tuple[str, ...] = Field(
        (), description="What the house finds wanting in the answer: only_forwarded, no_action, no_date, repeated, …"
    )


class ComplaintVerified(ComplaintEvent):
    """The complaint was found to be one (verifikasi): from now on it may leave for LAPOR! and the regions.

    A dated fact and no state: assigning waits for nothing (SP4N gives three working days for it, PermenPANRB 5/2025).
    """

    source = "/services/casework"

    type: Literal["complaint.verified.v1"] = "complaint.verified.v1"
    actor: Actor = Field(description="The officer, or the named policy of the house (kind machine).")
    version: int = Field(ge=1, description="The case's version after this change.")
    verified_at: UtcTime
