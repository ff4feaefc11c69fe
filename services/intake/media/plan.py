"""What is to be done about an attachment, at the moment its message is accepted; nothing is fetched here."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from services.intake.media.check import MOST_PER_MESSAGE
from shared.channels import Attachment, MediaPolicy

State: TypeAlias = Literal["wanted", "fetching", "stored", "refused", "failed", "expired", "none"]
"""`none`: there is nothing to keep. `refused`: we did not want it. `failed`: we could not have it."""

_NEVER_FETCHED = frozenset({"sticker", "location"})


@dataclass(frozen=True, slots=True)
class Plan:
    """The first state of an attachment, and why there will be no content."""

    state: State
    problem: str | None = None


def plan(given: Attachment, position: int, policy: MediaPolicy | None) -> Plan:
    """Say what becomes of an attachment; `position` from 0 in its message, `policy` of its channel.

    For `wanted` the caller writes `due_at`; contents that came along are prepared (`prepare.py`) and kept, or refused.
    """
    if given.content is None and given.url is None:
        return Plan("none" if given.problem is None else "failed", given.problem)
    if position >= MOST_PER_MESSAGE:
        return Plan("refused", "too_many")
    if given.content is not None:
        return Plan("stored")
    if given.kind in _NEVER_FETCHED:
        return Plan("none")
    if policy is None or not policy.allows(given.url or ""):
        return Plan("refused", "foreign_address")
    return Plan("wanted")
