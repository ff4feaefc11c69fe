"""What passes by itself. One answer for the doors, the loops, reading back and replaying: they must not differ.

Who takes such an error for a mistake of ours parks what was good, or tells the sender to give it up.
"""

from shared.contents import StoreUnavailableError
from shared.db import OvertakenError, may_pass


def will_pass(error: BaseException) -> bool:
    """Tell whether the same work can succeed later although nothing is repaired in our code."""
    return isinstance(error, StoreUnavailableError | OvertakenError) or may_pass(error)
