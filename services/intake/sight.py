"""Which complaints an officer sees, pure: the same as casework shows, so that a case's photos open with it."""

from shared.directory.regions import regency_of
from shared.security import Principal, Role

_SEEING = frozenset({Role.COORDINATOR, Role.INSPECTORATE, Role.LIAISON, Role.LEADER})


def sees(principal: Principal, *, agency_key: str | None, regency: str | None, sealed: bool) -> bool:
    """Tell whether a principal sees a complaint of that agency, located in that regency (52.03); None: not known.

    What is sealed the Inspectorate alone. Who is bound to agencies or regions sees those agencies' complaints, those
    located in the regions and those of the regions' agencies; the coordinator and the Inspectorate, not bound to
    regions, see every agency's.
    """
    if principal.role not in _SEEING or (sealed and principal.role is not Role.INSPECTORATE):
        return False
    return (
        principal.province_wide
        or agency_key in principal.agencies
        or regency in principal.regions
        or (agency_key is not None and regency_of(agency_key) in principal.regions)
    )
