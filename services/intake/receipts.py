"""What each message of a request gets back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from services.intake.access_code import access_code
from services.intake.drafts import Delivery, Key
from services.intake.judging import Judged
from services.intake.repository import KnownMessage
from shared.channels import Disposition, Receipt


def receipts(
    deliveries: Sequence[Delivery],
    known: Mapping[Key, KnownMessage],
    judged: Sequence[Judged],
    parts: set[Key],
    *,
    access_code_key: str,
) -> list[list[Receipt]]:
    """Return for each request a receipt per message, in their order. `parts`: the pieces that are new."""
    new = {one.draft.key: one for one in judged}
    told: set[Key] = set()

    def receipt(
        key: Key, disposition: Disposition, complaint_id: UUID | None, ticket: str | None, at: datetime, *, again: bool
    ) -> Receipt:
        return Receipt(
            provider_message_id=key[1],
            disposition=disposition,
            complaint_id=complaint_id,
            ticket=ticket,
            access_code=None if complaint_id is None else access_code(access_code_key, complaint_id),
            received_at=at,
            duplicate=again,
        )

    def of_message(key: Key, at: datetime, *, is_part: bool) -> Receipt:
        if is_part:
            return receipt(key, "held", None, None, at, again=key in told or key not in parts)
        if key in new:
            one = new[key]
            return receipt(key, one.decision.disposition, one.complaint_id, one.ticket, at, again=key in told)
        was = known[key]
        return receipt(key, was.disposition, was.complaint_id, was.ticket, was.received_at, again=True)

    of_requests: list[list[Receipt]] = []
    for delivery in deliveries:
        of_requests.append([])
        for key, message in zip(delivery.keys, delivery.translation.messages, strict=True):
            of_requests[-1].append(of_message(key, delivery.request.received_at, is_part=message.part is not None))
            told.add(key)
    return of_requests
