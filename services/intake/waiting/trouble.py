"""What passes by itself, and what is a mistake of ours."""

from services.intake.media.store import StoreUnavailableError
from shared.db import is_unavailable, sqlstate

_TRY_AGAIN = frozenset({"40001", "40P01", "55P03", "57014"})
"""SQLSTATE: not serializable, a deadlock, a lock not had, a statement that took too long."""


def may_pass(error: BaseException) -> bool:
    """Tell whether the same work can succeed later although nothing is repaired in our code."""
    return isinstance(error, StoreUnavailableError) or is_unavailable(error) or sqlstate(error) in _TRY_AGAIN
