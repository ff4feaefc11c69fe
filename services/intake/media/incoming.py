"""What a message brings along, made ready before its transaction: planned, and where the content came too, prepared."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.intake.media.plan import Plan, plan
from services.intake.media.prepare import Prepared, Refusal, prepare
from shared.channels import Attachment, MediaPolicy

_LARGEST = 25 * 1024 * 1024
"""Bytes, on a channel without a policy: the doors themselves take no more."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """An attachment about to be accepted; `content` is what is kept of one that came along."""

    given: Attachment
    plan: Plan
    content: Prepared | None = None


async def make_ready(given: Sequence[Attachment], policy: MediaPolicy | None) -> list[Incoming]:
    """Return what becomes of a message's attachments, in their order; outside of any transaction.

    The contents go to the store in the transaction of their rows (`AttachmentStore.keep`, under `repository.hold`).
    """
    return [await _make_ready(one, position, policy) for position, one in enumerate(given)]


async def _make_ready(given: Attachment, position: int, policy: MediaPolicy | None) -> Incoming:
    planned = plan(given, position, policy)
    if planned.state != "stored" or given.content is None:
        return Incoming(given, planned)
    largest = policy.largest if policy else _LARGEST
    result = await prepare(
        given.content, kind=given.kind, claimed=given.media_type, largest=largest, keep_hints=given.keep_hints
    )
    if isinstance(result, Refusal):
        return Incoming(given, Plan("refused", result.reason))
    return Incoming(given, planned, result)
