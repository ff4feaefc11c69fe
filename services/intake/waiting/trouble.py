"""What passes by itself, and what is a mistake of ours."""

from services.intake.media.store import StoreUnavailableError
from shared import db


def may_pass(error: BaseException) -> bool:
    """Tell whether the same work can succeed later although nothing is repaired in our code."""
    return isinstance(error, StoreUnavailableError) or db.may_pass(error)
