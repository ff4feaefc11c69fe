"""Tell the operator how digests go: a line in the log and a figure, never a name or an address."""

import structlog

from services.casework.notices.dispatch import Moved, Standing
from services.casework.notices.gathering import Gathered
from services.casework.notices.rules import AUDIENCES
from shared.telemetry import metrics

log = structlog.get_logger()

_LOUD = {"failed": "warning", "unknown": "warning"}


def tell(moved: Moved | None) -> None:
    """Log and count where a digest was brought; None is nothing."""
    if moved is None:
        return
    metrics.DIGESTS.labels(kind=moved.kind, outcome=moved.state, reason=moved.reason or "").inc()
    say = getattr(log, _LOUD.get(moved.state, "info"))
    say(f"digest.{moved.state}", digest_id=str(moved.digest_id), reason=moved.reason, notices=moved.notices)


def count(gathered: Gathered) -> None:
    """Log how many steps were looked at, and count those for which nobody could be told."""
    log.info("notices.gathered", count=gathered.looked_at)
    for (audience, reason), number in gathered.without.items():
        metrics.NOTICES_MISSED.labels(audience=audience, reason=reason).inc(number)
        log.warning("notices.nobody_told", audience=audience, reason=reason, count=number)


def show(standing: Standing) -> None:
    """Set the gauges to what stands in the tables."""
    for audience in AUDIENCES:
        metrics.NOTICES_UNTOLD.labels(audience=audience).set(standing.untold.get(audience, 0))
        metrics.NOTICES_NOBODY.labels(audience=audience).set(standing.nobody.get(audience, 0))
    metrics.MAIL_RESTS.clear()
    if standing.rests is not None:
        metrics.MAIL_RESTS.labels(reason=standing.rests).set(1)
