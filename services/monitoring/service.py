"""Monitoring's use cases: learn a fact about complaints, and answer what was followed up."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from uuid import UUID

from services.monitoring import repository, rules
from services.monitoring.complaint import after, opened
from services.monitoring.rules import Figures, Question, Scope
from services.monitoring.times.rules import WorkingDays, working_days
from shared.calendar import calendar
from shared.core.errors import RejectError
from shared.db import UnitOfWork
from shared.directory.regions import regencies
from shared.events import ComplaintAnswered, ComplaintEvent, ComplaintReceived


@cache
def _working_days() -> WorkingDays:
    """Read the calendars at the first question: they take a moment, and some memory."""
    return working_days(calendar(), {one.code: calendar(one.code) for one in regencies()})


@dataclass(frozen=True, slots=True)
class Answered:
    """The figures that answer a question. `suppressed`: so few that nothing is shown to whoever sees no exact ones."""

    question: Question
    total: Figures
    buckets: Mapping[str, Figures]
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class AnswerQuality:
    """How many answers were given, and how many of them had each warning."""

    answers: int
    warnings: Mapping[str, int]


async def open_all(tx: UnitOfWork, events: Sequence[ComplaintReceived]) -> None:
    """Take note of new complaints, each once."""
    repository.open_all(tx, [opened(event) for event in events])


async def follow(tx: UnitOfWork, events: Mapping[UUID, ComplaintEvent]) -> None:
    """Learn a later fact of each complaint; by the event's id. Raises `RejectError` where one was never received."""
    known = await repository.lock_complaints(tx, [event.complaint_id for event in events.values()])
    if any(event.complaint_id not in known for event in events.values()):
        raise RejectError("monitoring never heard that this complaint was received")
    changed = [(known[event.complaint_id], after(known[event.complaint_id], event)) for event in events.values()]
    await repository.keep(tx, [now for before, now in changed if now != before])
    repository.add_answers(
        tx,
        [
            {
                "event_id": event_id,
                "complaint_id": event.complaint_id,
                "agency": event.agency.key if event.agency else None,
                "answered_at": event.answered_at,
                "warnings": list(event.warnings),
            }
            for event_id, event in events.items()
            if isinstance(event, ComplaintAnswered) and rules.by_agency(event.actor)
        ],
    )


async def forget(tx: UnitOfWork) -> int:
    """Empty what events make again, and return how many complaints that were. An imported past stays."""
    return await repository.forget(tx)


async def follow_up(tx: UnitOfWork, question: Question, seeing: Scope) -> Answered:
    """Answer what was followed up. Raises `ProblemError` for a question that may not be asked so."""
    rules.check(question, seeing)
    merged: frozenset[str] = frozenset()
    if not seeing.exact:
        sizes = await repository.sizes(tx, question, seeing)
        if rules.too_few(sum(sizes.values())):
            return Answered(question, Figures(), {}, suppressed=True)
        merged = rules.merged(sizes)
    days = await asyncio.to_thread(_working_days)
    total, buckets = await repository.figures(tx, question, seeing, merged, days)
    return Answered(question, total, dict(sorted(buckets.items())))


async def answers(
    tx: UnitOfWork, start: date, end: date, seeing: Scope
) -> tuple[AnswerQuality, dict[str, AnswerQuality]]:
    """Answer how good the agencies' answers of a period were: of all, and by agency. Raises `ProblemError`."""
    rules.check(Question(start=start, end=end, by="agency"), seeing)
    counts, told = await repository.warnings(tx, start, end, seeing)
    buckets = {name: AnswerQuality(counts[name], dict(sorted(told.get(name, {}).items()))) for name in sorted(counts)}
    if not seeing.exact:
        buckets = _merged(buckets)
    return _together(buckets.values()), buckets


def _merged(buckets: Mapping[str, AnswerQuality]) -> dict[str, AnswerQuality]:
    """Show too few as one, as `rules.merged` says; nothing at all where even all together are too few."""
    sizes = {name: one.answers for name, one in buckets.items()}
    if rules.too_few(sum(sizes.values())):
        return {}
    few = rules.merged(sizes)
    shown = {name: one for name, one in buckets.items() if name not in few}
    return shown | ({rules.OTHER: _together(buckets[name] for name in few)} if few else {})


def _together(those: Iterable[AnswerQuality]) -> AnswerQuality:
    answers, warnings = 0, Counter[str]()
    for one in those:
        answers += one.answers
        warnings.update(one.warnings)
    return AnswerQuality(answers, dict(sorted(warnings.items())))
