"""The figures as CSV files, which a spreadsheet opens without running anything (`shared/core/spreadsheet.py`)."""

from dataclasses import fields

from services.monitoring.naming import name_of
from services.monitoring.rules import CLOCKS, LEFT_OUT, STEPS, Duration, Figures, share
from services.monitoring.service import Answered, AnswerQuality
from shared.core.spreadsheet import Cell, csv_text

_TOTAL = ("total", "Jumlah")
_COUNTS = ("received", "followed_up", "rate_percent", "complaints", "complaints_followed_up", "complaint_rate_percent")
_MORE = ("answered", "closed", "escalated", "rated", "mean_rating", "imported")
_TOLD = tuple(one.name for one in fields(Duration))
_NOTHING = Duration(0, None, None)
_OUTCOMES = ("kept", "missed", "unknown", "open", "share_percent")


def follow_up_csv(answered: Answered) -> str:
    """Return the follow-up rate, one line for each bucket and one for all."""
    by = answered.question.by
    header = [by, "name", *_COUNTS, *(f"left_out_{reason}" for reason in LEFT_OUT), *_MORE]
    header += [f"{step}_{what}" for step in STEPS for what in _TOLD]
    header += [f"limit_{clock}_{outcome}" for clock in CLOCKS for outcome in _OUTCOMES]
    lines = [[key, name_of(by, key), *_cells(one)] for key, one in answered.buckets.items()]
    return csv_text(header, [*lines, [*_TOTAL, *_cells(answered.total)]])


def _cells(of: Figures) -> list[Cell]:
    first: list[Cell] = [of.received, of.followed_up, percent(of.rate)]
    first += [of.complaints, of.complaints_followed_up, percent(of.complaint_rate)]
    first += [of.left_out.get(reason, 0) for reason in LEFT_OUT]
    first += [of.answered, of.closed, of.escalated, of.rated, _rounded(of.mean_rating), of.imported]
    for step in STEPS:
        took = of.steps.get(step, _NOTHING)
        first += [_rounded(getattr(took, what)) for what in _TOLD]
    for clock in CLOCKS:
        limit = of.limits.get(clock)
        counts = [limit.kept, limit.missed, limit.unknown, limit.open, percent(limit.share)] if limit else [0] * 4
        first += counts if limit else [*counts, None]
    return first


def answers_csv(total: AnswerQuality, buckets: dict[str, AnswerQuality]) -> str:
    """Return the quality of answers, one line for each agency and warning."""
    header = ["agency", "name", "answers", "warning", "answers_with_it", "share_percent"]
    lines = [
        [key, name, one.answers, warning, count, percent(share(count, one.answers))]
        for key, name, one in [*((key, name_of("agency", key), one) for key, one in buckets.items()), (*_TOTAL, total)]
        for warning, count in (one.warnings or {"": 0}).items()
    ]
    return csv_text(header, lines)


def percent(value: float | None) -> float | None:
    """Return a share as percent with one decimal."""
    return None if value is None else round(100 * value, 1)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
