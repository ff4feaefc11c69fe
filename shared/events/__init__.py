"""The contracts: every event that NTB Care publishes, as frozen pydantic models.

`complaint.py` holds the events of a complaint's way, `cloudevents.py` how they travel in Kafka, `topics.py` where.
Beside them: `examples/` (one per event), `schemas/` (generated, committed) and `released/` (what consumers rely on).
"""

from shared.events.cloudevents import Envelope, MalformedEventError, decode, encode_headers
from shared.events.complaint import (
    EVENTS,
    STATE_WORDS,
    Actor,
    AgencyRef,
    AttachmentRef,
    CandidateAgency,
    CaseState,
    ComplaintAnswered,
    ComplaintAssigned,
    ComplaintEvent,
    ComplaintReceived,
    ComplaintRouted,
    ComplaintStatusChanged,
    Coordinates,
    DetectedPlace,
    GivenPlace,
    Place,
)
from shared.events.topics import COMPLAINTS, TOPICS, Topic

__all__ = [
    "COMPLAINTS",
    "EVENTS",
    "STATE_WORDS",
    "TOPICS",
    "Actor",
    "AgencyRef",
    "AttachmentRef",
    "CandidateAgency",
    "CaseState",
    "ComplaintAnswered",
    "ComplaintAssigned",
    "ComplaintEvent",
    "ComplaintReceived",
    "ComplaintRouted",
    "ComplaintStatusChanged",
    "Coordinates",
    "DetectedPlace",
    "Envelope",
    "GivenPlace",
    "MalformedEventError",
    "Place",
    "Topic",
    "decode",
    "encode_headers",
]
