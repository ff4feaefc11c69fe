"""What monitoring says over HTTP."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from services.monitoring.naming import name_of
from services.monitoring.rules import LEFT_OUT, Cut, Figures, Limit, share
from services.monitoring.service import Answered, AnswerQuality

Share = Annotated[float, Field(ge=0, le=1)]
DEFINITION = "docs/follow-up-rate.md"
_DIGITS = 4


class StepOut(BaseModel):
    """How long a step took."""

    count: int = Field(description="Complaints in which both dates are known and in order.")
    median_hours: float | None
    p90_hours: float | None
    in_days: int = Field(description="How many of these lie in years whose holidays are known.")
    median_days: float | None = Field(description="Working days of the agency, of those that lie in such years.")
    p90_days: float | None


class LimitOut(BaseModel):
    """How one clock went."""

    kept: int
    missed: int
    unknown: int = Field(description="No calendar is known for its time; never counted as kept.")
    open: int
    share: Share | None = Field(description="kept / (kept + missed)")


class FiguresOut(BaseModel):
    """The figures of one bucket, or of all."""

    received: int
    followed_up: int = Field(description="By an officer of the agency, or in the provider's own app.")
    rate: Share | None = Field(description="The follow-up rate: followed_up / received.")
    complaints: int = Field(description="received without left_out")
    complaints_followed_up: int
    complaint_rate: Share | None = Field(description="complaints_followed_up / complaints")
    left_out: dict[str, int] = Field(description=f"By reason: {', '.join(LEFT_OUT)}.")
    answered: int
    closed: int
    escalated: int
    rated: int
    mean_rating: float | None
    imported: int = Field(description="How many of received are of an imported past.")
    steps: dict[str, StepOut]
    limits: dict[str, LimitOut]


class BucketOut(FiguresOut):
    """The figures of one value of the cut."""

    key: str = Field(description="none: not known; sealed: the Inspectorate's; other: too few to be told apart.")
    name: str


class FollowUpOut(BaseModel):
    """The follow-up rate of a period; the buckets add up to the total."""

    start: date = Field(serialization_alias="from")
    end: date = Field(serialization_alias="to")
    by: Cut
    filters: dict[str, str]
    definition: str = DEFINITION
    suppressed: bool = Field(description="So few that nothing is shown: they could be found.")
    total: FiguresOut
    buckets: list[BucketOut]


class WarningOut(BaseModel):
    """How many answers had a warning."""

    answers: int
    share: Share | None


class AnswersOut(BaseModel):
    """How good answers were."""

    answers: int
    warnings: dict[str, WarningOut]


class AgencyAnswersOut(AnswersOut):
    """How good an agency's answers were."""

    key: str
    name: str


class AnswerQualityOut(BaseModel):
    """The answers of a period, by agency."""

    start: date = Field(serialization_alias="from")
    end: date = Field(serialization_alias="to")
    total: AnswersOut
    buckets: list[AgencyAnswersOut]


def follow_up_out(answered: Answered) -> FollowUpOut:
    """Return an answer as it leaves."""
    question = answered.question
    return FollowUpOut(
        start=question.start,
        end=question.end,
        by=question.by,
        filters=dict(question.filters),
        suppressed=answered.suppressed,
        total=FiguresOut.model_validate(_figures(answered.total)),
        buckets=[
            BucketOut.model_validate({"key": key, "name": name_of(question.by, key), **_figures(one)})
            for key, one in answered.buckets.items()
        ],
    )


def _figures(figures: Figures) -> dict[str, object]:
    return {
        "received": figures.received,
        "followed_up": figures.followed_up,
        "rate": _rounded(figures.rate),
        "complaints": figures.complaints,
        "complaints_followed_up": figures.complaints_followed_up,
        "complaint_rate": _rounded(figures.complaint_rate),
        "left_out": dict(figures.left_out),
        "answered": figures.answered,
        "closed": figures.closed,
        "escalated": figures.escalated,
        "rated": figures.rated,
        "mean_rating": _rounded(figures.mean_rating),
        "imported": figures.imported,
        "steps": {
            name: StepOut.model_validate({key: _rounded(value) for key, value in asdict(one).items()})
            for name, one in figures.steps.items()
        },
        "limits": {name: _limit(one) for name, one in figures.limits.items()},
    }


def _limit(limit: Limit) -> LimitOut:
    return LimitOut(
        kept=limit.kept, missed=limit.missed, unknown=limit.unknown, open=limit.open, share=_rounded(limit.share)
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)


def answers_out(start: date, end: date, total: AnswerQuality, buckets: Mapping[str, AnswerQuality]) -> AnswerQualityOut:
    """Return the quality of answers as it leaves."""
    return AnswerQualityOut(
        start=start,
        end=end,
        total=AnswersOut(answers=total.answers, warnings=_warnings(total)),
        buckets=[
            AgencyAnswersOut(key=key, name=name_of("agency", key), answers=one.answers, warnings=_warnings(one))
            for key, one in buckets.items()
        ],
    )


def _warnings(quality: AnswerQuality) -> dict[str, WarningOut]:
    return {
        name: WarningOut(answers=count, share=_rounded(share(count, quality.answers)))
        for name, count in quality.warnings.items()
    }
