"""Every published event by its type."""

from shared.events.base import Event
from shared.events.complaint import (
    AttachmentSettled,
    ComplaintAmended,
    ComplaintAnswered,
    ComplaintAppended,
    ComplaintAssigned,
    ComplaintFoundSimilar,
    ComplaintJoined,
    ComplaintMirrored,
    ComplaintMirrorStatusChanged,
    ComplaintRated,
    ComplaintReceived,
    ComplaintResumed,
    ComplaintRouted,
    ComplaintSharedWithRegion,
    ComplaintStatusChanged,
    ComplaintVerified,
    ComplaintWithdrawn,
    ComplaintWithdrawnFromRegion,
    ReplyDeliveryReported,
    ReplyFailed,
    ReplySent,
)
from shared.events.conversation import CitizenPrompted

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
        ComplaintStatusChanged,
        ComplaintAnswered,
        ComplaintRated,
        ComplaintVerified,
        ComplaintMirrored,
        ComplaintMirrorStatusChanged,
        ReplySent,
        ReplyFailed,
        ReplyDeliveryReported,
        ComplaintSharedWithRegion,
        ComplaintWithdrawnFromRegion,
        CitizenPrompted,
    )
}
