"""All the ways in which a call is known to go wrong, and which of them each address can meet."""

from enum import StrEnum


class Way(StrEnum):
    """One way, as a caller meets it."""

    # nothing is done
    LOCKED = "locked"
    TOO_MANY = "too_many"
    ERROR_BEFORE_500 = "error_before_500"
    ERROR_BEFORE_502 = "error_before_502"
    ERROR_BEFORE_503 = "error_before_503"
    PAGE_BEFORE = "page_before"
    CUT_BEFORE = "cut_before"
    STATUS_FALSE = "status_false"

    # it is done, only late
    SLOW = "slow"

    # it is done, and the answer does not say so
    ERROR_AFTER_500 = "error_after_500"
    ERROR_AFTER_502 = "error_after_502"
    ERROR_AFTER_503 = "error_after_503"
    ANSWER_CUT = "answer_cut"
    ANSWER_LATE = "answer_late"
    ANSWER_PAGE = "answer_page"
    ANSWER_BROKEN = "answer_broken"
    NO_ID = "no_id"


class Subject(StrEnum):
    """What a call is about; `LOOK` is the reading of one complaint."""

    CREATE = "create"
    FOLLOWUP = "followup"
    REJECT = "reject"
    UPLOAD = "upload"
    LOOK = "look"
    READ = "read"


BEFORE = frozenset(
    {
        Way.LOCKED,
        Way.TOO_MANY,
        Way.ERROR_BEFORE_500,
        Way.ERROR_BEFORE_502,
        Way.ERROR_BEFORE_503,
        Way.PAGE_BEFORE,
        Way.CUT_BEFORE,
        Way.SLOW,
    }
)
"""Met before the request is even read."""
INSTEAD = frozenset({Way.STATUS_FALSE})
"""Met by a request that is right, in place of what it asks for."""
AFTER = frozenset(Way) - BEFORE - INSTEAD
"""Met once it is done."""

_ONLY_WRITING = {
    Way.PAGE_BEFORE,
    Way.CUT_BEFORE,
    Way.ERROR_AFTER_500,
    Way.ERROR_AFTER_502,
    Way.ERROR_AFTER_503,
    Way.NO_ID,
}
_READING = tuple(way for way in Way if way not in _ONLY_WRITING)
WAYS: dict[Subject, tuple[Way, ...]] = {
    Subject.CREATE: tuple(Way),
    Subject.FOLLOWUP: tuple(Way),
    Subject.UPLOAD: tuple(Way),
    Subject.REJECT: tuple(way for way in Way if way != Way.NO_ID),
    Subject.LOOK: _READING,
    Subject.READ: _READING,
}
"""Before and after are the same to whoever reads, so each way is in a reading address's list once."""

_ANY = {
    "locked": Way.LOCKED,
    "too_many": Way.TOO_MANY,
    "error_before": Way.ERROR_BEFORE_503,
    "page_before": Way.PAGE_BEFORE,
    "cut_before": Way.CUT_BEFORE,
}
_READ = {
    "read_too_many": Way.TOO_MANY,
    "read_error": Way.ERROR_BEFORE_503,
    "read_answer_cut": Way.ANSWER_CUT,
    "read_answer_late": Way.ANSWER_LATE,
    "read_answer_page": Way.ANSWER_PAGE,
    "read_answer_broken": Way.ANSWER_BROKEN,
}


def _writing(subject: Subject) -> dict[str, Way]:
    return {
        f"{subject}_not_taken": Way.STATUS_FALSE,
        f"{subject}_error_after": Way.ERROR_AFTER_502,
        f"{subject}_answer_cut": Way.ANSWER_CUT,
        f"{subject}_answer_late": Way.ANSWER_LATE,
        f"{subject}_answer_page": Way.ANSWER_PAGE,
        f"{subject}_answer_broken": Way.ANSWER_BROKEN,
        f"{subject}_no_id": Way.NO_ID,
    }


SWITCHES: dict[Subject, dict[str, Way]] = {
    Subject.CREATE: _ANY
    | {
        "not_taken": Way.STATUS_FALSE,
        "error_after": Way.ERROR_AFTER_502,
        "answer_cut": Way.ANSWER_CUT,
        "answer_late": Way.ANSWER_LATE,
        "answer_page": Way.ANSWER_PAGE,
        "answer_broken": Way.ANSWER_BROKEN,
        "no_id": Way.NO_ID,
    },
    Subject.FOLLOWUP: _ANY | _writing(Subject.FOLLOWUP),
    Subject.UPLOAD: _ANY | _writing(Subject.UPLOAD),
    Subject.REJECT: _ANY
    | {switch: way for switch, way in _writing(Subject.REJECT).items() if way in WAYS[Subject.REJECT]},
    Subject.LOOK: _ANY | _READ | {"failed_looks": Way.STATUS_FALSE},
    Subject.READ: _ANY | _READ,
}
"""The switches that concern a call, in the order in which they are asked, and the way that each is."""
