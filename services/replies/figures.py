"""Tell the operator how replies go: a line in the log and a figure, never a word or an address."""

import structlog

from services.replies.dispatch import Objection, Standing
from services.replies.moves import Moved
from services.replies.reasons import counted_as
from services.replies.rules import EMERGENCY_BUDGET
from shared.channels import SendError
from shared.telemetry import metrics

log = structlog.get_logger()

_LOUD = {"failed": "warning", "unknown": "error"}


def tell(moved: Moved | None) -> None:
    """Log and count where a reply was brought; None is nothing."""
    if moved is None:
        return
    metrics.REPLIES.labels(channel=moved.channel, template=moved.template, outcome=moved.state).inc()
    alarming = moved.reason == EMERGENCY_BUDGET
    if alarming:
        metrics.EMERGENCIES_UNANSWERED.labels(channel=moved.channel).inc()
    say = getattr(log, "error" if alarming else _LOUD.get(moved.state, "info"))
    say(f"reply.{moved.state}", reply_id=str(moved.reply_id), ticket=moved.ticket, reason=moved.reason)


def count_trouble(channel: str, result: SendError | Objection) -> None:
    """Count an attempt that came to nothing, by what helps and why."""
    remedy = result.remedy.value if isinstance(result, SendError) else "objection"
    metrics.REPLY_TROUBLES.labels(channel=channel, remedy=remedy, reason=counted_as(result.reason)).inc()


def show(standing: Standing) -> None:
    """Set the gauges to what stands in the tables."""
    metrics.REPLIES_OPEN.clear()
    for (channel, state), count in standing.replies.items():
        metrics.REPLIES_OPEN.labels(channel=channel, state=state).set(count)
    metrics.REPLY_ACCOUNTS_PAUSED.clear()
    for channel, account in standing.paused:
        metrics.REPLY_ACCOUNTS_PAUSED.labels(channel=channel, account=account).set(1)
