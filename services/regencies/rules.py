"""Which regions may know of a complaint, and what: decided here and nowhere else. Pure.

A region knows of it when it happened there or is its agency's to solve (UU 23/2014: the authority of both); the
province coordinates and knows of all. Nobody before it is verified, and never of what only the Inspectorate may see.
"""

from datetime import datetime

from services.regencies.complaint import Complaint
from shared.directory import Directory
from shared.directory.regions import PROVINCE_CODE, regency_of
from shared.events import ComplaintSharedWithRegion, ComplaintWithdrawnFromRegion, RegionEvent, SharedAttachment


def tell(complaint: Complaint, directory: Directory, now: datetime) -> tuple[Complaint, tuple[RegionEvent, ...]]:
    """Return the complaint with what the regions hold from now on, and the events that make it so.

    Those that lose it first; the others only where it is new to them, or what they may know of it has changed.
    """
    shared = snapshot(complaint)
    regions = () if shared is None else concerned(complaint, directory)
    events: list[RegionEvent] = [
        ComplaintWithdrawnFromRegion(
            complaint_id=complaint.complaint_id,
            ticket=complaint.ticket,
            region=region,
            reason="sealed" if complaint.sealed else "elsewhere",
            withdrawn_at=now,
        )
        for region in complaint.regions
        if region not in regions
    ]
    if shared is not None:
        new = regions if shared != complaint.shared else [one for one in regions if one not in complaint.regions]
        events += [shared.model_copy(update={"region": region}) for region in new]
    return complaint.model_copy(update={"regions": regions, "shared": shared}), tuple(events)


def concerned(complaint: Complaint, directory: Directory) -> tuple[str, ...]:
    """Return the regions that a complaint concerns, the province first: it is there, or it is their agency's."""
    found = {regency_of(complaint.located_in.region_code)} if complaint.located_in else set()
    if complaint.agency is not None and complaint.assigned_at is not None:
        agency = directory.agency_known(complaint.agency.key, on=complaint.assigned_at.date())
        found.add(regency_of(agency.region_code) if agency else None)
    return (PROVINCE_CODE, *sorted(region for region in found if region is not None))


def snapshot(complaint: Complaint) -> ComplaintSharedWithRegion | None:
    """Return all that may be known of a complaint, as the province gets it; None while nothing may."""
    if complaint.sealed or complaint.verified_at is None:
        return None
    return ComplaintSharedWithRegion(
        complaint_id=complaint.complaint_id,
        ticket=complaint.ticket,
        region=PROVINCE_CODE,
        located_in=complaint.located_in,
        coordinates=complaint.coordinates,
        affair=complaint.affair,
        level=complaint.level,
        kind=complaint.kind,
        urgency=complaint.urgency,
        agency=complaint.agency,
        state=complaint.state,
        received_at=complaint.received_at,
        verified_at=complaint.verified_at,
        assigned_at=complaint.assigned_at,
        state_changed_at=complaint.state_changed_at,
        due_dates=complaint.due_dates,
        lapor_id=complaint.lapor_id,
        text=None if complaint.secret else complaint.text,
        mask_version=complaint.mask_version,
        attachments=tuple(
            SharedAttachment(kind=one.kind, media_type=one.media_type, sha256=one.sha256)
            for one in complaint.attachments
        ),
        anonymous=complaint.anonymous,
        secret=complaint.secret,
    )
