"""Monitoring over HTTP: the follow-up rate and the quality of answers, for those who answer for them."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Response

from services.monitoring import rules, service
from services.monitoring.exports import answers_csv, follow_up_csv
from services.monitoring.rules import Cut, Question
from services.monitoring.schemas import AnswerQualityOut, FollowUpOut, answers_out, follow_up_out
from shared.db import Database
from shared.security import Principal, SignedIn

_CSV = "text/csv"
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {_CSV: {}}},
    400: {"description": "No period, or one that would tell single complaints apart"},
    401: {"description": "Not signed in"},
    403: {"description": "Your role opens no figures"},
}

From = Annotated[date, Query(alias="from", description="First day of receipt, WITA.")]
To = Annotated[date, Query(alias="to", description="Last day of receipt, WITA.")]
Format = Annotated[Literal["json", "csv"] | None, Query(alias="format", description="Or ask with `Accept: text/csv`.")]
Accept = Annotated[str, Header(include_in_schema=False)]
Filter = Annotated[
    str | None, Query(pattern=r"^[A-Za-z0-9._-]{1,100}$", description="Only these, by key; `none` for not known.")
]


def figures(database: Database, signed_in: SignedIn) -> APIRouter:
    """Let leaders, the coordinator, the Inspectorate and observers see what came of complaints."""
    router = APIRouter(prefix="/v1/figures", tags=["figures"])

    @router.get(
        "/follow-up",
        summary="The follow-up rate of a period, cut one way",
        response_model=FollowUpOut,
        responses=_ANSWERS,
    )
    async def follow_up(
        principal: Annotated[Principal, Depends(signed_in)],
        start: From,
        end: To,
        by: Cut = "agency",
        agency: Filter = None,
        regency: Filter = None,
        channel: Filter = None,
        affair: Filter = None,
        kind: Filter = None,
        format_: Format = None,
        accept: Accept = "",
    ) -> FollowUpOut | Response:
        given = {"agency": agency, "regency": regency, "channel": channel, "affair": affair, "kind": kind}
        filters = {name: value for name, value in given.items() if value is not None}
        question = Question(start=start, end=end, by=by, filters=filters)
        seeing = rules.scope(principal)
        async with database.transaction() as tx:
            answered = await service.follow_up(tx, question, seeing)
        if _wants_csv(format_, accept):
            return _csv(follow_up_csv(answered), f"tindak-lanjut_{start}_{end}_{by}")
        return follow_up_out(answered)

    @router.get(
        "/answers",
        summary="How good the answers of a period were, by agency",
        response_model=AnswerQualityOut,
        responses=_ANSWERS,
    )
    async def answers(
        principal: Annotated[Principal, Depends(signed_in)],
        start: From,
        end: To,
        format_: Format = None,
        accept: Accept = "",
    ) -> AnswerQualityOut | Response:
        seeing = rules.scope(principal)
        async with database.transaction() as tx:
            total, buckets = await service.answers(tx, start, end, seeing)
        if _wants_csv(format_, accept):
            return _csv(answers_csv(total, buckets), f"jawaban_{start}_{end}")
        return answers_out(start, end, total, buckets)

    return router


def _wants_csv(format_: str | None, accept: str) -> bool:
    return format_ == "csv" or (format_ is None and accept.partition(";")[0].partition(",")[0].strip() == _CSV)


def _csv(text: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}.csv"', "x-content-type-options": "nosniff"}
    return Response(text, media_type=f"{_CSV}; charset=utf-8", headers=headers)
