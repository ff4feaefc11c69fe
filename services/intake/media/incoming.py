"""What a message brings along, made ready before its transaction: planned, and where the content came too, prepared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

import structlog

from services.intake.media.plan import Plan, plan
from services.intake.media.prepare import Prepared, Refusal, prepare
from shared.channels import Attachment, MediaPolicy
from shared.core.errors import whereabouts
from shared.events import Coordinates

log = structlog.get_logger()

Along: TypeAlias = tuple[Attachment, ...]
"""What came with one message."""

_NO_POLICY = MediaPolicy(hosts=(), keep=timedelta(days=180))
"""Of a channel that has none: nothing is fetched, and what comes along stays as long as on most others."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """An attachment about to be accepted; `content` is what is kept of one that came along, and `keep` how long."""

    given: Attachment
    plan: Plan
    content: Prepared | None = None
    keep: timedelta | None = None


async def make_ready(given: Sequence[Attachment], policy: MediaPolicy | None) -> list[Incoming]:
    """Return what becomes of a message's attachments, in their order; outside of any transaction.

    The contents go to the store in the transaction of their rows (`AttachmentStore.keep`, under `repository.hold`).
    """
    return [await _make_ready(one, position, policy or _NO_POLICY) for position, one in enumerate(given)]


async def _make_ready(given: Attachment, position: int, policy: MediaPolicy) -> Incoming:
    planned = plan(given, position, policy)
    if planned.state != "stored" or given.content is None:
        return Incoming(given, planned)
    try:
        result = await prepare(
            given.content,
            kind=given.kind,
            claimed=given.media_type,
            largest=policy.largest,
            keep_hints=given.keep_hints,
        )
    except Exception as error:  # noqa: BLE001 - a mistake of ours in one content must not stop its message
        log.error("attachment.preparing_failed", **whereabouts(error))  # noqa: TRY400 - a trace may quote
        return Incoming(given, Plan("failed", "preparing_failed"))
    if isinstance(result, Refusal):
        return Incoming(given, Plan("refused", result.reason))
    return Incoming(given, planned, result, policy.keep)


def taken_at(hints: object) -> Coordinates | None:
    """Return where a photo says that it was taken, by what was kept of it; None where it does not say."""
    if not isinstance(hints, Mapping) or not {"latitude", "longitude"} <= hints.keys():
        return None
    return Coordinates(latitude=hints["latitude"], longitude=hints["longitude"])
