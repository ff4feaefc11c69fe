"""Graph's errors as data: what each means and what helps (Meta for Developers, "Messenger Platform: Error codes").

A send that may have been taken is unknown: only an answer which says that it was not taken may be repeated.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.channels.sending import Remedy, SendError

_SERVER_FAULT = 500
_TIMEOUT = 408
"""A proxy may say so after it had passed the request on."""
_TOO_MANY = 429

_OUTSIDE_WINDOW = ("window_closed", Remedy.GIVE_UP)
_UNREACHABLE_PERSON = ("person_unreachable", Remedy.GIVE_UP)
_MEDIA = ("media_refused", Remedy.GIVE_UP)
_LIMIT = ("rate_limited", Remedy.RETRY)

SUBCODES: Mapping[int, tuple[str, Remedy]] = {
    2018278: _OUTSIDE_WINDOW,
    2534022: _OUTSIDE_WINDOW,
    2018065: _UNREACHABLE_PERSON,
    2018108: _UNREACHABLE_PERSON,
    1893063: _UNREACHABLE_PERSON,
    2534077: _UNREACHABLE_PERSON,
    1545041: _UNREACHABLE_PERSON,
    2018001: ("no_such_person", Remedy.GIVE_UP),
    2534014: ("no_such_person", Remedy.GIVE_UP),
    33: ("object_gone", Remedy.GIVE_UP),
    2534025: ("comment_not_answerable", Remedy.GIVE_UP),
    2534037: ("thread_of_others", Remedy.GIVE_UP),
    2018300: ("thread_of_others", Remedy.GIVE_UP),
    2018047: _MEDIA,
    2018109: _MEDIA,
    2018294: _MEDIA,
    2534041: ("messages_switched_off", Remedy.PAUSE),
    2534040: _LIMIT,
    2018338: _LIMIT,
}
"""By `error_subcode`, which says more than the code; Meta numbers them without repetition."""

CODES: Mapping[int, tuple[str, Remedy]] = {
    190: ("token_dead", Remedy.PAUSE),
    102: ("token_dead", Remedy.PAUSE),
    3: ("permission_missing", Remedy.PAUSE),
    10: ("permission_missing", Remedy.PAUSE),
    368: ("account_restricted", Remedy.PAUSE),
    200: _UNREACHABLE_PERSON,
    551: _UNREACHABLE_PERSON,
    **dict.fromkeys((4, 17, 32, 341, 613, 80002), _LIMIT),
}
"""By `code`."""
_SOMETHING_WENT_WRONG = (1, 2)
"""At Meta's, it says no more: only with `is_transient` is it sure that nothing was taken."""


class _Error(BaseModel):
    model_config = ConfigDict(extra="ignore")

    code: int
    error_subcode: int | None = None
    is_transient: bool = False
    message: str = Field(default="", repr=False)


def read_error(status: int, document: Any, retry_after: timedelta | None) -> SendError:
    """Say what an answer without success means; `document` is its JSON, or None where it is none."""
    reason, remedy = _judge(status, document)
    return SendError(reason, remedy, retry_after=retry_after if remedy is Remedy.RETRY else None)


def _judge(status: int, document: Any) -> tuple[str, Remedy]:
    try:
        error = _Error.model_validate(document["error"])
    except (ValidationError, KeyError, TypeError):
        return _judge_status(status)
    if "appsecret_proof" in error.message:  # code 100 as for any bad parameter: only the words tell
        return "app_secret_wrong", Remedy.PAUSE
    known = SUBCODES.get(error.error_subcode or 0) or CODES.get(error.code)
    if known or error.is_transient:
        return known or ("transient", Remedy.RETRY)
    uncertain = error.code in _SOMETHING_WENT_WRONG or status >= _SERVER_FAULT
    return ("server_fault", Remedy.UNKNOWN) if uncertain else ("refused", Remedy.GIVE_UP)


def _judge_status(status: int) -> tuple[str, Remedy]:
    """Judge an answer that is not in Graph's words: somebody stands between, or the address is wrong."""
    if status == _TOO_MANY:
        return _LIMIT
    unsure = status >= _SERVER_FAULT or status == _TIMEOUT
    return ("server_fault", Remedy.UNKNOWN) if unsure else ("not_graph", Remedy.PAUSE)
