"""What becomes of a step after a call, by a rule for each kind. Pure.

A step is one thing that is done at LAPOR! for a complaint beside telling it: a file, a disposition, a follow-up.
Telling it has rules of its own (decision 0016), because LAPOR! can be asked about everything but that.
"""

from dataclasses import dataclass
from typing import Literal

from services.lapor.rules import locked_words, redacted, wait
from services.lapor.wire.port import Busy, Done, Locked, NotSent, Refused, StepOutcome, Unclear

StepKind = Literal["upload", "pass_on", "follow_up"]
StepState = Literal["queued", "calling", "unclear", "done", "left_out"]

_MOST_DOUBTS = 5
_MOST_TRIES = 12
"""With doubled waits more than half a day: then the complaint goes without this file, and a person is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """Where a step stands now, and after how many seconds it goes on; None where it goes on by itself no more."""

    state: StepState
    wait_s: float | None = None
    reason: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds: the first wait before another try, and how long a lost call may still arrive."""

    retry_s: float
    settle_s: float


def after_call(kind: StepKind, outcome: StepOutcome, attempts: int, patience: Patience, *told: str) -> Next:
    """Return what follows from a call; `told` are the words that it carried.

    A file that may have arrived is left again: an orphan harms nobody. A disposition or a follow-up that may have
    arrived is looked for first.
    """
    match outcome:
        case Done(reference):
            return Next(state="done", reference=reference)
        case Refused(status, message):
            return Next(state="left_out", reason=f"HTTP {status}: {redacted(message, *told)}")
        case Unclear(reason):
            return _after_doubt(kind, redacted(reason, *told), attempts, patience)
        case _:
            retry_after_s = outcome.retry_after_s if isinstance(outcome, Busy) else None
            return _again(_did_nothing(outcome), attempts, patience, retry_after_s)


def _after_doubt(kind: StepKind, reason: str, attempts: int, patience: Patience) -> Next:
    if kind != "upload":
        return Next(state="unclear", wait_s=patience.settle_s, reason=reason)
    if attempts >= _MOST_TRIES:
        return Next(state="left_out", reason=reason)
    return _again(reason, attempts, patience, None)


def _did_nothing(outcome: Locked | Busy | NotSent) -> str:
    match outcome:
        case Locked(status):
            return locked_words(status)
        case Busy():
            return "HTTP 429: LAPOR! asks us to wait"
        case NotSent(reason):
            return f"no connection ({reason})"


def after_check(
    *, found: bool | None, reference: str | None, attempts: int, patience: Patience, doubts: int = 0, gone: bool = False
) -> Next:
    """Return what follows from a look for what may have arrived; `found` is None where nobody could see.

    `doubts`: how often it may have arrived so far; LAPOR! may have it and show it in other words, so that has an end.
    `gone`: LAPOR! knows no such number.
    """
    if found:
        return Next(state="done", reference=reference)
    if gone:
        return Next(state="left_out", reason="LAPOR! does not know this number")
    if found is None:
        return Next(state="unclear", wait_s=max(patience.settle_s, patience.retry_s), reason="not seen yet")
    if doubts >= _MOST_DOUBTS:
        return Next(state="left_out", reason="LAPOR! does not show it, however often it is told")
    return _again("LAPOR! does not have it", attempts, patience, None)


def _again(reason: str, attempts: int, patience: Patience, retry_after_s: float | None) -> Next:
    return Next(state="queued", wait_s=wait(attempts, patience.retry_s, retry_after_s), reason=reason)
