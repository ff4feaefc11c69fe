"""The desk's parts, with one policy and one clock."""

from services.lapor.back.looking import Looking
from services.lapor.desk.incoming import Incoming
from services.lapor.desk.naming import Defaults
from services.lapor.desk.notices import Noticing
from services.lapor.desk.numbering import Numbering
from services.lapor.desk.ordering import Ordering
from services.lapor.desk.steps import StepsByHand
from services.lapor.desk.viewing import Viewing
from services.lapor.desk.working import Working
from services.lapor.keeping import Policy
from services.lapor.outward.telling import Telling
from shared.core.times import Clock, utc_now


class Desk:
    """What officers see and do."""

    def __init__(self, policy: Policy, defaults: Defaults, clock: Clock = utc_now) -> None:
        """Put the parts together."""
        self.viewing = Viewing(policy, defaults, clock)
        self.working = Working(policy, defaults, clock)
        self.ordering = Ordering(policy, Telling(policy, clock), Looking(policy, clock), clock)
        self.steps = StepsByHand(clock)
        self.numbering = Numbering(self.ordering)
        self.noticing = Noticing(clock)
        self.incoming = Incoming(clock)
