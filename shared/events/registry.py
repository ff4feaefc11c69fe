"""Every published event by its type."""

from shared.events.base import Event
from shared.events.casework import (
    ComplaintAnswered,
    ComplaintAssigned,
    ComplaintDeadlinesChanged,
    ComplaintEscalated,
    ComplaintFollowedUp,
    ComplaintInformationRequested,
    ComplaintJoined,
    ComplaintMarked,
    ComplaintNoted,
    ComplaintSeparated,
    ComplaintStatusChanged,
    ComplaintTransferRequested,
    ComplaintUnsealed,
    ComplaintVerified,
)
from shared.events.complaint import (
    AttachmentSettled,
    ComplaintAmended,
    ComplaintAppended,
    ComplaintFoundSimilar,
    ComplaintRated,
    ComplaintReceived,
    ComplaintResumed,
    ComplaintRouted,
    ComplaintWithdrawn,
)
from shared.events.conversation import CitizenPrompted
from shared.events.lapor import (
    ComplaintMirrored,
    ComplaintMirrorFollowedUp,
    ComplaintMirrorStatusChanged,
)
from shared.events.regions import (
    ComplaintSharedWithRegion,
    ComplaintWithdrawnFromRegion,
)
from shared.events.replies import (
    ReplyDeliveryReported,
    ReplyFailed,
    ReplySent,
    ReplyUnknown,
    ReplyWaiting,
)

EVENTS: dict[str, type[Event]] = {
    model.model_fields["type"].default: model
    for model in (
        ComplaintReceived,
        ComplaintAppended,
        ComplaintAmended,
        ComplaintWithdrawn,
        ComplaintResumed,
        AttachmentSettled,
        ComplaintRouted,
        ComplaintFoundSimilar,
        ComplaintAssigned,
        ComplaintJoined,
        ComplaintSeparated,
        ComplaintTransferRequested,
        ComplaintStatusChanged,
        ComplaintInformationRequested,
        ComplaintFollowedUp,
        ComplaintMarked,
        ComplaintUnsealed,
        ComplaintNoted,
        ComplaintDeadlinesChanged,
        ComplaintEscalated,
        ComplaintAnswered,
        ComplaintRated,
        ComplaintVerified,
        ComplaintMirrored,
        ComplaintMirrorStatusChanged,
        ComplaintMirrorFollowedUp,
        ReplySent,
        ReplyFailed,
        ReplyUnknown,
        ReplyWaiting,
        ReplyDeliveryReported,
        ComplaintSharedWithRegion,
        ComplaintWithdrawnFromRegion,
        CitizenPrompted,
    )
}
