"""Replies' use cases for the sending loop: take one reply in hand, then keep what came of it.

Between the two, outside of any transaction, the channel hands it to the provider. A reply whose sender vanished in
between is `unknown`: it may have gone out.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.fernet import InvalidToken
from sqlalchemy import Row

from services.replies import repository, rules
from services.replies.detours import UNREADABLE, Detours, directly, read_address, untried, written
from services.replies.moves import Moved, move
from services.replies.prompts import ASKED_FOR
from services.replies.queue import Queue
from services.replies.rules import Kind, Policy
from shared.channels import Outbound, Remedy, ReturnAddress, Sender, SendError, Sent
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork
from shared.security.vault import VaultKeys

ASKED = "asked"
"""The purpose for which the vault finds even who said STOP: the answer to a command."""
_DEVICE = "device"
CLAIM = timedelta(minutes=2)
"""How long a sender may hold a reply; it stops waiting for the provider long before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A reply in hand. `until` names this attempt: whoever speaks for another one is not heard."""

    reply_id: UUID
    channel: str
    until: datetime
    outbound: Outbound
    device: str | None = field(default=None, repr=False)
    """The device behind a push token."""


@dataclass(frozen=True, slots=True)
class Objection:
    """The channel says that this may not be sent at all; `reason` is a stable snake_case name."""

    reason: str


Result = Sent | SendError | Objection
_LEAST = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is not settled yet, by channel and state, and our accounts that rest (channel, account)."""

    replies: Mapping[tuple[str, str], int]
    paused: Collection[tuple[str, str]]


