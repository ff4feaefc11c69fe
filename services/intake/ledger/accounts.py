"""Whether each of our accounts can hear citizens: what its provider says, and whether it is unusually quiet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from services.intake.ledger import repository
from services.intake.ledger.silence import DAYS, Silence, silence
from shared.channels import AccountHealth, MessageReader
from shared.core.errors import whereabouts
from shared.core.times import Clock, utc_now
from shared.db import Database
from shared.db.looping import loop
from shared.telemetry import metrics

log = structlog.get_logger()

_EVERY_S = 300.0
_STALE = timedelta(minutes=20)
"""Nobody has asked the provider for so long: no workers run, or it does not answer them."""
_NOTICES = timedelta(days=1)
_TIMES = ("token_expires_at", "looked_at", "last_message_at", "read_until")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """One account: what its provider said last, and what it heard. `problem`: what an operator must look at first."""

    channel: str
    account: str
    token_valid: bool | None = None
    token_expires_at: datetime | None = None
    subscribed: bool | None = None
    reachable: bool | None = None
    looked_at: datetime | None = None
    last_message_at: datetime | None = None
    silence: Silence
    read_until: datetime | None = None
    notices: Sequence[str] = ()
    said: str | None = None

    @property
    def problem(self) -> str | None:
        """Name the first thing that is wrong."""
        if self.said is not None:
            return self.said
        return "silent_too_long" if self.silence.is_too_long else None

    def document(self) -> dict[str, Any]:
        """Return it as JSON holds it; durations in seconds."""
        quiet = self.silence
        spans = {"silent_s": quiet.age, "usual_silence_s": quiet.usual, "longest_silence_s": quiet.longest}
        times = {
            name: getattr(self, name) for name in ("token_expires_at", "looked_at", "last_message_at", "read_until")
        }
        return {
            "channel": self.channel,
            "account": self.account,
            "problem": self.problem,
            "token_valid": self.token_valid,
            "subscribed": self.subscribed,
            "reachable": self.reachable,
            **{name: None if moment is None else moment.isoformat() for name, moment in times.items()},
            **{name: None if span is None else round(span.total_seconds()) for name, span in spans.items()},
            "notices": list(self.notices),
        }


class Accounts:
    """Asks the providers, and answers for all accounts."""

    def __init__(self, database: Database, readers: Mapping[str, MessageReader], *, clock: Clock = utc_now) -> None:
        """Take the readers by channel; to answer, none is needed."""
        self._database = database
        self._readers = readers
        self._clock = clock

    async def run(self) -> None:
        """Ask every five minutes, until cancelled."""
        await loop([(self._ask_and_show, _EVERY_S)], trouble="accounts.database_unavailable")

    async def _ask_and_show(self) -> None:
        await self.ask()
        self._show(await self.states())

    async def ask(self) -> None:
        """Ask each provider for each account, and keep what it says."""
        for channel, reader in self._readers.items():
            for account in reader.accounts:
                health = await _health(channel, reader, account)
                if health.problem is not None:
                    log.warning("account.unhealthy", channel=channel, account=account, problem=health.problem)
                at = self._clock()
                async with self._database.transaction() as tx:
                    await repository.store_health(tx, channel, account, health, at)

    async def states(self) -> list[AccountState]:
        """Return where every account stands that is known: by its provider, or by a message."""
        now = self._clock()
        async with self._database.transaction() as tx:
            rows = await repository.accounts(tx, now - _NOTICES)
            heard = await repository.heard(tx, now - timedelta(days=DAYS + 1))
        keys = sorted(rows.keys() | heard.keys())
        return [_state(key, rows.get(key), heard.get(key, []), now) for key in keys]

    async def report(self) -> dict[str, Any]:
        """Return intake's health: `status` is ok or attention."""
        states = await self.states()
        healthy = all(one.problem is None for one in states)
        return {"status": "ok" if healthy else "attention", "accounts": [one.document() for one in states]}

    def _show(self, states: Sequence[AccountState]) -> None:
        for one in states:
            labels = {"channel": one.channel, "account": one.account}
            metrics.ACCOUNT_HEALTHY.labels(**labels).set(one.said is None)
            metrics.ACCOUNT_SILENT.labels(**labels).set(one.silence.is_too_long)
            if one.silence.age is not None:
                metrics.ACCOUNT_LAST_MESSAGE_AGE.labels(**labels).set(one.silence.age.total_seconds())
            if one.token_expires_at is not None:
                metrics.ACCOUNT_TOKEN_EXPIRES.labels(**labels).set(one.token_expires_at.timestamp())


async def _health(channel: str, reader: MessageReader, account: str) -> AccountHealth:
    try:
        return await reader.health(account)
    except Exception as error:  # noqa: BLE001 - a mistake in one channel must not stop the others
        log.error("account.reader_failed", channel=channel, **whereabouts(error))  # noqa: TRY400 - a trace may quote
        return AccountHealth(reachable=False, problem="reader_failed")


def _state(key: tuple[str, str], row: Any, heard: Sequence[datetime], now: datetime) -> AccountState:
    channel, account = key
    quiet, last = silence(heard, now), max(heard, default=None)
    if row is None:
        return AccountState(channel=channel, account=account, silence=quiet, last_message_at=last)
    stale = row.looked_at is not None and now - row.looked_at > _STALE
    return AccountState(
        channel=channel,
        account=account,
        token_valid=row.token_valid,
        token_expires_at=row.token_expires_at,
        subscribed=row.subscribed,
        reachable=row.reachable,
        looked_at=row.looked_at,
        last_message_at=last,
        silence=quiet,
        read_until=row.read_until,
        notices=tuple(row.notices or ()),
        said="nobody_asks" if stale else row.problem,
    )
