"""Who may know who a reporter is, pure.

Perpres 76/2013 and UU 25/2009 keep a reporter's identity confidential; UU 27/2022 lets personal data be used only for
the purpose it was given for. So it is opened to those who need it to work the complaint, one complaint at a time, and
with a reason.
"""

from typing import Literal

from shared.security import Principal, Role

What = Literal["reporter", "sealed_case", "attachment", "message"]
"""What was looked at; a sealed attachment or message is intake's, which writes such looks itself."""

SHORTEST_REASON, LONGEST_REASON = 10, 300
"""Characters of the reason that each look at a reporter needs."""

SHOWN_KINDS = frozenset({"msisdn", "number", "whatsapp", "psid", "igsid"})
"""Kinds of identifier that are shown. All others stay in the vault: a device's secret name opens complaints."""


def may_see_reporter(
    principal: Principal, *, agency_key: str | None, anonymous: bool, secret: bool, sealed: bool
) -> bool:
    """Tell whether a principal may know the reporter of a case.

    The Inspectorate always, and of a sealed case alone; the coordinator of every other; of one that is neither
    anonymous nor secret also the liaison officers of the agency that has it. Nobody else ever.
    """
    match principal.role:
        case Role.INSPECTORATE:
            return True
        case Role.COORDINATOR:
            return not sealed
        case Role.LIAISON:
            return not (sealed or secret or anonymous) and agency_key in principal.agencies
        case _:
            return False


def may_read_looks(principal: Principal) -> bool:
    """Tell whether a principal reads the log of looks: oversight is the Inspectorate's office."""
    return principal.role is Role.INSPECTORATE