class Dispatch:
    """Lets replies out one by one, under the storm rules, and keeps what came of each."""

    def __init__(
        self,
        *,
        channels: Collection[str],
        vault: VaultKeys,
        policy: Policy,
        queue: Queue,
        jitter: Callable[[], float],
        clock: Clock = utc_now,
    ) -> None:
        """Take the channels that are sent on, the vault's keys, the numbers, and a source of jitter (0 to 1).

        `queue` says anew what was in hand when its complaint was hidden.
        """
        self._channels = channels
        self._vault = vault
        self._detours = Detours(channels, vault)
        self._policy = policy
        self._queue = queue
        self._jitter = jitter
        self._clock = clock

    async def claim(self, tx: UnitOfWork) -> Claim | Moved | None:
        """Take the next reply in hand, or settle it at once where it must not go; None when nothing is due.

        The account's row is locked meanwhile: no two workers pass the same limit, and of a paused account only one
        reply tries again.
        """
        now = self._clock()
        row = await repository.lock_due(tx, now, self._channels)
        if row is None:
            return None
        if row.expires_at <= now:
            reason = "window_closed" if row.reason == rules.WAITING else "too_late"
            return await move(tx, row, "withheld", reason=reason, now=now)
        morning = rules.held_until(
            now, self._policy.quiet, template=row.template, channel=row.channel, urgent=row.urgent
        )
        if morning is not None:  # it was to go before the night, and could not
            return await move(tx, row, "queued", reason=rules.QUIET, now=now, due_at=morning)
        if not await self._enter_account(tx, row, now):
            return None
        return await self._say_less(tx, row) or await self._admit(tx, row, now)

    async def record(self, tx: UnitOfWork, claim: Claim, result: Result) -> Moved | None:
        """Keep what came of an attempt; None when it was settled meanwhile, by a report or by an operator."""
        now = self._clock()
        row = await repository.lock_reply(tx, claim.reply_id)
        if row is None:
            return None
        if isinstance(result, SendError) and result.address_gone and claim.device is not None:
            await repository.forget_push_token(tx, self._names(claim.device))
        if isinstance(result, Sent):
            return await self._keep_success(tx, row, result, now)
        if row.claimed_until != claim.until or row.state not in {"sending", "unknown"}:
            return None
        if isinstance(result, Objection):
            return await self._keep_objection(tx, row, result.reason, now)
        return await self._keep_failure(tx, row, result, now)

    async def expire(self, tx: UnitOfWork) -> Moved | None:
        """Call one reply unknown whose sender never said what came of it; None when there is none."""
        now = self._clock()
        row = await repository.lock_overdue(tx, now, ahead=2 * CLAIM)
        return None if row is None else await move(tx, row, "unknown", reason="sender_vanished", now=now)

    async def bring_back(self, tx: UnitOfWork) -> int:
        """Let a clock that ran ahead hold nothing up; return how many replies and accounts that were."""
        return await repository.bring_back(tx, self._clock(), longest=rules.LONGEST_WAIT, pause=self._policy.pause)

    async def standing(self, tx: UnitOfWork) -> Standing:
        """Count what is not settled yet, and name the accounts that rest."""
        paused = [(row.channel, row.account) for row in await repository.paused_accounts(tx)]
        return Standing(replies=await repository.open_replies(tx), paused=paused)

    async def _enter_account(self, tx: UnitOfWork, row: Row[Any], now: datetime) -> bool:
        account = await repository.lock_account(tx, row.channel, row.account)
        if account.paused_until is None:
            return True
        if account.paused_until > now:  # since we chose the reply
            return False
        await self._pause(tx, row, now, account.paused_reason)  # this one tries; the others go on waiting
        return True

    async def _admit(self, tx: UnitOfWork, row: Row[Any], now: datetime) -> Claim | Moved:
        """Ask the storm rules, look up the address, and take it in hand."""
        if row.template == "assigned" and not await repository.was_receipted(tx, row.complaint_id):
            return await move(tx, row, "withheld", reason="no_receipt", now=now)
        kind = rules.kind_of(row.template, urgent=row.urgent) if row.admitted_at is None else None
        recent = await repository.recent(tx, row, now, kind, None) if kind else rules.Recent()
        refused = rules.storm(self._policy.limits, recent, kind) if kind else None
        if refused is not None:
            return await self._refuse(tx, row, refused, kind, now)
        sealed = await repository.look_up(tx, _recipient(row), ASKED if row.template in ASKED_FOR else "reply")
        if sealed is None:
            return await self._unanswerable(tx, row, now)
        try:
            address = read_address(self._vault, sealed)
        except UNREADABLE:
            return await self._later(tx, row, SendError("address_unreadable", Remedy.RETRY), row.attempts + 1, now)
        thread = self._public_thread(row, address)
        if kind and thread is not None:
            recent = replace(recent, thread_hour=(await repository.recent(tx, row, now, kind, thread)).thread_hour)
            refused = rules.storm(self._policy.limits, recent, kind)
        if refused is not None:
            return await move(tx, row, "withheld", reason=refused, now=now)
        return await self._take(tx, row, await directly(tx, row, address), thread, now)

    async def _refuse(self, tx: UnitOfWork, row: Row[Any], refused: str, kind: Kind | None, now: datetime) -> Moved:
        """Withhold what would be part of a storm; a notice waits while its account has told too many others."""
        if kind == "notice" and refused == rules.ACCOUNT_BUDGET:
            return await move(tx, row, "queued", reason=refused, now=now, due_at=now + rules.LATER_BUDGET)
        return await move(tx, row, "withheld", reason=refused, now=now)

    async def _say_less(self, tx: UnitOfWork, row: Row[Any]) -> Moved | None:
        """Have said anew what says too much, or goes a way round: it was in hand when its complaint was hidden."""
        complaint = None if row.complaint_id is None else await repository.complaint_of(tx, row.complaint_id)
        if complaint is None or row.place == "private" or (row.place is None and row.confidential):
            return None
        if not rules.is_private(sealed=complaint.sealed, secret=complaint.secret, anonymous=complaint.anonymous):
            return None
        why = "sealed_meanwhile" if complaint.sealed else "marked_meanwhile"
        return await self._queue.remake(tx, row, complaint, why, row.cause)

    async def _unanswerable(self, tx: UnitOfWork, row: Row[Any], now: datetime) -> Moved:
        """Settle what the vault has no address for: its citizen said STOP, or there never was one."""
        if await repository.look_up(tx, _recipient(row), ASKED) is not None:
            return await move(tx, row, "withheld", reason="citizen_stopped", now=now)
        return await move(tx, row, "failed", reason="no_address", now=now)

    async def _take(
        self, tx: UnitOfWork, row: Row[Any], address: ReturnAddress, thread: bytes | None, now: datetime
    ) -> Claim:
        until = now + CLAIM
        values = {"attempts": row.attempts + 1, "claimed_until": until, "thread_digest": thread}
        await repository.change(tx, row.id, state="sending", admitted_at=row.admitted_at or now, **values)
        woken = await self._woken(tx, address)
        outbound = Outbound(
            reply_id=row.id,
            complaint_id=row.complaint_id or row.conversation_id,
            address=woken,
            text=row.text,
            confidential=row.confidential,
            by_officer=row.by_officer,
            written_to_us_at=await written(tx, row),
            private_reply_spent=address.surface == "comment"
            and row.confidential
            and await repository.spoke_privately(tx, row),
            urgent=row.urgent,
        )
        device = address.recipient if woken is not address else None
        return Claim(reply_id=row.id, channel=row.channel, until=until, outbound=outbound, device=device)

    async def _woken(self, tx: UnitOfWork, address: ReturnAddress) -> ReturnAddress:
        """Return where a device is woken, if its citizen wants that; any other address as it is."""
        if address.recipient_kind != _DEVICE:
            return address
        sealed = await repository.push_token(tx, self._names(address.recipient))
        if sealed is None:
            return address
        try:
            token = str(self._vault.open(sealed))
        except (InvalidTag, InvalidToken, ValueError):
            return address
        return replace(address, recipient=token, recipient_kind="push_token")

    def _names(self, device: str) -> list[bytes]:
        """Hash a device's name under each key, as intake does."""
        return self._vault.digests("", Sender(id=device, kind=_DEVICE))

    async def _keep_success(self, tx: UnitOfWork, row: Row[Any], sent: Sent, now: datetime) -> Moved | None:
        """Whatever was thought of it meanwhile: the provider has it."""
        await repository.resume_account(tx, row.channel, row.account)
        if rules.after_report(row.state, "accepted", delivered=False) is None:
            await repository.change(tx, row.id, provider_message_id=row.provider_message_id or sent.provider_message_id)
            return None
        return await move(tx, row, "sent", reason=None, now=now, provider_message_id=sent.provider_message_id)

    async def _keep_failure(self, tx: UnitOfWork, row: Row[Any], error: SendError, now: datetime) -> Moved:
        match error.remedy:
            case Remedy.RETRY:
                return await self._later(tx, row, error, row.attempts, now)
            case Remedy.GIVE_UP:
                await repository.resume_account(tx, row.channel, row.account)
                if _is_awaited(row) and (error.reason in rules.WINDOW_CLOSED or row.detour is not None):
                    return await self._detours.go_round(tx, row, error.reason, now)
                return await move(tx, row, "failed", reason=error.reason, now=now)
            case Remedy.THROTTLE:
                due_at = now + max(error.retry_after or _LEAST, _LEAST)
                return await move(tx, row, "queued", reason=error.reason, now=now, **untried(row), due_at=due_at)
            case Remedy.PAUSE:
                await self._pause(tx, row, now, error.reason)
                return await move(tx, row, "queued", reason=error.reason, now=now, **untried(row), due_at=now)
            case Remedy.UNKNOWN:
                return await move(tx, row, "unknown", reason=error.reason, now=now)

    async def _keep_objection(self, tx: UnitOfWork, row: Row[Any], reason: str, now: datetime) -> Moved:
        """Withhold what the channel would not send; what its citizen must learn goes another way, or waits."""
        if _is_awaited(row) and (reason in rules.WINDOW_CLOSED or row.detour is not None):
            return await self._detours.go_round(tx, row, reason, now)
        return await move(tx, row, "withheld", reason=reason, now=now, admitted_at=None)

    async def _later(self, tx: UnitOfWork, row: Row[Any], error: SendError, attempts: int, now: datetime) -> Moved:
        """Queue it for a later attempt, after so many; too many and it is given up."""
        if attempts >= self._policy.attempts:
            return await move(tx, row, "failed", reason=error.reason, now=now, attempts=attempts)
        due_at = now + rules.wait(attempts, self._jitter(), error.retry_after)
        return await move(
            tx, row, "queued", reason=error.reason, now=now, attempts=attempts, claimed_until=None, due_at=due_at
        )

    async def _pause(self, tx: UnitOfWork, row: Row[Any], now: datetime, reason: str | None) -> None:
        await repository.pause_account(tx, row.channel, row.account, until=now + self._policy.pause, reason=reason)

    def _public_thread(self, row: Row[Any], address: ReturnAddress) -> bytes | None:
        """Return the keyed digest of the post below which everybody will see the reply; None where nobody will."""
        post = address.post or address.thread
        if row.confidential or address.surface != "comment" or post is None:
            return None
        return self._vault.digests(row.channel, Sender(id=f"{row.account} {post}", kind="thread"))[0]


def _recipient(row: Row[Any]) -> UUID:
    where: UUID = row.detour or row.recipient
    return where


def _is_awaited(row: Row[Any]) -> bool:
    return row.complaint_id is not None and row.template in rules.AWAITED
